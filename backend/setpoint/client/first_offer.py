"""The revision that an instance starts with: what the service offers or, with a warning, its last known good."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from setpoint.client.agent import Agent
from setpoint.client.answer import RefusedError
from setpoint.client.known_good import Cache, KnownGood
from setpoint.client.session import Offer
from setpoint.errors import UnableError

_CLOCKS_DIFFER = timedelta(minutes=1)
"""How far a clock may be set back in normal operation."""

SECONDS_TO_TELL = 3.0
"""How long an instance that is ending tries to report that to the service."""


@dataclass(frozen=True, slots=True)
class First:
    """What an instance starts with.

    Attributes:
        offer: The revision.
        good: The last known good; None if there is none.
        is_cached: Whether the offer is the last known good, rather than what the service has just offered.
    """

    offer: Offer
    good: KnownGood | None
    is_cached: bool


def first_offer(agent: Agent, cache: Cache, *, max_age: timedelta | None = None, offline: bool = False) -> First | None:
    """Return what to start with; None if the settings class refuses the offer and nothing was applied before.

    Args:
        agent: Asks the service and the class, and reports a refusal to the service.
        cache: Holds the last known good; a damaged one is replaced by the next revision that is applied.
        max_age: How old the last known good may be.
        offline: Whether to start without asking the service.

    Raises:
        UnableError: The service offers nothing, and there is no last known good, or it is damaged or too old.
    """
    if offline:
        why = "the service is not asked"
        return _from_cache(agent, _loaded(cache, why), why, max_age)
    try:
        offer = agent.session.offer()
    except RefusedError as error:
        raise UnableError(error.detail) from None
    except UnableError as error:
        return _from_cache(agent, _loaded(cache, str(error)), str(error), max_age)
    good = _undamaged(agent, cache)
    outcome = agent.judge(offer)
    if outcome.accepted:
        return First(offer, good, is_cached=False)
    agent.refuse(offer, outcome)
    if good is not None:
        return _from_cache(agent, good, f"revision {offer.revision} is refused", max_age)
    with suppress(RefusedError, UnableError):
        agent.session.open(None)
        agent.finish(SECONDS_TO_TELL, gone=False)  # people must see why it did not start
    return None


def _loaded(cache: Cache, why: str) -> KnownGood | None:
    try:
        return cache.load()
    except UnableError as error:
        message = f"{why}, and {error}; start once while the service can be reached to make a new one"
        raise UnableError(message) from None


def _undamaged(agent: Agent, cache: Cache) -> KnownGood | None:
    """Return the last known good; a damaged one counts as none, and does not prevent a start with the offer."""
    try:
        return cache.load()
    except UnableError as error:
        agent.say(f"WARNING: {error}; the next revision that is applied replaces it")
        return None


def _from_cache(agent: Agent, cached: KnownGood | None, why: str, max_age: timedelta | None) -> First:
    if cached is None:
        message = f"{why}, and there is no last known good to start with"
        raise UnableError(message)
    age = datetime.now(UTC) - cached.applied_at
    if max_age is not None and age < -_CLOCKS_DIFFER:
        message = (
            f"{why}, and the age of the last known good is not known: by this machine's clock, it was applied in"
            f" {_told(-age)}; correct the clock, or start without a maximum age"
        )
        raise UnableError(message)
    if max_age is not None and age > max_age:
        message = f"{why}, and the last known good is {_told(age)} old, more than the {_told(max_age)} that are allowed"
        raise UnableError(message)
    agent.say(
        f"WARNING: {why}; starting with the last known good, revision {cached.revision}, applied {_told(age)} ago"
    )
    return First(Offer(cached.revision, cached.variables), cached, is_cached=True)


def _told(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
