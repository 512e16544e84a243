"""The access line: one for a request, two for a stream, none for a probe."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

import pytest

from observability.exception_text import LOGGED_MARK
from observability.requests.access import ROUTE_KEY, AccessLog, is_event_stream


def _serve(wsgi_app: WSGIApplication, path: str = "/path") -> None:
    """Do what a server does."""
    environ: dict[str, Any] = {"PATH_INFO": path, "SCRIPT_NAME": "", ROUTE_KEY: "/<rule>"}
    setup_testing_defaults(environ)

    def start_response(*_: object) -> Callable[[bytes], object]:
        return lambda _chunk: None

    body: Any = AccessLog(wsgi_app)(environ, start_response)
    try:
        list(body)
    finally:
        body.close()


def _answering(body: Iterable[bytes], content_type: str = "text/plain") -> WSGIApplication:
    def app(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", content_type)])
        return body

    return app


def _failing_body() -> Iterator[bytes]:
    yield b"one"
    raise LookupError


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[Any, ...]]]:
    caplog.set_level(logging.INFO, logger="observability.access")

    def of_each(record: logging.LogRecord) -> tuple[Any, ...]:
        fields = vars(record)
        names = ("http.response.status_code", "http.response.body.size", "url.path")
        return (record.getMessage(), *(fields[name] for name in names if name in fields))

    return lambda: [of_each(record) for record in caplog.records]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/path", "/path"),
        ("/caf\u00c3\u00a9", "/café"),
        ("/\u00ff", "/\N{REPLACEMENT CHARACTER}"),
        ("/\u2028", "/?"),
    ],
)
def test_a_request_has_a_line(lines: Callable[[], Any], path: str, shown: str) -> None:
    """Its path is text, though WSGI hands it over as bytes in disguise."""
    _serve(_answering([b"one", b"two"]), path)
    assert lines() == [("request served", 200, 6, shown)]


def test_a_stream_has_two_lines(lines: Callable[[], Any]) -> None:
    """One when it opens, one with its true size when it has ended."""
    _serve(_answering([b"one", b"two"], "text/event-stream; charset=utf-8"))
    assert lines() == [("event stream opened", 200, 0, "/path"), ("event stream closed", 200, 6, "/path")]


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_probe_has_no_line(lines: Callable[[], Any], path: str) -> None:
    """They come every few seconds for ever."""
    _serve(_answering([b"ok"]), path)
    assert lines() == []


def test_an_app_that_fails_has_the_line_of_a_500(lines: Callable[[], Any]) -> None:
    """That is what the server answers; the exception is logged within its request."""

    def app(_environ: Any, _start_response: Any) -> Iterable[bytes]:
        raise LookupError

    with pytest.raises(LookupError) as caught:
        _serve(app)
    assert lines() == [("request failed",), ("request served", 500, 0, "/path")]
    assert getattr(caught.value, LOGGED_MARK)


def test_an_app_that_exits_has_the_line_of_a_500_too(lines: Callable[[], Any]) -> None:
    """The server gets an exception that it answers; of a `SystemExit` it would say nothing to anybody."""

    def app(_environ: Any, _start_response: Any) -> Iterable[bytes]:
        raise SystemExit(3)

    with pytest.raises(RuntimeError) as caught:
        _serve(app)
    assert lines() == [("request failed",), ("request served", 500, 0, "/path")]
    assert getattr(caught.value, LOGGED_MARK)


def test_a_body_that_exits_has_its_lines_too(lines: Callable[[], Any]) -> None:
    """What was sent by then can't be taken back, so the connection is cut."""

    def body() -> Iterator[bytes]:
        yield b"one"
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        _serve(_answering(body()))
    assert lines() == [("response failed",), ("request served", 200, 3, "/path")]


def test_a_body_that_fails_has_its_exception_logged(lines: Callable[[], Any]) -> None:
    """The server must still get the exception, so that it cuts the connection."""
    with pytest.raises(LookupError):
        _serve(_answering(_failing_body()))
    assert lines() == [("response failed",), ("request served", 200, 3, "/path")]


def test_an_exception_that_takes_no_mark_is_passed_on(lines: Callable[[], Any]) -> None:
    """Its line is then written twice, which is better than not at all."""

    class Closed(Exception):  # noqa: N818 - it is no error of ours
        def __setattr__(self, name: str, value: object) -> None:
            if name == LOGGED_MARK:
                raise AttributeError(name)
            super().__setattr__(name, value)

    def body() -> Iterator[bytes]:
        yield b"one"
        raise Closed

    with pytest.raises(Closed):
        _serve(_answering(body()))
    assert [line[0] for line in lines()] == ["response failed", "request served"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("Content-Type", "text/event-stream")], True),
        ([("content-type", "Text/Event-Stream;charset=utf-8")], True),
        ([("Content-Type", "text/plain"), ("X-Type", "text/event-stream")], False),
        ([], False),
    ],
)
def test_a_stream_is_known_by_its_type(headers: list[tuple[str, str]], expected: bool) -> None:  # noqa: FBT001 - a table
    """Not by its path."""
    assert is_event_stream(headers) is expected
