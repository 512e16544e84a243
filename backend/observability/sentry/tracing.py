"""Decides which requests become transactions: by our own random choice, and never a long-lived one."""

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from observability.requests.access import PROBE_PATHS

if TYPE_CHECKING:
    from sentry_sdk.types import Event

EVENT_STREAM_TAG = "event_stream"
"""The tag for what happened within a stream of Server-Sent Events."""

_LONG_LIVED_SEGMENTS = frozenset({"stream", "sessions"})


def is_traced_path(path: str) -> bool:
    """Return whether requests to `path` may become transactions."""
    return path not in PROBE_PATHS and _LONG_LIVED_SEGMENTS.isdisjoint(path.split("/"))


def is_traced(transaction: "Event") -> bool:
    """Return whether `transaction` is worth sending, however malformed it is."""
    url = str((transaction.get("request") or {}).get("url", ""))
    path = "/" + url.partition("://")[2].partition("/")[2].partition("?")[0]
    # The rule counts as well, because an app may be mounted where its paths are different.
    rule = str(transaction.get("transaction", ""))
    return is_traced_path(path) and is_traced_path(rule) and EVENT_STREAM_TAG not in (transaction.get("tags") or {})


def traces_sampler(rate: float) -> Callable[[Mapping[str, Any]], float] | None:
    """Return a sampler that traces a share of `rate` of the requests; none at all for 0.

    The choice is made here. Left to itself, the SDK obeys the client: `sentry-trace: …-1` forces a trace, and
    with a rate between 0 and 1 the client's `baggage` brings the random number.
    """
    if rate == 0:
        return None

    def sample(context: Mapping[str, Any]) -> float:
        environ = context.get("wsgi_environ") or {}
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        return float(is_traced_path(path) and random.random() < rate)  # noqa: S311 - nothing secret depends on it

    return sample
