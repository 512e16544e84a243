"""Where a request comes from, as far as those who say so are trusted."""

import pytest

from app.views.client_address import client_address
from config.proxy_types import parse_networks
from config.settings import Settings
from setpoint.contract.guidance import PublicValueError
from support.checking import checked
from support.keyed_settings import KEYS

TRUSTED = parse_networks("127.0.0.1, 10.0.0.0/8,2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:0DB9::0:7", "2001:db9::7"),
        ("203.0.113.9", "127.0.0.1", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1, 127.0.0.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("127.0.0.1", "10.1.2.3,10.1.2.4", "10.1.2.3"),
        ("127.0.0.1", "203.0.113.7, unknown", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7, , 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "<script>", "127.0.0.1"),
        ("", "203.0.113.7", ""),
    ],
)
def test_only_what_a_trusted_proxy_adds_is_believed(peer: str, forwarded: str, address: str) -> None:
    """A client may have written all that comes before, and anybody may connect who is no proxy."""
    assert client_address(peer, forwarded, TRUSTED) == address


@pytest.mark.parametrize("text", ["10.0.0.1/8", "localhost", "10.0.0.0/8,", "10.0.0.7;10.0.0.8", "10.0.0.0/33"])
def test_what_is_no_network_is_refused_with_its_place(text: str) -> None:
    """At the start, and by a check."""
    with pytest.raises(PublicValueError, match=r"^entry \d is neither an address nor a network$"):
        parse_networks(text)
    (said,) = checked(f"ENCRYPTION_KEYS={KEYS}\nTRUSTED_PROXIES={text}\n", settings_class=Settings).diagnostics
    assert "`TRUSTED_PROXIES`" in said.message
