"""TLS that gunicorn itself ends: what clients do wrong in their handshakes fills no log and holds no connection."""

import logging
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import gevent  # type: ignore[import-untyped]  # has no types
import pytest
import trustme

from serving.worker.handshakes import Handshakes
from support.gunicorn_process import GunicornProcess, gunicorn
from support.waiting import PATIENCE_IN_SECONDS, eventually

PLAIN_HTTP = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass
class Encrypted:
    """A server with a certificate of its own, and what a client needs to trust it."""

    server: GunicornProcess
    trusting: ssl.SSLContext


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> Iterator[Encrypted]:
    folder = tmp_path_factory.mktemp("encrypted")
    certificate = folder / "server.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    arguments = ("--certfile", str(certificate), "--keyfile", str(certificate), "--keep-alive", "1")
    with gunicorn(folder / "output", arguments=arguments) as server:
        server.wait_for_workers(1)
        yield Encrypted(server, trusting)


def status(connection: socket.socket, trusting: ssl.SSLContext) -> bytes:
    """Return the beginning of the answer to a request over TLS."""
    with trusting.wrap_socket(connection, server_hostname="localhost") as tls:
        tls.sendall(b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return tls.recv(15)


def test_handshakes_that_fail_are_one_line_in_the_log(encrypted: Encrypted) -> None:
    """None of them is an error of the service, and who trusts it is served before and after."""
    server = encrypted.server
    assert status(server.connect(), encrypted.trusting) == b"HTTP/1.1 200 OK"
    for sent in (PLAIN_HTTP, b"\x16\x03\x01" + bytes(300), b"\x00", b""):
        with server.connect() as client:
            client.sendall(sent)
    for _ in range(10):
        with pytest.raises(ssl.SSLCertVerificationError):
            status(server.connect(), ssl.create_default_context())
    assert status(server.connect(), encrypted.trusting) == b"HTTP/1.1 200 OK"
    [line] = eventually(lambda: server.messages("TLS handshakes failed"), "one is told of")
    assert (line["level"], line["logger"]) == ("WARNING", "serving.worker.handshakes")
    assert [each for each in server.log() if each["level"] == "ERROR"] == []


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01"])
def test_who_does_not_finish_a_handshake_is_hung_up_on(encrypted: Encrypted, sent: bytes) -> None:
    """As who does not finish its headers; thousands would otherwise leave no connection for others."""
    with encrypted.server.connect() as client:
        client.sendall(sent)
        assert client.recv(100) == b""


def test_all_that_have_failed_since_the_last_line_are_counted(
    authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    """By the reason that OpenSSL gives; a minute later, not for each of them."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    now = [0.0]
    handshakes = Handshakes(context, PATIENCE_IN_SECONDS, lambda: now[0])
    for moment in (0.0, 1.0, 59.0, 60.0):
        now[0] = moment
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(PLAIN_HTTP)
            with pytest.raises(gevent.GreenletExit):
                handshakes.wrap_socket(ours, server_side=True)
            assert ours.fileno() == -1
    told = [getattr(each, "handshakes", None) for each in caplog.records if each.levelno == logging.WARNING]
    assert told == [{"http_request": 1}, {"http_request": 3}]
