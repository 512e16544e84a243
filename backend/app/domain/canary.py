"""Canaries: the few instances that are offered a revision before everyone else, and the stage of that trial."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import ceil
from typing import NamedTuple

from app.domain.place import Place
from app.domain.session import Session, Stance

_SIZE = re.compile(r"([1-9][0-9]{0,5})(%?)")
_EVERYONE = 100

LONGEST_BAKE = timedelta(days=7)
USUAL_BAKE = timedelta(seconds=30)


class Stage(StrEnum):
    """The stage of a revision; the words are those of AWS AppConfig."""

    DEPLOYING = "DEPLOYING"
    """The canaries are offered it, and not all of them serve it."""
    BAKING = "BAKING"
    """All canaries serve it, and must keep serving it for the bake time."""
    COMPLETE = "COMPLETE"
    """Everyone is offered it."""
    ROLLED_BACK = "ROLLED_BACK"
    """The canaries are offered the previous revision again, and nobody else was ever offered it."""

    @property
    def is_trial(self) -> bool:
        """Return whether only the canaries are offered the revision."""
        return self in {Stage.DEPLOYING, Stage.BAKING}


@dataclass(frozen=True, slots=True)
class Size:
    """How many canaries to pick, written `3` or `10%`.

    Attributes:
        number: How many, or how many of a hundred.
        is_share: Whether it is a share of the live instances.
    """

    number: int
    is_share: bool = False

    def __str__(self) -> str:
        return f"{self.number}{'%' if self.is_share else ''}"

    @classmethod
    def parse(cls, text: str) -> "Size":
        """Return the size written as `text`.

        Raises:
            ValueError: It is not one.
        """
        match = _SIZE.fullmatch(text)
        if match is None or (match[2] and int(match[1]) > _EVERYONE):
            message = "a canary is a number of instances, `3`, or a share of them, `10%`"
            raise ValueError(message)
        return cls(int(match[1]), bool(match[2]))

    def of(self, live: int) -> int:
        """Return how many of `live` instances that is: at least one, and at most all of them."""
        return min(live, ceil(live * self.number / _EVERYONE) if self.is_share else self.number)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a revision is tried.

    Attributes:
        size: How many canaries to pick.
        bake: How long all of them must serve it before everyone is offered it.
    """

    size: Size
    bake: timedelta = USUAL_BAKE


@dataclass(frozen=True, slots=True)
class Canary:
    """A revision that some instances are offered first.

    Attributes:
        place: The environment.
        revision: The number of the revision.
        plan: How it is tried.
        instances: How many canaries were picked.
        stage: Its stage.
        begun_at: When it was written.
        baking_since: When the last canary began to serve it; None while one does not.
        ended_at: When everyone was offered it, or it was rolled back; None before.
        reason: Why it was rolled back.
    """

    place: Place
    revision: int
    plan: Plan
    instances: int
    stage: Stage
    begun_at: datetime
    baking_since: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offering:
    """What the instances of an environment are offered.

    Attributes:
        current: The number of the revision that everyone but the canaries is offered.
        canary: The newest revision, if it is on trial or was rolled back.
    """

    current: int
    canary: Canary | None = None

    @property
    def to_canaries(self) -> int:
        """Return the number of the revision that the canaries are offered."""
        return self.canary.revision if self.canary and self.canary.stage.is_trial else self.current

    def to(self, session: Session | Stance) -> int:
        """Return the number of the revision that one instance is offered."""
        is_canary = self.canary is not None and session.canary == self.canary.revision
        return self.to_canaries if is_canary else self.current


class Candidate(NamedTuple):
    """A live instance that could be a canary; a named tuple, because there may be 100,000.

    Attributes:
        session: The id of its session.
        instance: Its own id.
        host: The machine that it runs on.
        is_synced: Whether it serves the current revision.
    """

    session: str
    instance: str
    host: str
    is_synced: bool


def picked(candidates: Iterable[Candidate], size: Size, current: int) -> Sequence[Candidate]:
    """Return the canaries for the revision after `current`.

    Those that serve the current revision come first, because others are already in trouble; then they are spread over
    hosts; then chance decides, so that they are not the same each time.
    """

    def chance(candidate: Candidate) -> tuple[bool, bytes]:
        return not candidate.is_synced, sha256(f"{current} {candidate.instance}".encode()).digest()

    found = sorted(candidates, key=chance)
    on_host: Counter[str] = Counter()
    turns = []
    for each in found:
        turns.append((not each.is_synced, on_host[each.host]))
        on_host[each.host] += 1
    order = sorted(range(len(found)), key=turns.__getitem__)
    return [found[each] for each in order[: size.of(len(found))]]
