"""Sets up how the process reports on itself, and lets it observe the app."""

from wsgiref.types import WSGIApplication

from config.secret_texts import secret_texts
from config.settings import Settings
from observability.exception_text import show_exception_texts
from observability.known_secrets import know_secrets_of_the_process
from observability.logs.set_up import set_up_logging
from observability.requests.access import PLAIN_FAILURE, AccessLog, Answer
from observability.requests.request_id import RequestIds, request_fields


def set_up_observability(settings: Settings) -> None:
    """Learn what is secret; set up logging, so that there is something to log to; then Sentry, if there is a DSN."""
    know_secrets_of_the_process(secret_texts(settings))
    show_exception_texts(settings.exception_text)
    set_up_logging(settings, request_fields)
    if settings.sentry_dsn is not None:
        from observability.sentry.set_up import set_up_sentry  # noqa: PLC0415 - without a DSN the SDK isn't imported

        set_up_sentry(settings)


def observed(wsgi_app: WSGIApplication, settings: Settings, failure: Answer = PLAIN_FAILURE) -> WSGIApplication:
    """Wrap `wsgi_app` so that its requests have ids, log lines and, if there is a DSN, a context in Sentry.

    Args:
        wsgi_app: What serves the requests.
        settings: Those that `set_up_observability` got.
        failure: The answer to a request that ended with an exception that the app did not handle.
    """
    with_access_log: WSGIApplication = AccessLog(wsgi_app, failure)
    if settings.sentry_dsn is not None:
        from observability.sentry.context import SentryContext  # noqa: PLC0415 - without a DSN the SDK isn't imported

        with_access_log = SentryContext(with_access_log)
    return RequestIds(with_access_log)
