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

from config.settings import Settings
from observability.sentry.options import sentry_options

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


def _integrations() -> list[Any]:
    return [
        AtexitIntegration(callback=lambda _pending, _timeout: None),
        DedupeIntegration(),
        # Named by URL rule: with the default, the function's name, no filter on paths could match.
        FlaskIntegration(transaction_style="url"),
        # Logged errors become events, and the static texts of our own lines before them become breadcrumbs.
        LoggingIntegration(level=logging.INFO, sentry_logs_level=None),
    ]
