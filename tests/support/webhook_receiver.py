"""A receiver of webhooks: it keeps what arrives, and answers as a test wants."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class WebhookReceiver:
    """What a test knows of the receiver.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        statuses: What it answers next; 204 once there are no more.
        received: What has arrived: headers with names in lower case, and the body.
        is_open: While it is not set, nobody gets an answer.
    """

    port: int
    statuses: list[int] = field(default_factory=list)
    received: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    is_open: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """Return the id of each request."""
        return [headers["webhook-id"] for headers, _ in self.received]

    def verified(self, secret: str) -> list[Any]:
        """Return what has arrived, each with a signature that the reference library accepts."""
        return [Webhook(secret).verify(body, dict(headers)) for headers, body in self.received]


@contextmanager
def webhook_receiver(*statuses: int) -> Iterator[WebhookReceiver]:
    """Run a receiver that answers with these statuses, then with 204."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.received.append(({name.lower(): text for name, text in self.headers.items()}, body))
            status = receiver.statuses.pop(0) if receiver.statuses else 204
            receiver.is_open.wait(30)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = WebhookReceiver(server.server_port, [*statuses])
        receiver.is_open.set()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.is_open.set()
            server.shutdown()
            thread.join()
