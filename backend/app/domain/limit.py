"""What one app may use, so that enough is left for the others, and what it has used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MINUTES = 60
"""Over how many minutes the use of an app is added up, the one that has begun included."""

MINUTES_AHEAD = 5
"""How far the clock of another machine may be ahead for what it noted to count."""

LARGEST_LIMIT = 10**15
RESERVE = 2
"""How many times the limit is used when a way back is refused as well: who has used up an hour can still return."""


class Limit(StrEnum):
    """What is limited."""

    REVISIONS = "revisions"
    BYTES = "bytes"
    STREAMS = "streams"

    @property
    def is_hourly(self) -> bool:
        """Return whether it is about an hour, and not about this moment."""
        return self is not Limit.STREAMS


Allowed = Mapping[Limit, int]
"""How much of each an app may use; what is not in it is not limited."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What an app has used within one minute.

    Attributes:
        minute: Which, counted from 1970.
        revisions: How many revisions were made on its behalf.
        bytes: How large they and its schemas were.
    """

    minute: int
    revisions: int = 0
    bytes: int = 0

    def of(self, limit: Limit) -> int:
        """Return how much of one kind that is."""
        return self.revisions if limit is Limit.REVISIONS else self.bytes


@dataclass(frozen=True, slots=True)
class Usage:
    """How an app stands to one limit.

    Attributes:
        limit: Which.
        allowed: How much it may use; None for any amount.
        used: How much it has used within the hour, or uses now.
        is_own: Whether the limit was set for this app, and is not that of all.
        free_at: When there is room again; None where there is some, or nobody knows.
    """

    limit: Limit
    allowed: int | None
    used: int
    is_own: bool = False
    free_at: datetime | None = None

    @property
    def is_used_up(self) -> bool:
        """Return whether there is no room left."""
        return self.allowed is not None and self.used >= self.allowed


def minute_of(moment: datetime) -> int:
    """Return the minute that `moment` is in, counted from 1970."""
    return int(moment.timestamp()) // 60


def first_minute(moment: datetime) -> int:
    """Return the oldest minute that still counts at `moment`."""
    return minute_of(moment) - MINUTES + 1


def free_at(spent: Sequence[Spent], limit: Limit, allowed: int) -> datetime | None:
    """Return when less than `allowed` is used, as the oldest minutes cease to count; None if that is so now."""
    left, moment = sum(each.of(limit) for each in spent), None
    for each in sorted(spent, key=lambda one: one.minute):
        if left < allowed:
            break
        left, moment = left - each.of(limit), _end(each)
    return moment


def _end(spent: Spent) -> datetime:
    """Return when a minute ceases to count."""
    return datetime.fromtimestamp(0, UTC) + timedelta(minutes=spent.minute + MINUTES)
