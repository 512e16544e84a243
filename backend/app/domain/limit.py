"""What one app may use, so that enough is left for the others, and what it has used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MINUTES = 60
"""Over how many minutes the use of an app is added up, including the current one."""

MINUTES_AHEAD = 5
"""How far ahead another machine's clock may be for what it recorded to count."""

LARGEST_LIMIT = 10**15
RESERVE = 2
"""At how many times the limit a rollback is refused as well: an app that has used up its hour can still roll back."""


class Limit(StrEnum):
    """What is limited."""

    REVISIONS = "revisions"
    BYTES = "bytes"
    STREAMS = "streams"

    @property
    def is_hourly(self) -> bool:
        """Return whether it limits an hour rather than this moment."""
        return self is not Limit.STREAMS


Allowed = Mapping[Limit, int]
"""How much of each an app may use; anything not in it is unlimited."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What an app has used within one minute.

    Attributes:
        minute: The minute, counted from 1970.
        revisions: How many revisions were made on its behalf.
        bytes: How large they and its schemas were.
    """

    minute: int
    revisions: int = 0
    bytes: int = 0

    def of(self, limit: Limit) -> int:
        """Return how much of one kind was used."""
        return self.revisions if limit is Limit.REVISIONS else self.bytes


@dataclass(frozen=True, slots=True)
class Usage:
    """Where an app stands on one limit.

    Attributes:
        limit: The limit.
        allowed: How much it may use; None for no limit.
        used: How much it has used within the hour, or is using now.
        is_own: Whether the limit was set for this app, rather than for all.
        free_at: When there is capacity again; None if there is some now, or if that is not known.
    """

    limit: Limit
    allowed: int | None
    used: int
    is_own: bool = False
    free_at: datetime | None = None

    @property
    def is_used_up(self) -> bool:
        """Return whether the limit is used up."""
        return self.allowed is not None and self.used >= self.allowed


def minute_of(moment: datetime) -> int:
    """Return the minute that `moment` is in, counted from 1970."""
    return int(moment.timestamp()) // 60


def first_minute(moment: datetime) -> int:
    """Return the oldest minute that still counts at `moment`."""
    return minute_of(moment) - MINUTES + 1


def free_at(spent: Sequence[Spent], limit: Limit, allowed: int) -> datetime | None:
    """Return when less than `allowed` will be used, as the oldest minutes stop counting; None if that is so now."""
    left, moment = sum(each.of(limit) for each in spent), None
    for each in sorted(spent, key=lambda one: one.minute):
        if left < allowed:
            break
        left, moment = left - each.of(limit), _end(each)
    return moment


def _end(spent: Spent) -> datetime:
    """Return when a minute stops counting."""
    return datetime.fromtimestamp(0, UTC) + timedelta(minutes=spent.minute + MINUTES)
