"""A server that answers every connection with the same bytes, for tests of what a client makes of them."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trustme

_TLS_HANDSHAKE = b"\x16"
_CONTENT_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


@dataclass
class CannedServer:
    """What a test knows of the server.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        authority: The certificate, in PEM, that a client has to trust; empty without TLS.
        requests: What clients have sent, a request each.
    """

    port: int
    authority: bytes = b""
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"{'https' if self.authority else 'http'}://localhost:{self.port}"


def canned(status: str, content_type: str, body: str, *headers: str) -> bytes:
    """Return a whole answer."""
    content = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(content)}", *headers]
    return "".join(f"{line}\r\n" for line in [*lines, "Connection: close", ""]).encode() + content


@contextmanager
def canned_server(
    answer: bytes | None, *, tls: bool = False, names: str = "localhost", port: int = 0
) -> Iterator[CannedServer]:
    """Run a server that reads a request, sends `answer`, and hangs up.

    Args:
        answer: What every client gets; None for nothing at all, for as long as it waits.
        tls: Whether to speak TLS.
        names: For which host its certificate is.
        port: Where it listens; by default wherever it can.
    """
    context, authority = _context(names) if tls else (None, b"")
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = CannedServer(listener.getsockname()[1], authority)
        thread = threading.Thread(target=_serve, args=(listener, answer, context, server.requests))
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(
    listener: socket.socket, answer: bytes | None, context: ssl.SSLContext | None, requests: list[bytes]
) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            connection.settimeout(10)
            with suppress(OSError), connection:  # a client that does not trust us hangs up
                _answer(context.wrap_socket(connection, server_side=True) if context else connection, answer, requests)


def _answer(connection: socket.socket, answer: bytes | None, requests: list[bytes]) -> None:
    with connection:
        request = b""
        while not _is_whole(request) and (part := connection.recv(65_536)):
            request += part
        if request:
            requests.append(request)
            connection.sendall(answer or b"")
            while answer is None and connection.recv(65_536):
                pass


def _is_whole(request: bytes) -> bool:
    """Return whether nothing is left to read: a server that hangs up before would take its answer back."""
    head, end, body = request.partition(b"\r\n\r\n")
    announced = _CONTENT_LENGTH.search(head)
    has_body = len(body) >= (int(announced[1]) if announced else 0)
    return bool(end and has_body) or request.startswith(_TLS_HANDSHAKE)


def _context(names: str) -> tuple[ssl.SSLContext, bytes]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(names).configure_cert(context)
    return context, authority.cert_pem.bytes()
