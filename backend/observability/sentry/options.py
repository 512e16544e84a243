"""The options of Sentry's SDK, for the service and for the command that tests the delivery: that needs no Flask."""

from typing import Any

from sentry_sdk.scrubber import EventScrubber

from config.settings import Settings
from observability.sentry.scrubbing import before_breadcrumb, before_send, before_send_transaction
from observability.sentry.tracing import traces_sampler
from observability.sentry.transport import UnlabelledTransport

_SHUTDOWN_TIMEOUT = 2.0
"""Seconds to deliver what is queued when the process ends; below gunicorn's graceful timeout."""


def sentry_options(settings: Settings) -> dict[str, Any]:
    """Return the SDK's options, apart from its integrations."""
    return {
        "dsn": settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else "",
        "environment": settings.sentry_environment,
        "release": settings.sentry_release,
        # Variables that the SDK would read itself: SENTRY_DEBUG, SENTRY_KEEP_ALIVE, SENTRY_SPOTLIGHT.
        "debug": False,
        "keep_alive": False,
        "spotlight": False,
        # What is traced. `stream` would bypass `before_send_transaction`.
        "traces_sampler": traces_sampler(settings.sentry_traces_sample_rate),
        "trace_lifecycle": "static",
        "trace_propagation_targets": [],
        "strict_trace_continuation": True,
        "before_send_transaction": before_send_transaction,
        # What is an error. The end of a greenlet is how gunicorn ends an open stream; what a cut response failed
        # with is a separate event.
        "ignore_errors": ["GreenletExit", "observability.requests.access.ResponseCutError"],
        "before_send": before_send,
        # What an event holds. `send_default_pii` stays unset, which means off; even `False` warns as deprecated.
        "before_breadcrumb": before_breadcrumb,
        "include_local_variables": False,
        "max_request_body_size": "never",
        "event_scrubber": EventScrubber(recursive=True),
        "default_integrations": False,
        "auto_enabling_integrations": False,
        "auto_session_tracking": False,
        "transport": UnlabelledTransport,
        "shutdown_timeout": _SHUTDOWN_TIMEOUT,
    }
