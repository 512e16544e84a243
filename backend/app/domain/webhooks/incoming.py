"""Incoming webhooks: who may report that something is wrong in an environment, and what is done about it."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.identity import Actor, Bound, Principal, PrincipalKind, Scope, Token, rights_within
from app.domain.place import Place

_ID = re.compile(r"whin_[0-9a-f]{16}")


class IncomingAction(StrEnum):
    """What an incoming webhook does."""

    ABORT = "abort"
    """It rolls back a revision that is on trial."""
    ROLLBACK = "rollback"
    """It does the same or, if nothing is on trial, restores the variables of the revision before the current one."""


class Effect(StrEnum):
    """The outcome of a request."""

    ABORTED = "aborted"
    ROLLED_BACK = "rolled_back"
    NOTHING = "nothing"
    """Nothing was on trial, or the current revision is already a rollback: another one would undo it."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a request has done, which a repetition of it gets as its answer.

    Attributes:
        effect: The outcome.
        revision: The number of the revision that was rolled back; None if none was.
        current: The number of the revision that everyone is offered afterwards.
    """

    effect: Effect
    revision: int | None
    current: int


@dataclass(frozen=True, slots=True)
class IncomingWebhook:
    """Somebody who may report that something is wrong, known by the secret that signs.

    Attributes:
        id: Its id.
        place: The environment.
        action: What is done about it.
        made_at: When it was made.
        secrets: The signing secrets, the current one first; after a rotation, the previous one follows for a while.
    """

    id: str
    place: Place
    action: IncomingAction
    made_at: datetime
    secrets: tuple[str, ...] = field(repr=False)

    def actor(self, request_id: str, address: str) -> Actor:
        """Return it as an actor: a machine in its environment."""
        principal = Principal(PrincipalKind.MACHINE, "setpoint", self.id, f"webhook {self.id}")
        rights = rights_within({Scope.CONFIG_WRITE}, [Bound(self.place.app, self.place.environment)])
        return Actor(Token(self.id, self.id, principal, "incoming webhook", rights, self.made_at), request_id, address)


def new_incoming_id() -> str:
    """Return a new id for an incoming webhook."""
    return f"whin_{secrets.token_hex(8)}"


def is_incoming_id(text: str) -> bool:
    """Return whether an incoming webhook can have this id."""
    return _ID.fullmatch(text) is not None
