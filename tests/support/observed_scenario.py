"""One scenario that the observed app goes through under a real gunicorn, and everything that left it."""

import http.client
import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.sentry_receiver import running_receiver

PUBLIC_KEY = "canary0of0the0dsn0key"


ARGUMENT = "an-argument-of-the-process"


_TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


FORCED = {"sentry-trace": f"{'0' * 31}1-{'0' * 15}1-1", "baggage": "sentry-sample_rand=0.000001,sentry-sampled=true"}


_CANARIES = {
    "Authorization": "Bearer canary-of-authorization",
    "Cookie": "session=canary-of-a-cookie",
    "Referer": "https://example.org/?canary-of-a-referer",
    "X-Whatever": "canary-of-a-header",
    "sentry-trace": f"{'0' * 31}1-{'0' * 15}1-1",
    "baggage": "canary-of-baggage=1,sentry-user_id=canary-of-baggage,sentry-trace_id=canary-of-baggage",
}


@dataclass(frozen=True)
class Outcome:
    """Everything that left the service while it served one scenario."""

    lines: list[dict[str, Any]]
    events: list[dict[str, Any]]
    transactions: list[dict[str, Any]]
    everything: str

    def lines_of(self, **fields: str) -> list[dict[str, Any]]:
        """Return the lines that have these fields; `__` stands for a dot."""
        wanted = {name.replace("__", "."): value for name, value in fields.items()}
        return [line for line in self.lines if wanted.items() <= line.items()]

    def error(self, path: str) -> dict[str, Any]:
        """Return the one error event of a request."""
        (event,) = [event for event in self.events if event.get("request", {}).get("url", "").endswith(path)]
        return event


@contextmanager
def played_scenario(directory: Path, running_service: Any) -> Iterator[Outcome]:
    """Run the observed app, ask it for all that it has, and end it in the middle of a stream."""
    with running_receiver(directory) as receiver:
        environment = {**receiver.environment(PUBLIC_KEY), "SENTRY_TRACES_SAMPLE_RATE": "1", "LOG_LEVEL": "DEBUG"}
        with running_service(directory, environment, "--name", ARGUMENT) as service:
            _play(service)
            _cut_open_streams(service)
            receiver.wait_for("transaction", 10)
            service.end()
        yield Outcome(
            lines=service.lines(),
            events=receiver.received("event"),
            transactions=receiver.received("transaction"),
            everything=receiver.everything() + (directory / "stdout").read_text() + (directory / "stderr").read_text(),
        )


def _play(service: Any) -> None:
    for number in range(8):
        assert service.ask("GET", f"/things/{number}?q=canary-of-a-query", _CANARIES) == 200
    for path in ("/livez", "/readyz", "/sessions/7", "/changes"):
        assert service.ask("GET", path, FORCED) == 200
    assert (
        service.ask("POST", "/broken?q=canary-of-a-query", _CANARIES | {"X-Request-ID": "view"}, "canary-body") == 500
    )
    assert service.ask("GET", "/broken/stream?q=canary-of-a-query", _CANARIES | {"X-Request-ID": "stream"}) == 200
    assert service.ask("GET", "/uncaught") == 200
    assert service.ask("GET", "/%E2%80%A8%0A%1B[31mx") == 404
    _reuse_a_connection(service)
    _send_nonsense(service)


def _reuse_a_connection(service: Any) -> None:
    with closing(service.connect()) as connection:
        for headers in ({"X-Request-ID": "first", "traceparent": _TRACEPARENT}, {}):
            connection.request("GET", "/things/kept", headers=headers)
            with connection.getresponse() as response:
                response.read()
                assert (response.headers["X-Request-ID"] == "first") is bool(headers)


def _send_nonsense(service: Any) -> None:
    with closing(service.connect()) as connection:
        connection.putrequest("GET", "/things/canary-of-a-query")
        connection.putheader("Canary-Of(A)Header", "canary-of-a-header")
        connection.endheaders()
        with connection.getresponse() as response:
            assert response.status == 400


def _cut_open_streams(service: Any) -> None:
    """End the worker, not the master, which would kill it before it ends its streams itself."""
    with closing(service.connect()) as connection:
        connection.request("GET", "/stream", headers={"X-Request-ID": "endless"})
        with connection.getresponse() as response:
            assert response.read(7) == b"event: "
            children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text()
            os.kill(int(children.split()[0]), signal.SIGTERM)
            # A cut stream ends without the mark that chunked bodies end with.
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                response.read()
