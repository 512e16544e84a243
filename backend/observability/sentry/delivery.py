"""Sends one event as the service would, and finds out what became of it, which the SDK does not report."""

from collections.abc import Mapping
from typing import Any

from sentry_sdk import Client, Scope
from sentry_sdk.transport import HttpTransport
from urllib3 import BaseHTTPResponse, exceptions

from config.settings import Settings
from observability.sentry.options import sentry_options

_HTTP_OK = 200
_ANSWER_TIMEOUT = 5.0
_TIMEOUT = 8.0
_REFUSALS = {
    400: "it does not accept the event",
    401: "it does not know the key of the DSN",
    403: "it does not accept events with the key of the DSN",
    404: "it does not know the project of the DSN",
    413: "the event is too large for it",
    429: "it accepts no more events for now, because a limit or a quota is reached",
}
# The first match counts, and some are subclasses of others.
_FAILURES: Mapping[type[Exception], str] = {
    exceptions.NameResolutionError: "the name of its host does not resolve",
    exceptions.NewConnectionError: "there is no connection to its host and port",
    exceptions.ConnectTimeoutError: "its host does not answer",
    exceptions.ReadTimeoutError: f"there was no answer within {_ANSWER_TIMEOUT:.0f} seconds",
    exceptions.SSLError: "its TLS certificate is not trusted, or it does not speak TLS",
    exceptions.ProxyError: "the proxy in front of it does not let the event through",
    exceptions.ProtocolError: "it closed the connection without an answer",
}


def deliver_test_event(settings: Settings, event_id: str) -> str | None:
    """Send one event and wait for the answer, at most ten seconds; nothing is patched and no hook is set.

    Returns:
        Why the event was not accepted; None if it was.
    """
    options = sentry_options(settings) | {"transport": _ObservedTransport, "send_client_reports": False}
    client = Client(**options)
    transport = client.transport
    event: Any = {"event_id": event_id, "level": "info", "message": "This is a test event of Setpoint"}
    client.capture_event(event, scope=Scope())
    client.close(timeout=_TIMEOUT)
    return transport.refusal if isinstance(transport, _ObservedTransport) else "the SDK did not use the DSN"


class _ObservedTransport(HttpTransport):
    """Sends as the SDK does, but once and with a deadline, and records the result."""

    refusal: str | None = f"there was no answer within {_TIMEOUT:.0f} seconds"

    def _request(self, method: str, endpoint_type: Any, body: Any, headers: Mapping[str, str]) -> BaseHTTPResponse:
        url = self._auth.get_api_url(endpoint_type)
        try:
            response = self._pool.request(
                method, url, body=body, headers=headers, retries=False, redirect=False, timeout=_ANSWER_TIMEOUT
            )
        except Exception as error:
            kinds = (text for kind, text in _FAILURES.items() if isinstance(error, kind))
            self.refusal = next(kinds, type(error).__name__)
            raise
        refused = _REFUSALS.get(response.status, "it answers with something other than expected")
        self.refusal = None if response.status == _HTTP_OK else f"{refused} (HTTP {response.status})"
        return response
