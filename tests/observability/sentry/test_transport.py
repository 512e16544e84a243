"""What is said when Sentry does not accept what is sent."""

import logging
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from observability.sentry.transport import Losses
from support.sentry_receiver import SentryReceiver


def test_the_first_loss_is_told_at_once_and_the_others_each_minute_and_at_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With their number, and the reason of the last."""
    caplog.set_level(logging.WARNING)
    seconds = [0.0]
    losses = Losses(clock=lambda: seconds[0])
    for at in (0, 1, 59, 61, 62, 200):
        seconds[0] = at
        losses.add(f"reason at {at}")
    losses.add("reason at the end")
    losses.tell()
    losses.tell()
    told = [(vars(record)["lost"], vars(record)["reason"]) for record in caplog.records]
    assert told == [(1, "reason at 0"), (3, "reason at 61"), (2, "reason at 200"), (1, "reason at the end")]


def _lines_about_sentry(
    running_service: Callable[..., AbstractContextManager[Any]], directory: Path, environment: dict[str, str]
) -> list[dict[str, Any]]:
    with running_service(directory, {**environment, "SENTRY_TRACES_SAMPLE_RATE": "1"}) as service:
        for _ in range(8):
            service.ask("GET", "/ends/LookupError")
        assert service.end() == 0
        return [line for line in service.lines() if line["logger"].startswith(("urllib3", "observability.sentry"))]


def test_an_endpoint_that_nobody_listens_on_is_one_line_and_another_in_the_end(
    running_service: Callable[..., AbstractContextManager[Any]], tmp_path: Path
) -> None:
    """urllib3 alone would warn of three attempts for each event and each transaction."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        environment = {"SENTRY_DSN": f"https://0123456789abcdef@127.0.0.1:{bound.getsockname()[1]}/1"}
        first, last = _lines_about_sentry(running_service, tmp_path, environment)
    for line in (first, last):
        assert (line["level"], line["message"]) == ("WARNING", "Sentry does not accept what is sent")
        assert line["reason"] == "MaxRetryError"
    assert first["lost"] == 1
    assert last["lost"] > 1


def test_an_endpoint_that_refuses_is_one_line_and_another_in_the_end(
    running_service: Callable[..., AbstractContextManager[Any]], tmp_path: Path, receiver: SentryReceiver
) -> None:
    """The SDK would tell nobody."""
    receiver.status = 401
    first, last = _lines_about_sentry(running_service, tmp_path, receiver.environment())
    assert (first["lost"], first["reason"], last["reason"]) == (1, "HTTP 401", "HTTP 401")
    # Each of eight requests is an event and a transaction.
    assert first["lost"] + last["lost"] >= 16
