"""Events: what happened, in one gapless order, and how a reader says how far it has read."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_LARGEST = 2**63 - 1
_POSITION = re.compile(r"(0|[1-9][0-9]{0,18})-([0-9a-f]{8})")


class EventKind(StrEnum):
    """What an event reports."""

    REVISION = "revision"
    """Everyone is offered a revision."""
    CANARY = "canary"
    """Some instances are offered a revision first."""
    ROLLED_BACK = "rolled_back"
    """Those instances are offered the previous revision again."""
    DESTROYED = "destroyed"
    ROLLOUT = "rollout"
    """What instances say about a revision, or which instances there are, has changed."""
    PROPOSAL = "proposal"
    """A proposal was made, changed, approved or ended."""
    PROTECTION = "protection"
    """Changes of an environment now need more approvals, or fewer."""
    BREAK_GLASS = "break_glass"
    """A revision was written without the approvals that it needs."""
    SCHEMA = "schema"
    TOKEN = "token"  # noqa: S105 - a word for what happened, not a password


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reader has read, written `<sequence>-<mark>` in the `id:` of Server-Sent Events.

    Attributes:
        sequence: The number of the event; 0 before the first one.
        mark: The event's 32 random bits in hexadecimal. A database that was restored or has failed over may count
            again, and give the same number to a different event, but not the same mark.
    """

    sequence: int
    mark: str

    def __str__(self) -> str:
        return f"{self.sequence}-{self.mark}"

    @classmethod
    def parse(cls, text: str) -> "Position | None":
        """Return the position written as `text`; None if it is not one."""
        match = _POSITION.fullmatch(text)
        return cls(int(match[1]), match[2]) if match and int(match[1]) <= _LARGEST else None


START = Position(0, "00000000")
"""Before the first event."""


NOWHERE = Position(0, "ffffffff")
"""In no history: what a reader that has lost its place sends."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event before it has a place in the order: brief, without values.

    Attributes:
        kind: What it reports.
        at: When.
        app: The app that it concerns; empty where it concerns none.
        environment: The environment; empty where it concerns a whole app or none.
        subject: What it concerns there: the number of a revision, the digest of a schema, the id of a token.
    """

    kind: EventKind
    at: datetime
    app: str = ""
    environment: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, at its place in the order."""

    position: Position
    happening: Happening


@dataclass(frozen=True, slots=True)
class Reset:
    """The answer to a reader whose position is not in this history: read the state again, then go on from `latest`."""

    latest: Position


def new_mark() -> str:
    """Return 32 random bits in hexadecimal."""
    return secrets.token_hex(4)
