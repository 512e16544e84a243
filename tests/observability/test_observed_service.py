"""What leaves a real gunicorn with gevent workers: log lines, and what the real SDK sends over real TLS."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from support.observed_scenario import ARGUMENT, FORCED, PUBLIC_KEY, Outcome
from support.sentry_receiver import running_receiver


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
    assert PUBLIC_KEY not in outcome.everything
    assert ARGUMENT not in json.dumps([outcome.events, outcome.transactions])
    # Lines of source are sent and logged on purpose: whoever has the source has them already.
    source = (Path(__file__).parent / "observed_app.py").read_text()
    leaked = {word for word in re.findall(r"canary[\w-]*", outcome.everything) if word not in source}
    assert not leaked
    assert "canary-body" not in outcome.everything


@pytest.mark.parametrize("rate", ["0", "0.01"])
def test_a_client_forces_no_transaction(tmp_path: Path, running_service: Any, rate: str) -> None:
    """Of 60 requests that ask for a trace, with a random number of their own, all would be traced; next to none is."""
    with running_receiver(tmp_path) as receiver:
        environment = {**receiver.environment(), "SENTRY_TRACES_SAMPLE_RATE": rate}
        with running_service(tmp_path, environment) as service:
            for _ in range(60):
                service.ask("GET", "/things/x", FORCED)
            assert service.end() == 0
        assert len(receiver.received("transaction")) <= (0 if rate == "0" else 8)
