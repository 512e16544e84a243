"""The revision that an instance begins with: what the service offers, or its own last known good, and that loudly."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from setpoint.client.agent import Agent
from setpoint.client.answer import RefusedError
from setpoint.client.known_good import KnownGood
from setpoint.client.session import Offer
from setpoint.errors import UnableError

SECONDS_TO_TELL = 3.0
"""How long an instance that ends tries to tell the service so."""


@dataclass(frozen=True, slots=True)
class First:
    """What an instance begins with.

    Attributes:
        offer: The revision.
        is_cached: Whether it is the last known good, and not what the service has just offered.
    """

    offer: Offer
    is_cached: bool


def first_offer(
    agent: Agent, good: KnownGood | None, *, max_age: timedelta | None = None, offline: bool = False
) -> First | None:
    """Return what to begin with; None if the settings class refuses what is offered and nothing was applied before.

    Args:
        agent: Asks the service and the class; it tells the service of a refusal.
        good: The last known good; None if there is none.
        max_age: How old that may be.
        offline: Whether the service is not asked.

    Raises:
        UnableError: The service offers nothing, and there is no last known good, or it is too old.
    """
    if offline:
        return _from_cache(agent, good, "the service is not asked", max_age)
    try:
        offer = agent.session.offer()
    except RefusedError as error:
        raise UnableError(error.detail) from None
    except UnableError as error:
        return _from_cache(agent, good, str(error), max_age)
    outcome = agent.judge(offer)
    if outcome.accepted:
        return First(offer, is_cached=False)
    agent.refuse(offer, outcome)
    if good is not None:
        return _from_cache(agent, good, f"revision {offer.revision} is refused", max_age)
    with suppress(RefusedError, UnableError):
        agent.session.open(None)
        agent.finish(SECONDS_TO_TELL, gone=False)  # people are to see why it did not start
    return None


def _from_cache(agent: Agent, cached: KnownGood | None, why: str, max_age: timedelta | None) -> First:
    if cached is None:
        message = f"{why}, and there is no last known good to start with"
        raise UnableError(message)
    age = datetime.now(UTC) - cached.applied_at
    if max_age is not None and age > max_age:
        message = f"{why}, and the last known good is {_told(age)} old, more than the {_told(max_age)} that are allowed"
        raise UnableError(message)
    agent.say(
        f"WARNING: {why}; starting with the last known good, revision {cached.revision}, applied {_told(age)} ago"
    )
    return First(Offer(cached.revision, cached.variables), is_cached=True)


def _told(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
