"""Starts Sentry's SDK, with everything set explicitly that it would otherwise take from elsewhere.

Only imported when a DSN is set, and only after gevent has patched the standard library: imported before, the
SDK would silently fail to deliver over TLS.
"""

import logging
import platform
import sys
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.flask import FlaskIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
from sentry_sdk.scrubber import EventScrubber

from config.settings import Settings
from observability.sentry.scrubbing import before_breadcrumb, before_send, before_send_transaction
from observability.sentry.tracing import traces_sampler
from observability.sentry.transport import UnlabelledTransport

_SHUTDOWN_TIMEOUT = 2.0
"""Seconds to deliver what is queued when the process ends; below gunicorn's graceful timeout."""

# Their errors reach Sentry in another way, or concern Sentry itself.
_SILENT_LOGGERS = ("observability.access", "observability.sentry.*")


def set_up_sentry(settings: Settings) -> None:
    """Start the SDK with the DSN of `settings`, which must have one."""
    for name in _SILENT_LOGGERS:
        ignore_logger(name)
    sentry_sdk.init(**sentry_options(settings), integrations=_integrations())  # noqa: TID251 - this is its one place
    # What it would log for each request is dropped by its own filter unless `debug` is on.
    logging.getLogger("sentry_sdk.errors").setLevel(logging.CRITICAL)
    runtime = {"name": platform.python_implementation(), "version": platform.python_version(), "build": sys.version}
    sentry_sdk.get_global_scope().set_context("runtime", runtime)


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


def _integrations() -> list[Any]:
    return [
        AtexitIntegration(callback=lambda _pending, _timeout: None),
        DedupeIntegration(),
        # Named by URL rule: with the default, the function's name, no filter on paths could match.
        FlaskIntegration(transaction_style="url"),
        # Logged errors become events, and the static texts of our own lines before them become breadcrumbs.
        LoggingIntegration(level=logging.INFO, sentry_logs_level=None),
    ]
