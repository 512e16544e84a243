"""Gives every request an id, and every log line of the request that id.

Context variables live as long as a greenlet, and under gunicorn a greenlet is a connection: the context is
therefore cleared when the server closes the response, not when the view returns. A greenlet or thread that a
request starts doesn't inherit it; `contextvars.copy_context().run` hands it over.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from random import getrandbits
from types import TracebackType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from observability.known_secrets import begin_to_remember, forget_secrets
from observability.requests.received_secrets import credentials_of
from setpoint.text.secret_values import holds_marked_token

REQUEST_ID_KEY = "setpoint.request_id"
"""Key of the WSGI environment under which the app finds the id of its request."""

_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._:@+=/-]{1,128}")
# W3C Trace Context, level 1: version, trace id, parent id, flags; later versions may append more.
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")

_NO_REQUEST: Mapping[str, str] = {}
_current: ContextVar[Mapping[str, str]] = ContextVar("setpoint_request", default=_NO_REQUEST)

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

# Functions that are created for every request are annotated with names: anything else is evaluated each time.
Headers = list[tuple[str, str]]
MaybeExceptionInfo = ExceptionInfo | None
Write = Callable[[bytes], object]


def request_fields() -> Mapping[str, str]:
    """Return the fields that log lines of the current request carry; none outside of requests."""
    return _current.get()


def current_request_id() -> str | None:
    """Return the id of the current request, if there is one."""
    return _current.get().get("request_id")


def trace_fields(traceparent: str) -> dict[str, str]:
    """Return OpenTelemetry's log fields for a W3C `traceparent` header; none if it is malformed."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if not found or (found[1] == "00" and found[5]):
        return {}
    return {"trace_id": found[2], "span_id": found[3], "trace_flags": found[4]}


class RequestIds:
    """WSGI middleware that accepts or makes the request's id, returns it, and binds it to the log lines."""

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request under its id."""
        request_id = _accepted_or_new(environ.get("HTTP_X_REQUEST_ID", ""))
        environ[REQUEST_ID_KEY] = request_id
        begin_to_remember(credentials_of(environ))
        _current.set({"request_id": request_id, **trace_fields(environ.get("HTTP_TRACEPARENT", ""))})

        def start_with_id(status: str, headers: Headers, exc_info: MaybeExceptionInfo = None, /) -> Write:
            others = [header for header in headers if header[0].lower() != "x-request-id"]
            return start_response(status, [*others, ("X-Request-ID", request_id)], exc_info)

        try:
            body = self._wsgi_app(environ, start_with_id)
        except BaseException:
            _end_of_request()
            raise
        return _Body(body)


class _Body:
    """A body whose end is that of the request; nothing is between it and the server while it is sent.

    Each wrapper in between would also cost every open stream a stack frame.
    """

    __slots__ = ("_body",)

    def __init__(self, body: Iterable[bytes]) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Close the body, and drop the request, whatever happens."""
        try:
            if (close := getattr(self._body, "close", None)) is not None:
                close()
        finally:
            _end_of_request()


def _end_of_request() -> None:
    _current.set(_NO_REQUEST)
    forget_secrets()


def _accepted_or_new(offered: str) -> str:
    is_fit = _ACCEPTED_ID.fullmatch(offered) and not holds_marked_token(offered)
    return offered if is_fit else f"{getrandbits(128):032x}"
