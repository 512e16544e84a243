"""One instance for people: its state, why it refuses, what it serves, and how long it took to answer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.canary import Canary, Offering
from app.domain.place import Place
from app.domain.revision import Revision
from app.domain.session import Alike, ServedFrom, Session, Stance, State
from app.service.history import revision_in
from app.service.pages.changes import shortened
from app.service.ports import Transaction
from app.service.trials import offering

_WORST_FIRST = (State.FAILED, State.STALE, State.APPLYING, State.SYNCED, State.EXPIRED)
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """An instance, and its state relative to the revision that it is offered.

    Attributes:
        session: The id of its session.
        host: The machine that it runs on.
        pid: Its number there.
        release: The release of the app.
        schema: The digest of its contract; empty if it has not said.
        offered: The number of the revision that it is offered.
        is_canary: Whether it is offered that before everyone else.
        state: Its state relative to that.
        reasons: Why it refuses; the first few, each of them shortened if it is long.
        more_reasons: How many more there are.
        serves: The number of the revision that it serves; None before it has applied any.
        serves_since: Since when.
        is_from_cache: Whether that comes from its own last known good.
        answered_after: Seconds from the offer to its verdict; None if it has not answered.
        left_at: When it went; None while it is there.
    """

    session: str
    host: str
    pid: int
    release: str
    schema: str
    offered: int
    is_canary: bool
    state: State
    reasons: tuple[str, ...]
    more_reasons: int
    serves: int | None
    serves_since: datetime | None
    is_from_cache: bool
    answered_after: float | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What instances are offered, and since when.

    Attributes:
        offering: What each of them is offered.
        newest: The last revision that was made.
        canary: How that was tried; None if it was not.
    """

    offering: Offering
    newest: Revision
    canary: Canary | None = None

    def since(self, session: Session) -> datetime | None:
        """Return since when an instance can know about its revision; None if that is older than the newest."""
        if self.offering.to(session) != self.newest.number:
            return None
        is_late = self.canary is not None and session.canary != self.canary.revision
        told_at = self.canary.ended_at if self.canary and is_late else None
        return max(told_at or self.newest.made_at, session.opened_at)


def offer_in(found: Transaction, place: Place) -> Offer:
    """Return what the instances of an environment are offered.

    Raises:
        NotFoundError: The environment has no revision.
    """
    offered, canary = offering(found, place), found.canaries.latest(place)
    newest = revision_in(found, place, offered.canary.revision if offered.canary else offered.current)
    return Offer(offered, newest, canary if canary and canary.revision == newest.number else None)


def worst_first(
    found: Transaction, offer: Offer, wanted: Iterable[Alike], start: int, limit: int, **of: str
) -> tuple[InstanceRow, ...]:
    """Return instances, worst first, then those that have gone; no more than these are read from the store.

    Args:
        found: Where they are.
        offer: What they are offered.
        wanted: The stances to include.
        start: How many of them to leave out.
        limit: The most to return.
        of: The release and the schema that they run.
    """
    counted: Counter[Stance] = Counter()
    for each in wanted:
        counted[each.stance] += each.instances
    rows: list[Session] = []
    for stance in sorted(counted, key=lambda each: (_turn(each, offer.offering), str(each))):
        if start < counted[stance] and len(rows) < limit:
            left = limit - len(rows)
            rows += found.sessions.standing_so(offer.newest.place, stance, start, left, **of)
        start = max(0, start - counted[stance])
    return tuple(instance_row(each, offer) for each in rows)


def _turn(stance: Stance, offering: Offering) -> int:
    return _WORST_FIRST.index(stance.state(offering.to(stance)))


def instance_row(session: Session, offer: Offer) -> InstanceRow:
    """Return an instance for people."""
    offered, instance = offer.offering.to(session), session.instance
    state, serves = session.state(offered), session.serves
    verdict = session.attempted if session.attempted and session.attempted.revision == offered else None
    reasons = tuple(dict.fromkeys(each.message for each in verdict.reasons)) if verdict else ()
    canary = offer.offering.canary
    return InstanceRow(
        session=session.id,
        host=instance.host,
        pid=instance.pid,
        release=instance.release,
        schema=instance.schema,
        offered=offered,
        is_canary=canary is not None and canary.stage.is_trial and session.canary == canary.revision,
        state=state,
        reasons=tuple(map(shortened, reasons[:_MOST_REASONS])),
        more_reasons=max(0, len(reasons) - _MOST_REASONS),
        serves=serves.revision if serves else None,
        serves_since=serves.since if serves else None,
        is_from_cache=serves is not None and serves.source is ServedFrom.CACHE,
        answered_after=_seconds(offer.since(session), verdict.at) if verdict else None,
        left_at=session.left_at,
    )


def _seconds(since: datetime | None, until: datetime) -> float | None:
    """Return the time that has passed; None if clocks have jumped."""
    return None if since is None else max(until - since, timedelta()).total_seconds()
