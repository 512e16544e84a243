"""A Sentry endpoint for tests: a real TLS server that keeps what the real SDK sends.

    with running_receiver(directory) as receiver:
        environment = os.environ | receiver.environment(public_key="0123456789abcdef")
        ...                                    # start a process with it, make it fail
        error = receiver.wait_for("event", count=1)[0]

`SSL_CERT_FILE` makes the SDK trust the receiver, as it would make it trust a company's own authority, so that
no setting of the service exists for tests alone. `status` and `delay` make the receiver a bad one.
"""

import gzip
import json
import ssl
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from support.waiting import PATIENCE_IN_SECONDS


@dataclass
class SentryReceiver:
    """What a test knows of the endpoint.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        authority: File with the certificate that the client has to trust.
        status: HTTP status that it answers.
        delay: Seconds that it waits before it answers.
        requests: How many requests have come.
    """

    port: int
    authority: Path
    status: int = 200
    delay: float = 0.0
    requests: int = 0
    _items: list[tuple[str, Any]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def dsn(self, public_key: str = "0123456789abcdef") -> str:
        """Return the DSN of the endpoint with a key of the test's own."""
        return f"https://{public_key}@localhost:{self.port}/42"

    def environment(self, public_key: str = "0123456789abcdef") -> dict[str, str]:
        """Return the variables that lead the SDK here."""
        return {"SENTRY_DSN": self.dsn(public_key), "SSL_CERT_FILE": str(self.authority), "no_proxy": "localhost"}

    def received(self, kind: str) -> list[Any]:
        """Return the payloads of all items of a kind: `event`, `transaction`, `client_report`, …."""
        with self._changed:
            return [payload for item_kind, payload in self._items if item_kind == kind]

    def everything(self) -> str:
        """Return all that came as one text, to search for what must not be in it.

        The public key of the DSN is left out where it belongs: it is a part of the address of an envelope.
        """
        with self._changed:
            items = deepcopy(self._items)
        for header in (payload for kind, payload in items if kind == "envelope header"):
            header.get("trace", {}).pop("public_key", None)
        return json.dumps(items, ensure_ascii=False)

    def wait_for(self, kind: str, count: int, timeout: float = PATIENCE_IN_SECONDS) -> list[Any]:
        """Wait until `count` items of a kind have come, and return them.

        Raises:
            AssertionError: They did not come in time.
        """
        with self._changed:
            came = self._changed.wait_for(lambda: sum(item == kind for item, _ in self._items) >= count, timeout)
        assert came, f"{len(self.received(kind))} of {count} items of kind {kind} came in {timeout} s"
        return self.received(kind)

    def take(self, envelope: bytes) -> None:
        """Keep what a request brought."""
        items = list(_items_of(envelope))
        with self._changed:
            self.requests += 1
            self._items.extend(items)
            self._changed.notify_all()

    def pause(self) -> None:
        """Wait as long as the test wants, or until the receiver stops."""
        self._stopping.wait(self.delay)

    def stop(self) -> None:
        """Let requests that wait go on."""
        self._stopping.set()


@contextmanager
def running_receiver(directory: Path) -> Iterator[SentryReceiver]:
    """Run a receiver; `directory` takes the certificate of its authority."""
    authority = trustme.CA()
    authority_file = directory / "authority.pem"
    authority.cert_pem.write_to_path(str(authority_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.receiver = SentryReceiver(port=server.server_address[1], authority=authority_file)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.receiver
        finally:
            server.receiver.stop()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    """Serves each connection in a thread of its own, so that a slow handshake keeps nobody waiting."""

    receiver: SentryReceiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up, or that does not trust us, is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.receiver.take(_decoded(body, self.headers.get("Content-Encoding")))
        self.server.receiver.pause()
        self.send_response(self.server.receiver.status)
        self.send_header("Content-Length", "2")
        self.send_header("Connection", "close")  # unannounced, it would meet the next event on its way, which is lost
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


def _decoded(body: bytes, encoding: str | None) -> bytes:
    match encoding:
        case None:
            return body
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case _:
            message = f"the receiver can't decode {encoding}"
            raise ValueError(message)


def _items_of(envelope: bytes) -> Iterator[tuple[str, Any]]:
    """Yield the header of the envelope, then kind and payload of each item.

    See "Envelopes" in Sentry's SDK documentation.
    """
    envelope_header, _, rest = envelope.partition(b"\n")
    yield "envelope header", json.loads(envelope_header)
    while rest:
        line, _, rest = rest.partition(b"\n")
        if not line:
            continue
        header = json.loads(line)
        length = header.get("length")
        payload, rest = (rest[:length], rest[length + 1 :]) if length is not None else rest.split(b"\n", 1)
        yield header["type"], json.loads(payload)
