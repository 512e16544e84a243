"""Waits for what other processes and threads do."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_IN_SECONDS = 60.0

T = TypeVar("T")


def eventually(
    condition: Callable[[], T],
    what: str = "it comes to that",
    seconds: float = PATIENCE_IN_SECONDS,
    instead: Callable[[], object] | None = None,
) -> T:
    """Return the first truthy answer of `condition`, or fail with `what` was expected, and what there is `instead`."""
    ends_at = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > ends_at:
            message = f"not within {seconds:g} seconds: {what}" + (f", but {instead()}" if instead else "")
            raise AssertionError(message)
        time.sleep(0.05)
    return found
