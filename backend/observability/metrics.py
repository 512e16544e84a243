"""Counts what this process does, for Prometheus; under gunicorn, all workers of a master are counted together.

Names follow https://prometheus.io/docs/practices/naming/. Labels hold only words of our own: no value of a setting or
a variable, and nothing that a client makes up.
"""

import os
from functools import lru_cache
from http import HTTPMethod

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The variable, known to the client library, that names the folder in which processes share their counters."""

_OTHER = "other"
_METHODS = frozenset(HTTPMethod)

_registry = CollectorRegistry()
_requests = Counter(
    "setpoint_http_requests", "Requests that were answered", ("method", "route", "status"), registry=_registry
)
_durations = Histogram(
    "setpoint_http_request_duration_seconds",
    "How long answers took, except streams",
    ("method", "route"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_registry,
)
_writes = Counter("setpoint_writes", "Attempts to write a revision", ("outcome",), registry=_registry)
_deliveries = Counter("setpoint_webhook_deliveries", "Attempts to deliver a webhook", ("outcome",), registry=_registry)

open_streams = Gauge(
    "setpoint_streams_open", "Event streams that are open", registry=_registry, multiprocess_mode="livesum"
)
stream_events = Counter("setpoint_stream_events", "Events that were handed to streams", registry=_registry)


def count_request(method: str, route: str | None, status: int, seconds: float | None) -> None:
    """Count a request.

    Args:
        method: What the client sent.
        route: The rule that its path matched; None if it matched none.
        status: The status of the answer.
        seconds: How long the answer took; None for a stream, which ends when its client wishes.
    """
    method, route = method if method in _METHODS else _OTHER, route or _OTHER
    _requests_with(method, route, status).inc()
    if seconds is not None:
        _durations_with(method, route).observe(seconds)


# The library looks up labels in Python, under a lock.
@lru_cache(maxsize=1_024)
def _requests_with(method: str, route: str, status: int) -> Counter:
    return _requests.labels(method, route, str(status))


@lru_cache(maxsize=1_024)
def _durations_with(method: str, route: str) -> Histogram:
    return _durations.labels(method, route)


@lru_cache(maxsize=16)
def _writes_with(outcome: str) -> Counter:
    return _writes.labels(outcome)


def count_write(outcome: str) -> None:
    """Count an attempt to write a revision, by one of a few words for its outcome."""
    _writes_with(outcome).inc()


def count_delivery(outcome: str) -> None:
    """Count an attempt to deliver a webhook, by one of a few words for its outcome."""
    _deliveries.labels(outcome).inc()


def exposition() -> bytes:
    """Return all counts in Prometheus' text format."""
    folder = os.environ.get(FOLDER_VARIABLE)  # noqa: TID251 - no setting: one part of the program tells it another
    if folder is None:
        return generate_latest(_registry)
    together = CollectorRegistry()
    MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]  # has no types here
    return generate_latest(together)
