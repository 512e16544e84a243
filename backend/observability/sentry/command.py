"""`sentry-test`: send one event to Sentry with the service's settings, and say whether it was accepted."""

import argparse
import sys
from uuid import uuid4

from config.settings import Settings
from setpoint import load

_ACCEPTED, _NOT_ACCEPTED, _NO_DSN = 0, 1, 2


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add no arguments: what is tested is what the service would do."""


def run(_arguments: argparse.Namespace) -> int:
    """Send the event; return 0 if it was accepted, 1 if it was not, 2 if there is no DSN."""
    settings = load(Settings)
    if settings.sentry_dsn is None:
        sys.stderr.write("`SENTRY_DSN` is not set, so nothing is sent to Sentry\n")
        return _NO_DSN
    from observability.sentry.delivery import deliver_test_event  # noqa: PLC0415 - without a DSN the SDK isn't imported

    event_id = uuid4().hex
    refusal = deliver_test_event(settings, event_id)
    if refusal is None:
        sys.stdout.write(f"{settings.sentry_dsn} accepted the event {event_id}\n")
        return _ACCEPTED
    sys.stderr.write(f"{settings.sentry_dsn} did not accept the event: {refusal}\n")
    return _NOT_ACCEPTED
