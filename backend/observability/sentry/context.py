"""Tells Sentry's scope which request it is in, so that errors from inside a stream have their route."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import sentry_sdk

from observability.requests.access import ROUTE_KEY, is_event_stream
from observability.requests.request_id import Headers, MaybeExceptionInfo, Write, current_request_id
from observability.sentry.tracing import EVENT_STREAM_TAG


class SentryContext:
    """WSGI middleware that tags the request's isolation scope, which outlives the view, unlike the current scope."""

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request within a scope that knows it."""
        scope = sentry_sdk.get_isolation_scope()
        scope.set_tag("request_id", current_request_id())

        def start_with_route(status: str, headers: Headers, exc_info: MaybeExceptionInfo = None, /) -> Write:
            if route := environ.get(ROUTE_KEY):
                scope.set_transaction_name(route, source="route")
            if is_event_stream(headers):
                scope.set_tag(EVENT_STREAM_TAG, "true")
            return start_response(status, headers, exc_info)

        return self._wsgi_app(environ, start_with_route)
