"""A proxy before the service that does to event streams what networks and proxies do."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3

Tampering = Callable[[Iterator[bytes]], Iterator[bytes]]
"""Gets the events of a stream, each with its empty line, and gives the bytes that the client gets instead."""

_BETWEEN_HOPS = {"connection", "transfer-encoding", "content-length", "date", "server"}


def doubled(events: Iterator[bytes]) -> Iterator[bytes]:
    """Give each event twice."""
    for each in events:
        yield each
        yield each


def delayed_by_one(events: Iterator[bytes]) -> Iterator[bytes]:
    """Give each event after the next one, the greeting at once."""
    yield next(events)
    held = b""
    for each in events:
        yield each
        yield held
        held = each


def cut_within(word: bytes) -> Tampering:
    """Return what breaks off in the middle of an event that has `word` in it."""

    def tamper(events: Iterator[bytes]) -> Iterator[bytes]:
        for each in events:
            if word in each:
                yield each[: each.index(word) + len(word) // 2]
                return
            yield each

    return tamper


@dataclass
class TamperingProxy:
    """What a test knows of the proxy.

    Attributes:
        url: Its address.
        tampering: What it does to the streams that begin from now on; they pass unchanged after that.
        streams: What was asked for as `Last-Event-ID` on each stream.
    """

    url: str = ""
    tampering: list[Tampering] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)


@contextmanager
def tampering_proxy(service: str, *tampering: Tampering) -> Iterator[TamperingProxy]:
    """Run it before `service`, with what it does to the first stream, the second, and so on."""
    proxy, upstream = TamperingProxy(tampering=[*tampering]), urllib3.PoolManager(maxsize=20)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def pass_on(self) -> None:
            """Ask the service, and give its answer."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _BETWEEN_HOPS}
            answer = upstream.request(
                self.command,
                f"{service}{self.path}",
                body=body,
                headers=headers,
                preload_content=False,
                redirect=False,
                retries=False,
            )
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in _BETWEEN_HOPS:
                    self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the client has gone
                for part in self._parts(answer):
                    self.wfile.write(part)
            answer.close()

        do_GET = do_POST = do_PATCH = do_DELETE = pass_on  # noqa: N815 - the standard library's own names

        def _parts(self, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
            if not self.path.endswith("/stream"):
                return iter([answer.read()])
            proxy.streams.append(self.headers.get("Last-Event-ID", ""))
            tamper = proxy.tampering.pop(0) if proxy.tampering else iter
            return tamper(_events(answer))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _events(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    rest = b""
    for chunk in iter(lambda: answer.read1(65_536), b""):
        *events, rest = (rest + chunk).split(b"\n\n")
        yield from (each + b"\n\n" for each in events)
