"""Writes one line for every request, and a second one when an event stream ends, however it ends."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from observability.exception_text import LOGGED_MARK
from observability.known_secrets import forget_all_but_credentials
from observability.metrics import count_request, open_streams
from observability.requests.request_id import ExceptionInfo, request_fields

ROUTE_KEY = "setpoint.route"
"""Key of the WSGI environment under which the app puts the URL rule that the request matched."""

WRITER_KEY = "setpoint.writer"
"""Key under which the app puts a writer that bypasses this middleware; its `size` says how many bytes it wrote."""

PROBE_PATHS = frozenset({"/livez", "/readyz"})
"""Paths that machines request every few seconds: no access lines, no transactions."""

_logger = logging.getLogger("observability.access")
# What is logged here reaches error tracking, because nothing else sees the exception.
_failures = logging.getLogger("observability.failures")


class ResponseCutError(Exception):
    """Ends a response that failed halfway: its connection must be cut, and there is nothing more to say."""


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


PLAIN_FAILURE = Answer("500 Internal Server Error", (("Content-Type", "text/plain"),), b"the service failed\n")


class AccessLog:
    """WSGI middleware that logs what was requested, what was answered, and how long it took.

    No exception from the app gets past it. Before the head of the answer is sent, the client gets the answer
    `failure` instead; after that, the response is cut. The head is sent with the first part of the body, so that a
    body that fails at once can still be reported as a failure.
    """

    def __init__(self, wsgi_app: WSGIApplication, failure: Answer = PLAIN_FAILURE) -> None:
        self._wsgi_app = wsgi_app
        self._failure = failure

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request and log it."""
        exchange = _Exchange(environ)
        body: Iterable[bytes] = ()
        try:
            body = self._wsgi_app(environ, exchange.take_head)
            if exchange.is_stream:
                exchange.begin_stream()
            chunks = iter(body)
            first = next(chunks, None)
            status, headers = exchange.give_head()
        except BaseException as error:  # noqa: BLE001 - also what ends greenlets: whatever it is, the client waits
            exchange.fail("request failed", error, _failures)
            _close(body)
            body = chunks = iter(())
            first, status, headers = self._failure.body, self._failure.status, list(self._failure.headers)
            exchange.take_head(status, headers)
            exchange.give_head()
        start_response(status, headers)
        return _ObservedBody(body, first, chunks, exchange)


def is_event_stream(headers: Iterable[tuple[str, str]]) -> bool:
    """Return whether the response with these headers is a stream of Server-Sent Events."""
    for name, value in headers:
        if name.lower() == "content-type":
            return value.lower().startswith("text/event-stream")
    return False


class _Exchange:
    """One request and its response, as far as they are known."""

    __slots__ = ("_began", "_environ", "_has_begun_a_stream", "_head", "_request", "_status", "is_stream", "size")

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ
        self._began = perf_counter()
        # Kept here, because a server may close the body in another context than the one that asked for it.
        self._request = request_fields()
        self._status = 500
        self._head: tuple[str, list[tuple[str, str]]] | None = None
        self.size = 0
        self.is_stream = False
        self._has_begun_a_stream = False

    def take_head(
        self, status: str, headers: list[tuple[str, str]], _exc_info: ExceptionInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Store the head of the answer; WSGI calls this `start_response`."""
        self._head = (status, headers)
        self._status = int(status[:3])
        self.is_stream = is_event_stream(headers)
        return _refuse_to_write

    def give_head(self) -> tuple[str, list[tuple[str, str]]]:
        """Return status and headers of the answer, and drop them."""
        head, self._head = self._head, None
        if head is None:
            message = "the app began a body without a head"
            raise AssertionError(message)
        return head

    def begin_stream(self) -> None:
        """Log and count a stream that is open from now on."""
        self._has_begun_a_stream = True
        open_streams.inc()
        self.log("event stream opened", event="stream-opened")

    def end(self) -> None:
        """Log and count what has been answered."""
        if self._has_begun_a_stream:
            open_streams.dec()
        seconds = None if self.is_stream else perf_counter() - self._began
        count_request(self._environ["REQUEST_METHOD"], self._environ.get(ROUTE_KEY), self._status, seconds)
        if self.is_stream:
            self.log("event stream closed", event="stream-closed")
        else:
            self.log("request served")

    def log(self, message: str, **more: object) -> None:
        """Write the access line."""
        path = _decoded(self._environ.get("SCRIPT_NAME", "") + self._environ.get("PATH_INFO", ""))
        if path in PROBE_PATHS:
            return
        fields = {
            **self._request,
            "http.request.method": self._environ.get("REQUEST_METHOD"),
            "http.route": self._environ.get(ROUTE_KEY),
            "url.path": path,
            "http.response.status_code": self._status,
            "http.response.body.size": self.size + getattr(self._environ.get(WRITER_KEY), "size", 0),
            "duration_ms": round((perf_counter() - self._began) * 1_000, 3),
            **more,
        }
        _logger.info(message, extra=fields)

    def fail(self, message: str, error: BaseException, logger: logging.Logger) -> None:
        """Log `error` while the request's context is still there, and mark it so that gunicorn doesn't repeat it."""
        if not _ends_a_greenlet(error):
            logger.error(message, exc_info=error, extra={"http.route": self._environ.get(ROUTE_KEY)})
        with suppress(AttributeError):  # an exception that accepts no attributes is logged twice
            setattr(error, LOGGED_MARK, True)


class _ObservedBody:
    """The response's body; its chunks are counted, and its end is logged."""

    __slots__ = ("_body", "_chunks", "_exchange", "_first")

    def __init__(
        self, body: Iterable[bytes], first: bytes | None, chunks: Iterator[bytes], exchange: _Exchange
    ) -> None:
        self._body = body
        self._first = first
        self._chunks = chunks
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            chunk = next(self._chunks) if self._first is None else self._first
            self._first = None
        except StopIteration:
            raise
        except Exception as error:
            self._exchange.fail("response failed", error, _logger)
            raise
        except BaseException as error:
            self._exchange.fail("response failed", error, _failures)
            # A server would start a new answer for such an exception, in the middle of the body.
            raise _marked(ResponseCutError(type(error).__name__)) from error
        self._exchange.size += len(chunk)
        return chunk

    def close(self) -> None:
        """Close the body and write the access line, whatever happens."""
        _close(self._body)
        forget_all_but_credentials()
        self._exchange.end()


def _close(body: Iterable[bytes]) -> None:
    """Close `body`, as WSGI requires of wrappers; if that fails, all of it has already been sent."""
    try:
        if (close := getattr(body, "close", None)) is not None:
            close()
    except BaseException:  # noqa: BLE001 - also what ends greenlets
        _failures.exception("closing a response failed")


def _refuse_to_write(_chunk: bytes) -> object:
    message = "the app returns its body, and does not write it"
    raise NotImplementedError(message)


def _ends_a_greenlet(error: BaseException) -> bool:
    """Return whether `error` is how gevent ends a greenlet, as a stopping worker does with what is still open."""
    return type(error).__name__ == "GreenletExit"


def _marked(error: Exception) -> Exception:
    setattr(error, LOGGED_MARK, True)
    return error


def _decoded(path: str) -> str:
    """Undo WSGI's rule that bytes of the path travel as Latin-1."""
    return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")
