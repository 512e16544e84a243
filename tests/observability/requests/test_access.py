"""The access line: one for a request, two for a stream, none for a probe."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

import pytest

from observability.exception_text import LOGGED_MARK
from observability.requests.access import ROUTE_KEY, WRITER_KEY, AccessLog, ResponseCutError, is_event_stream


def _serve(wsgi_app: WSGIApplication, path: str = "/path", heads: list[Any] | None = None) -> list[bytes]:
    """Do what a server does, and return what it sends."""
    environ: dict[str, Any] = {"PATH_INFO": path, "SCRIPT_NAME": "", ROUTE_KEY: "/<rule>"}
    setup_testing_defaults(environ)

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        (heads if heads is not None else []).append((status, headers))
        return lambda _chunk: None

    body: Any = AccessLog(wsgi_app)(environ, start_response)
    try:
        return list(body)
    finally:
        body.close()


def _answering(body: Iterable[bytes], content_type: str = "text/plain") -> WSGIApplication:
    def app(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", content_type)])
        return body

    return app


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[Any, ...]]]:
    caplog.set_level(logging.INFO, logger="observability")

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


def test_what_is_written_past_the_server_counts(lines: Callable[[], Any]) -> None:
    """A stream that waits is written to by others."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        environ[WRITER_KEY] = SimpleNamespace(size=40)
        return [b"ab", b"c"]

    _serve(app)
    assert [line[2] for line in lines()] == [40, 43]


def test_a_stream_has_two_lines(lines: Callable[[], Any]) -> None:
    """One when it opens, one with its true size when it has ended."""
    _serve(_answering([b"one", b"two"], "text/event-stream; charset=utf-8"))
    assert lines() == [("event stream opened", 200, 0, "/path"), ("event stream closed", 200, 6, "/path")]


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_probe_has_no_line(lines: Callable[[], Any], path: str) -> None:
    """They come every few seconds for ever."""
    _serve(_answering([b"ok"]), path)
    assert lines() == []


class TimeoutOfAGreenlet(BaseException):
    """Stands for `gevent.Timeout`, which is no `Exception`."""


class GreenletExit(BaseException):
    """Stands for how gevent ends a greenlet."""


ENDINGS: list[BaseException] = [LookupError("x"), SystemExit(3), KeyboardInterrupt(), TimeoutOfAGreenlet(), OSError(1)]


def _raising(error: BaseException, after: int = 0) -> Iterator[bytes]:
    for _ in range(after):
        yield b"one"
    raise error


@pytest.mark.parametrize("error", ENDINGS, ids=repr)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_failure_before_the_first_piece_is_answered(
    lines: Callable[[], Any],
    error: BaseException,
    at_once: bool,  # noqa: FBT001 - a table
) -> None:
    """Whatever is raised, in the app or in its body: no server has to answer in its own words."""

    def app(_environ: Any, start_response: Any) -> Iterable[bytes]:
        if at_once:
            raise error
        start_response("200 OK", [("Content-Type", "text/plain")])
        return _raising(error)

    heads: list[Any] = []
    assert _serve(app, heads=heads) == [b"the service failed\n"]
    assert [status for status, _headers in heads] == ["500 Internal Server Error"]
    assert lines() == [("request failed",), ("request served", 500, 19, "/path")]


@pytest.mark.parametrize("error", ENDINGS, ids=repr)
def test_a_body_that_fails_later_has_its_exception_logged_and_is_cut(
    lines: Callable[[], Any], error: BaseException
) -> None:
    """What was sent can't be taken back. A server cuts the connection at an exception, but not at what is none."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is looked at
        _serve(_answering(_raising(error, after=2)))
    assert caught.value is error or isinstance(caught.value, ResponseCutError)
    assert getattr(caught.value, LOGGED_MARK)
    assert lines() == [("response failed",), ("request served", 200, 6, "/path")]


@pytest.mark.parametrize("after", [0, 2])
def test_the_end_of_a_greenlet_is_no_failure_of_the_service(lines: Callable[[], Any], after: int) -> None:
    """A worker that stops ends what is still open; there is one access line, and the client is not deceived."""
    with suppress(ResponseCutError):
        assert _serve(_answering(_raising(GreenletExit(), after=after))) == [b"the service failed\n"]
    assert lines() == [("request served", 200 if after else 500, 3 * after or 19, "/path")]


def test_an_app_that_sends_no_head_has_failed() -> None:
    """A server would say so in its own words."""
    heads: list[Any] = []
    _serve(lambda _environ, _start_response: [b"one"], heads=heads)
    assert [status for status, _headers in heads] == ["500 Internal Server Error"]


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
