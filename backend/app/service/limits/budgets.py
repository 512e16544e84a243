"""What each app may still write within the hour, counted in the transaction that writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from time import monotonic

from app.domain.errors import LimitedError
from app.domain.limit import MINUTES_AHEAD, RESERVE, Allowed, Limit, Spent, Usage, first_minute, free_at, minute_of
from app.domain.revision import Draft
from app.service.ports import Transaction
from setpoint.contract.limits import size_of

_MEBIBYTE = 1 << 20
_SECONDS_REFUSED_AGAIN = 1.0


@dataclass(frozen=True, slots=True)
class Budgets:
    """What apps may use and have used.

    Attributes:
        allowed: The limits of every app without limits of its own.
        seconds: A monotonic clock.
    """

    allowed: Allowed = field(default_factory=dict)
    seconds: Callable[[], float] = monotonic
    _refused: dict[str, tuple[float, LimitedError]] = field(default_factory=dict)

    def of(self, found: Transaction, app: str, now: datetime) -> tuple[Usage, ...]:
        """Return where an app stands on each limit."""
        own, spent = found.limits.own(app), _spent(found, app, now)
        streams = sum(found.limits.places(app).values())
        return tuple(self._usage(each, own, spent, streams) for each in Limit)

    def most(self, found: Transaction, app: str, limit: Limit) -> int | None:
        """Return how much an app may use; None for no limit."""
        return {**self.allowed, **found.limits.own(app)}.get(limit)

    def refuse_again(self, app: str) -> None:
        """Refuse at once what was refused less than a second ago, and would be refused again.

        Whoever retries without a pause would otherwise take the turns of those who write.

        Raises:
            LimitedError: As before.
        """
        until, error = self._refused.get(app, (0.0, None))
        if error is not None and self.seconds() < until:
            raise LimitedError(str(error), error.retry_after)

    def refuse_if_spent(self, found: Transaction, app: str, now: datetime, *, is_urgent: bool = False) -> None:
        """Refuse what would exceed a limit that is used up; urgent writes have a reserve.

        Raises:
            LimitedError: One of the limits is used up; the text says when there is capacity again.
        """
        allowed = {**self.allowed, **found.limits.own(app)}
        if not allowed:
            return
        spent = _spent(found, app, now)
        for limit in (each for each in Limit if each.is_hourly and each in allowed):
            most = allowed[limit] * (RESERVE if is_urgent else 1)
            if moment := free_at(spent, limit, most):
                message = (
                    f"`{app}` has used up its limit of {amount(limit, allowed[limit])} an hour;"
                    f" there is room again at {moment:%H:%M} UTC"
                )
                error = LimitedError(message, ceil((moment - now).total_seconds()))
                if not is_urgent:
                    self._remember(app, error)
                raise error

    def forget_refusals(self, app: str) -> None:
        """Forget what an app may use, because its limits have changed."""
        self._refused.pop(app, None)

    def _remember(self, app: str, error: LimitedError) -> None:
        now = self.seconds()
        for known in [each for each, (until, _) in self._refused.items() if until <= now]:
            self._refused.pop(known, None)
        self._refused[app] = (now + _SECONDS_REFUSED_AGAIN, error)

    def spend(self, found: Transaction, app: str, draft: Draft) -> None:
        """Record that a revision was made on behalf of an app."""
        self._note(found, app, draft.made_at, revisions=1, size=size_of(draft.variables))

    def spend_on_proposal(self, found: Transaction, app: str, draft: Draft) -> None:
        """Record that an app has stored what may become a revision."""
        self._note(found, app, draft.made_at, revisions=0, size=size_of(draft.variables))

    def spend_on_schema(self, found: Transaction, app: str, document: str, now: datetime) -> None:
        """Record that an app has stored a schema."""
        self._note(found, app, now, revisions=0, size=len(document.encode()))

    def _note(self, found: Transaction, app: str, now: datetime, *, revisions: int, size: int) -> None:
        found.limits.spend(app, Spent(minute_of(now), revisions, size), first_minute(now))

    def _usage(self, limit: Limit, own: Allowed, spent: Sequence[Spent], streams: int) -> Usage:
        most = {**self.allowed, **own}.get(limit)
        if not limit.is_hourly:
            return Usage(limit, most, streams, limit in own)
        moment = None if most is None else free_at(spent, limit, most)
        return Usage(limit, most, sum(each.of(limit) for each in spent), limit in own, moment)


def _spent(found: Transaction, app: str, now: datetime) -> Sequence[Spent]:
    """Return what an app has used within the hour; a clock that was ahead for a while has no lasting effect."""
    newest = minute_of(now) + MINUTES_AHEAD
    return [each for each in found.limits.spent(app, first_minute(now)) if each.minute <= newest]


def amount(limit: Limit, number: int) -> str:
    """Return an amount for people: `1 revision`, `256 MiB`."""
    if limit is not Limit.BYTES:
        return f"{number:,} {str(limit).removesuffix('s')}{'' if number == 1 else 's'}"
    whole = number % _MEBIBYTE == 0 and number > 0
    return f"{number // _MEBIBYTE:,} MiB" if whole else f"{number:,} byte{'' if number == 1 else 's'}"
