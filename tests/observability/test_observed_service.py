"""What leaves a real gunicorn with gevent workers: log lines, and what the real SDK sends over real TLS."""

import http.client
import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from support.sentry_receiver import running_receiver

_PUBLIC_KEY = "canary0of0the0dsn0key"
_ARGUMENT = "an-argument-of-the-process"
_TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_FORCED = {"sentry-trace": f"{'0' * 31}1-{'0' * 15}1-1", "baggage": "sentry-sample_rand=0.000001,sentry-sampled=true"}
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


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, running_service: Any) -> Iterator[Outcome]:
    directory = tmp_path_factory.mktemp("observed")
    with running_receiver(directory) as receiver:
        environment = {**receiver.environment(_PUBLIC_KEY), "SENTRY_TRACES_SAMPLE_RATE": "1", "LOG_LEVEL": "DEBUG"}
        with running_service(directory, environment, "--name", _ARGUMENT) as service:
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
        assert service.ask("GET", path, _FORCED) == 200
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


def test_each_ordinary_request_is_a_transaction_at_rate_1(outcome: Outcome) -> None:
    """Eight things, two over one connection, an error, uncaught exceptions, and a path that nobody knows."""
    names = sorted(transaction["transaction"] for transaction in outcome.transactions)
    assert names == ["/broken", *["/things/<name>"] * 10, "/uncaught", "generic WSGI request"]


def test_a_long_lived_request_is_no_transaction(outcome: Outcome) -> None:
    """Streams, sessions and probes are none, though their client asked for a trace."""
    urls = [transaction["request"]["url"] for transaction in outcome.transactions]
    assert not re.search(r"/(stream|sessions|changes|livez|readyz)\b", " ".join(urls))


@pytest.mark.parametrize(("path", "request_id"), [("/broken", "view"), ("/broken/stream", "stream")])
def test_an_exception_is_one_event_with_route_and_request_id(outcome: Outcome, path: str, request_id: str) -> None:
    """That holds for a view, and for a stream whose view has long returned."""
    event = outcome.error(path)
    assert (event["transaction"], event["tags"]["request_id"]) == (path, request_id)


def test_the_end_of_a_stream_is_no_error(outcome: Outcome) -> None:
    """An open stream is ended by `GreenletExit`; that is in no event, and the stream has its closing line."""
    assert "GreenletExit" not in json.dumps(outcome.events)
    assert outcome.lines_of(request_id="endless", event="stream-closed")


def test_exceptions_that_nobody_caught_are_logged_and_sent(outcome: Outcome) -> None:
    """Those of a thread, a greenlet and `__del__` are lines of the log and events, not raw text on standard error."""
    logged = [line["message"] for line in outcome.lines_of(logger="observability.uncaught")]
    sent = [event["logentry"]["message"] for event in outcome.events if event.get("logger") == "observability.uncaught"]
    assert sorted(logged) == sorted(sent)
    assert sorted(logged) == snapshot(
        ["a greenlet ended with an exception", "a thread ended with an exception", "an exception could not be raised"]
    )


def test_a_warning_is_one_line(outcome: Outcome) -> None:
    """Its second line of text does not become a second line of the log."""
    (line,) = outcome.lines_of(logger="py.warnings")
    assert "this is a warning\nof two lines" in line["message"]


def test_an_error_of_a_stream_is_logged_once_within_its_request(outcome: Outcome) -> None:
    """The server would log it a second time, when the request's id is gone."""
    (line,) = outcome.lines_of(exception__type="LookupError")
    assert (line["request_id"], line["http.route"]) == ("stream", "/broken/stream")


def test_a_stream_has_a_line_at_each_end(outcome: Outcome) -> None:
    """And the lines from inside have its id."""
    lines = [line.get("event") or line["message"] for line in outcome.lines_of(request_id="endless")]
    assert lines == ["stream-opened", "inside the stream", "stream-closed"]


def test_an_access_line_holds_what_people_ask_for(outcome: Outcome) -> None:
    """If this changes, dashboards that read these names have to change: say so in the changelog."""
    line = dict(outcome.lines_of(request_id="first", logger="observability.access")[0])
    assert line.pop("duration_ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == snapshot(
        {
            "level": "INFO",
            "logger": "observability.access",
            "message": "request served",
            "request_id": "first",
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            "span_id": "00f067aa0ba902b7",
            "trace_flags": "01",
            "http.request.method": "GET",
            "http.route": "/things/<name>",
            "url.path": "/things/kept",
            "http.response.status_code": 200,
            "http.response.body.size": 4,
        }
    )


def test_an_id_does_not_leak_into_the_next_request_of_its_connection(outcome: Outcome) -> None:
    """Each of the two requests over one connection has two lines under its own id."""
    ids = [line["request_id"] for line in outcome.lines_of(url__path="/things/kept")]
    assert len(set(ids)) == 2
    assert [len(outcome.lines_of(request_id=request_id)) for request_id in ids] == [2, 2]


def test_probes_write_no_line(outcome: Outcome) -> None:
    """They come every few seconds for ever."""
    assert not outcome.lines_of(url__path="/livez")
    assert not outcome.lines_of(url__path="/readyz")


def test_every_line_is_of_one_shape(outcome: Outcome) -> None:
    """The server's master and worker write as the app does; every line is JSON, or `lines` would have failed."""
    assert all({"timestamp", "level", "logger", "message"} <= line.keys() for line in outcome.lines)
    assert {"gunicorn.error", "observability.access", "observed_app"} <= {line["logger"] for line in outcome.lines}


def test_a_canary_leaves_by_no_way(outcome: Outcome) -> None:
    """Neither Sentry nor the log gets it from DSN, query, header, body, exception, local variable or arguments."""
    assert _PUBLIC_KEY not in outcome.everything
    assert _ARGUMENT not in json.dumps([outcome.events, outcome.transactions])
    # Lines of source are sent and logged on purpose: whoever has the source has them already.
    source = (Path(__file__).parent / "observed_app.py").read_text()
    leaked = {word for word in re.findall(r"canary[\w-]*", outcome.everything) if word not in source}
    assert not leaked
    assert "canary-body" not in outcome.everything


def test_a_transaction_holds_nothing_else(outcome: Outcome) -> None:
    """This is the whole event, as Sentry gets it.

    When it changes, the SDK sends something new or a scrubber changed: look at each difference as someone who
    must not learn a secret, and only then update the snapshot with `pytest --inline-snapshot=fix`.
    """
    (transaction,) = [sent for sent in outcome.transactions if sent["tags"]["request_id"] == "first"]
    assert _steady(transaction) == snapshot(
        {
            "contexts": {
                "response": {"status_code": 200},
                "runtime": {"name": "CPython", "version": "…", "build": "…"},
                "trace": {
                    "trace_id": "…",
                    "span_id": "…",
                    "parent_span_id": "…",
                    "op": "http.server",
                    "description": None,
                    "origin": "auto.http.flask",
                    "status": "ok",
                    "data": {"thread.id": "…", "http.response.status_code": 200},
                },
            },
            "environment": "production",
            "event_id": "…",
            "platform": "python",
            "release": "…",
            "request": {
                "env": {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": ":port"},
                "headers": {"Host": "127.0.0.1:port", "Accept-Encoding": "identity", "X-Request-Id": "first"},
                "method": "GET",
                "url": "http://127.0.0.1:port/things/kept",
            },
            "sdk": {
                "name": "sentry.python.flask",
                "version": "…",
                "packages": [{"name": "pypi:sentry-sdk", "version": "…"}],
                "integrations": ["atexit", "dedupe", "flask", "logging"],
            },
            "server_name": "…",
            "spans": [],
            "start_timestamp": "…",
            "tags": {"http.status_code": "200", "request_id": "first"},
            "timestamp": "…",
            "transaction": "/things/<name>",
            "transaction_info": {"source": "route"},
            "type": "transaction",
        }
    )


def test_an_error_holds_nothing_else(outcome: Outcome) -> None:
    """This is the whole event, as Sentry gets it, but for the frames.

    When it changes, the SDK sends something new or a scrubber changed: look at each difference as someone who
    must not learn a secret, and only then update the snapshot with `pytest --inline-snapshot=fix`.
    """
    event = deepcopy(outcome.error("/broken"))
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    event["exception"]["values"][0]["stacktrace"]["frames"] = [sorted(frames[-1])]
    assert _steady(event) == snapshot(
        {
            "breadcrumbs": {"values": []},
            "contexts": {
                "runtime": {"name": "CPython", "version": "…", "build": "…"},
                "order": {"number": 7, "card": "********"},
                "trace": {
                    "trace_id": "…",
                    "span_id": "…",
                    "parent_span_id": "…",
                    "op": "http.server",
                    "description": None,
                    "origin": "auto.http.flask",
                    "data": {"thread.id": "…"},
                },
            },
            "environment": "production",
            "event_id": "…",
            "exception": {
                "values": [
                    {
                        "mechanism": {"type": "flask", "handled": False},
                        "module": None,
                        "stacktrace": {
                            "frames": [
                                [
                                    "abs_path",
                                    "context_line",
                                    "filename",
                                    "function",
                                    "lineno",
                                    "module",
                                    "post_context",
                                    "pre_context",
                                ]
                            ]
                        },
                        "type": "RuntimeError",
                        "value": "order 7 failed with ******** Bearer ******** ******** ********",
                    }
                ]
            },
            "extra": {"attempts": [1, "********"]},
            "level": "error",
            "platform": "python",
            "release": "…",
            "request": {
                "env": {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": ":port"},
                "headers": {
                    "Host": "127.0.0.1:port",
                    "Accept-Encoding": "identity",
                    "Content-Length": "11",
                    "X-Request-Id": "view",
                },
                "method": "POST",
                "url": "http://127.0.0.1:port/broken",
            },
            "sdk": {
                "name": "sentry.python.flask",
                "version": "…",
                "packages": [{"name": "pypi:sentry-sdk", "version": "…"}],
                "integrations": ["atexit", "dedupe", "flask", "logging"],
            },
            "server_name": "…",
            "tags": {"request_id": "view", "tenant": "shop-7"},
            "timestamp": "…",
            "transaction": "/broken",
            "transaction_info": {"source": "route"},
            "user": {"id": "user-7"},
        }
    )


@pytest.mark.parametrize("rate", ["0", "0.01"])
def test_a_client_forces_no_transaction(tmp_path: Path, running_service: Any, rate: str) -> None:
    """Of 60 requests that ask for a trace, with a random number of their own, all would be traced; next to none is."""
    with running_receiver(tmp_path) as receiver:
        environment = {**receiver.environment(), "SENTRY_TRACES_SAMPLE_RATE": rate}
        with running_service(tmp_path, environment) as service:
            for _ in range(60):
                service.ask("GET", "/things/x", _FORCED)
            assert service.end() == 0
        assert len(receiver.received("transaction")) <= (0 if rate == "0" else 8)


_VOLATILE = {"build", "event_id", "parent_span_id", "release", "server_name", "span_id", "trace_id", "version"}
_VOLATILE |= {"start_timestamp", "timestamp", "thread.id"}


def _steady(value: Any) -> Any:
    """Replace what differs from run to run."""
    if isinstance(value, dict):
        return {name: "…" if name in _VOLATILE else _steady(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_steady(part) for part in value]
    return re.sub(r":\d{4,5}\b|^\d{4,5}$", ":port", value) if isinstance(value, str) else value
