"""`python -m config sentry-test` tells what Sentry says, which the SDK keeps to itself."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from support.keyed_settings import KEYS
from support.sentry_receiver import SentryReceiver

_BACKEND = Path(__file__).parents[3] / "backend"
_KEY = "0123456789abcdef"


def _sentry_test(**environment: str) -> tuple[int, str, str]:
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("SENTRY_")}
    ended = subprocess.run(
        [sys.executable, "-m", "config", "sentry-test"],
        env={**quiet, "ENV_FILE": os.devnull, "ENCRYPTION_KEYS": KEYS, **environment},
        cwd=_BACKEND,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert _KEY not in ended.stdout + ended.stderr
    return ended.returncode, ended.stdout, ended.stderr


def test_an_event_that_is_accepted_is_named(receiver: SentryReceiver) -> None:
    """So that people can look for it; it is the service's environment and release that it shows."""
    status, out, err = _sentry_test(**receiver.environment(_KEY), SENTRY_ENVIRONMENT="staging")
    assert (status, err) == (0, "")
    assert re.fullmatch(rf"https://\*+@localhost:{receiver.port}/42 accepted the event [0-9a-f]{{32}}\n", out)
    (event,) = receiver.received("event")
    assert event["event_id"] in out
    assert event["environment"] == "staging"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (401, "it does not know the key of the DSN (HTTP 401)"),
        (403, "it does not accept events with the key of the DSN (HTTP 403)"),
        (429, "it accepts no more events for now, because a limit or a quota is reached (HTTP 429)"),
        (502, "it answers with something other than expected (HTTP 502)"),
        (302, "it answers with something other than expected (HTTP 302)"),
    ],
)
def test_a_refusal_is_explained(receiver: SentryReceiver, answer: int, reason: str) -> None:
    """It is asked once, whatever it answers."""
    receiver.status = answer
    status, out, err = _sentry_test(**receiver.environment(_KEY))
    assert (status, out) == (1, "")
    assert err == f"https://********@localhost:{receiver.port}/42 did not accept the event: {reason}\n"
    assert receiver.requests == 1


def test_an_authority_that_is_not_trusted_is_named_as_the_reason(receiver: SentryReceiver) -> None:
    """The SDK would lose every event silently."""
    status, _out, err = _sentry_test(SENTRY_DSN=receiver.dsn(_KEY))
    assert status == 1
    assert "its TLS certificate is not trusted" in err


def test_a_port_where_nobody_listens_is_named_as_the_reason() -> None:
    """Bound, so that nobody else gets it, and not listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        status, _out, err = _sentry_test(SENTRY_DSN=f"https://{_KEY}@127.0.0.1:{bound.getsockname()[1]}/1")
    assert status == 1
    assert "there is no connection to its host and port" in err


def test_a_name_that_does_not_resolve_is_named_as_the_reason() -> None:
    """`.invalid` is reserved for names that never do; where no server answers, nobody waits for long."""
    patience = {"RES_OPTIONS": "timeout:1 attempts:1"}
    status, _out, err = _sentry_test(SENTRY_DSN=f"https://{_KEY}@sentry.invalid/1", **patience)
    assert status == 1
    assert "the name of its host does not resolve" in err


def test_without_a_dsn_there_is_nothing_to_test() -> None:
    """That is neither accepted nor refused."""
    assert _sentry_test() == (2, "", "`SENTRY_DSN` is not set, so nothing is sent to Sentry\n")


def test_an_endpoint_that_hangs_is_given_up(receiver: SentryReceiver) -> None:
    """Within ten seconds."""
    receiver.delay = 60
    status, _out, err = _sentry_test(**receiver.environment(_KEY))
    assert status == 1
    assert "there was no answer within" in err
