import ipaddress
import socket

import pytest

from app.receivers.receiver import Receiver, UnfitReceiverError, addresses_of, is_public, parse_receiver


@pytest.mark.parametrize(
    ("url", "receiver", "authority"),
    [
        ("https://example.com", Receiver("https", "example.com", 443, "/"), "example.com"),
        (
            "https://Example.com:8443/a/b?c=d%20e",
            Receiver("https", "example.com", 8443, "/a/b?c=d%20e"),
            "example.com:8443",
        ),
        ("https://[2606:4700::1111]/x", Receiver("https", "2606:4700::1111", 443, "/x"), "[2606:4700::1111]"),
    ],
)
def test_the_parts_of_a_url(url: str, receiver: Receiver, authority: str) -> None:
    """As they are sent."""
    assert parse_receiver(url, allow_private=False) == receiver
    assert receiver.authority == authority


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "http://example.com",
        "ftp://example.com",
        "https://",
        "https:///path",
        "https://example.com:0",
        "https://example.com:99999",
        "https://[::1",
        "https://user:word@example.com",
        "https://example.com/#part",
        "https://example.com/a b",
        "https://example.com/\r\nHost: other",
        "https://exämple.com",
        "https://example.com/" + "x" * 2_000,
        "https://127.0.0.1",
        "https://127.1/hook",
        "https://0x7f.1/hook",
        "https://2130706433/",
        "https://0/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
    ],
)
def test_what_is_no_url_to_send_to_is_refused(url: str) -> None:
    """Before anything is stored or asked."""
    with pytest.raises(UnfitReceiverError):
        parse_receiver(url, allow_private=False)


def test_a_setting_allows_private_addresses_and_http() -> None:
    """For receivers inside one's own network."""
    assert parse_receiver("http://127.0.0.1:8080/x", allow_private=True) == Receiver("http", "127.0.0.1", 8080, "/x")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("::ffff:93.184.215.14", True),
        ("0.0.0.0", False),  # noqa: S104 - an address that is refused
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("::10.0.0.1", False),
        ("::ffff:0:10.0.0.1", False),
        ("5f00::1", False),
        ("192.88.99.1", False),
        ("2002:c058:6301::", False),
        ("2002:7f00:1::", False),
        ("2001:0:1::1", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_which_addresses_are_public(address: str, *, expected: bool) -> None:
    """Also those that hide another one."""
    assert is_public(ipaddress.ip_address(address)) is expected


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_name_of_a_private_address_is_refused(name: str) -> None:
    """What it resolves to is looked at."""
    receiver = Receiver("https", name, 443, "/")
    with pytest.raises(UnfitReceiverError, match="`WEBHOOKS_ALLOW_PRIVATE=true`"):
        addresses_of(receiver, allow_private=False)
    assert "127.0.0.1" in addresses_of(receiver, allow_private=True)


def test_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or it would be a matter of chance."""
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    receiver = Receiver("https", "example.com", 443, "/")
    with pytest.raises(UnfitReceiverError):
        addresses_of(receiver, allow_private=False)
    assert addresses_of(receiver, allow_private=True) == ["93.184.215.14", "10.0.0.1"]


def test_a_name_that_is_none_is_a_sentence() -> None:
    """No traceback of the resolver's."""
    with pytest.raises(UnfitReceiverError, match="can't be resolved"):
        addresses_of(Receiver("https", "x" * 300, 443, "/"), allow_private=True)
