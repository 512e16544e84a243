import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from app.domain.webhooks.outgoing import Answered
from app.receivers.sending import WebhookSender
from support.canned_server import canned, canned_server

ANY = WebhookSender(allow_private=True)
OK = canned("200 OK", "text/plain", "thanks")
NOT_SECURE = Answered(None, "the connection is not secure: its certificate is not valid for this host")
LATE = Answered(None, "no answer came in time")


def test_a_webhook_is_a_post_with_its_headers_and_its_body() -> None:
    """To the host that the URL names, whatever address that has."""
    with canned_server(OK) as server:
        answered = ANY.send(f"{server.url}/hook?of=billing", {"webhook-id": "msg_1"}, b"{}")
    (request,) = server.requests
    assert answered == Answered(200)
    assert request.startswith(b"POST /hook?of=billing HTTP/1.1\r\n")
    assert f"Host: localhost:{server.port}\r\n".encode() in request
    assert b"webhook-id: msg_1\r\n" in request


def test_a_certificate_has_to_be_trusted_and_for_the_host(tmp_path: Path) -> None:
    """Otherwise nothing is sent."""
    authority = tmp_path / "authority.pem"
    for names, trusted, expected in (
        ("localhost", True, Answered(200)),
        ("localhost", False, NOT_SECURE),
        ("example.com", True, NOT_SECURE),
    ):
        with canned_server(OK, tls=True, names=names) as server:
            authority.write_bytes(server.authority)
            sender = WebhookSender(allow_private=True, authorities=str(authority) if trusted else None)
            assert sender.send(server.url, {}, b"{}") == expected, (names, trusted)
        assert len(server.requests) == (expected.status is not None)


def test_a_redirect_is_not_followed() -> None:
    """It could lead to a private address."""
    with canned_server(OK) as other:
        redirect = canned("302 Found", "text/plain", "", f"Location: {other.url}")
        with canned_server(redirect) as server:
            assert ANY.send(server.url, {}, b"{}") == Answered(302)
    assert other.requests == []


def test_a_private_address_sees_no_connection() -> None:
    """By whatever name."""
    with canned_server(OK, tls=True) as server:
        answered = WebhookSender().send(server.url, {}, b"{}")
    assert answered == Answered(None, "webhooks are not sent to private addresses unless `WEBHOOKS_ALLOW_PRIVATE=true`")
    assert server.requests == []


def test_a_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the address that was looked at, whatever the name answers next."""
    asked: list[Any] = []
    resolve = socket.getaddrinfo

    def answer(host: Any, *more: Any, **named: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1" if host == "example.test" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with canned_server(OK) as server:
        assert ANY.send(f"http://example.test:{server.port}/", {}, b"{}") == Answered(200)
    assert asked == ["example.test", "127.0.0.1"]


@contextmanager
def _dripping() -> Iterator[int]:
    """Run a server that sends a byte now and then, and never a whole answer."""
    ended = threading.Event()

    def drip() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not ended.wait(0.02):
                    connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_a_slow_receiver_is_given_up() -> None:
    """Whether it is silent, or sends a byte now and then."""
    impatient = WebhookSender(allow_private=True, seconds=0.3)
    with canned_server(None) as silent:
        assert impatient.send(silent.url, {}, b"{}") == LATE
    with _dripping() as port:
        assert impatient.send(f"http://127.0.0.1:{port}/", {}, b"{}") == LATE


def test_a_receiver_that_is_not_there_or_hangs_up_is_a_sentence() -> None:
    """Of ours: nothing that it says is repeated."""
    cut = Answered(None, "no connection, or it was cut before an answer came")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ANY.send(f"http://127.0.0.1:{port}/", {}, b"{}") == cut
    for nonsense in (b"", b"SSH-2.0-OpenSSH\r\n"):
        with canned_server(nonsense) as server:
            assert ANY.send(server.url, {}, b"{}") == cut
