"""Write one line for every request, and a second one when an event stream ends."""

import logging
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from observability.exception_text import LOGGED_MARK
from observability.requests.request_id import ExceptionInfo, close_body, request_fields

ROUTE_KEY = "setpoint.route"
"""Key of the WSGI environment under which the app puts the URL rule that the request matched."""

PROBE_PATHS = frozenset({"/livez", "/readyz"})
"""Paths that machines ask every few seconds: no access lines, no transactions."""

_logger = logging.getLogger("observability.access")


class AccessLog:
    """WSGI middleware that logs what was asked, what was answered, and how long it took."""

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request and log it."""
        exchange = _Exchange(environ)

        def start_observed(
            status: str, headers: list[tuple[str, str]], exc_info: ExceptionInfo | None = None, /
        ) -> Callable[[bytes], object]:
            exchange.status = int(status[:3])
            exchange.is_stream = is_event_stream(headers)
            return start_response(status, headers, exc_info)

        try:
            body = self._wsgi_app(environ, start_observed)
        except (Exception, SystemExit) as error:
            exchange.status = 500
            exchange.fail("request failed", error)
            exchange.log("request served")
            if isinstance(error, SystemExit):
                raise _failure_instead_of(error) from None
            raise
        if exchange.is_stream:
            exchange.log("event stream opened", event="stream-opened")
        return _ObservedBody(body, exchange)


def is_event_stream(headers: Iterable[tuple[str, str]]) -> bool:
    """Say whether the response with these headers is a stream of Server-Sent Events."""
    return any(
        name.lower() == "content-type" and value.lower().startswith("text/event-stream") for name, value in headers
    )


class _Exchange:
    """One request and its response, as far as they are known."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._environ = environ
        self._began = perf_counter()
        # Kept here, because a server may close the body elsewhere than where it asked for it.
        self._request = request_fields()
        self.status = 500
        self.size = 0
        self.is_stream = False

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
            "http.response.status_code": self.status,
            "http.response.body.size": self.size,
            "duration_ms": round((perf_counter() - self._began) * 1_000, 3),
            **more,
        }
        _logger.info(message, extra=fields)

    def fail(self, message: str, error: BaseException) -> None:
        """Log `error` while the request's context is still there, and mark it so that gunicorn doesn't repeat it."""
        _logger.error(message, exc_info=error, extra={"http.route": self._environ.get(ROUTE_KEY)})
        try:
            setattr(error, LOGGED_MARK, True)
        except AttributeError:
            _logger.debug("an exception takes no attributes, and will be logged twice")


class _ObservedBody:
    """The response's body; its chunks are counted, and its end is logged."""

    def __init__(self, body: Iterable[bytes], exchange: _Exchange) -> None:
        self._body = body
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        exchange = self._exchange
        try:
            for chunk in self._body:
                exchange.size += len(chunk)
                yield chunk
        except (Exception, SystemExit) as error:
            exchange.fail("response failed", error)
            raise

    def close(self) -> None:
        try:
            close_body(self._body)
        finally:
            if self._exchange.is_stream:
                self._exchange.log("event stream closed", event="stream-closed")
            else:
                self._exchange.log("request served")


def _failure_instead_of(ending: SystemExit) -> RuntimeError:
    """Return what makes a server answer with a 500: gunicorn would close the connection without a word."""
    failure = RuntimeError(str(ending.code))
    setattr(failure, LOGGED_MARK, True)
    return failure


def _decoded(path: str) -> str:
    """Undo WSGI's rule that bytes of the path travel as Latin-1."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")
