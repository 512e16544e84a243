"""Webhooks: who is told of what, what was sent, and when it is tried again."""

import random
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.identity import Bound
from app.domain.place import Place

GRACE = timedelta(hours=24)
"""How long the secret before the current one still signs."""

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long to wait after each attempt that failed; after the last one, a delivery is given up: three days in all."""

_JITTER = 0.2
_ENDPOINT_ID = re.compile(r"wh_[0-9a-f]{16}")
MOST_ATTEMPTS = len(WAITS) + 1


class Topic(StrEnum):
    """What a webhook tells of."""

    CREATED = "revision.created"
    """An environment has a new revision."""
    REFUSED = "revision.refused"
    """The settings class of a running instance refused what it was offered; told once, by the first that does."""
    ROLLED_BACK = "revision.rolled_back"
    """A new revision has the variables of an older one, or a revision on trial was taken back from its canaries."""
    BREAK_GLASS = "revision.break_glass"
    """A revision was written without the approval that its environment takes."""
    PROPOSED = "proposal.made"
    """A change waits for the approval of somebody else; also told when its author has changed it."""
    PROPOSAL_ENDED = "proposal.ended"
    """A proposal was applied, refused or withdrawn, or nobody has approved it in time."""
    PING = "ping"
    """Somebody tries whether webhooks arrive; every endpoint gets it."""


EVENTS = frozenset(Topic) - {Topic.PING}
"""What an endpoint can choose from."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that wants to be told.

    Attributes:
        id: Its name.
        url: Where to send.
        bound: The environments that it is told of.
        topics: What it is told of them.
        made_at: When it was made.
        secrets: What signs, the current one first; with the one before for a while after a rotation.
        disabled_at: Since when nothing is sent to it; None where something is.
        disabled_because: Why.
    """

    id: str
    url: str
    bound: Bound
    topics: frozenset[Topic]
    made_at: datetime
    secrets: tuple[str, ...] = field(repr=False)
    disabled_at: datetime | None = None
    disabled_because: str = ""

    def wants(self, message: "Message") -> bool:
        """Return whether it is to be told of `message`."""
        if message.place is None or self.disabled_at is not None:
            return False
        return message.topic in self.topics and self.bound.covers(message.place.app, message.place.environment)


@dataclass(frozen=True, slots=True)
class Message:
    """What there is to tell: thin, without values.

    Attributes:
        topic: What happened.
        at: When.
        place: Where; None for a ping.
        revision: The number of the revision that it is about; None for a ping.
        data: What else there is to say: numbers and words of ours.
    """

    topic: Topic
    at: datetime
    place: Place | None = None
    revision: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a request to a receiver.

    Attributes:
        status: The HTTP status; None where there was no answer.
        error: Why there was none, in words of ours: it holds nothing that the receiver has sent.
    """

    status: int | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver.

    Attributes:
        at: When it began.
        status: The HTTP status of the answer; None where there was none.
        error: Why there was none, in words; empty where there was one.
        milliseconds: How long it took.
    """

    at: datetime
    status: int | None
    error: str = ""
    milliseconds: int = 0

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has it: a redirect is no success."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, section 15.3

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more webhooks."""
        return self.status == 410  # noqa: PLR2004 - Standard Webhooks: "the receiver wants nothing more"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to an endpoint.

    Attributes:
        id: Its name and the message's, `webhook-id`: the same in every attempt.
        endpoint: The id of the endpoint.
        message: What is told.
        state: How it stands.
        attempts: What was tried, the oldest first.
        next_at: From when on it may be tried again; while somebody tries, when that has taken too long.
    """

    id: str
    endpoint: str
    message: Message
    state: DeliveryState
    attempts: tuple[Attempt, ...]
    next_at: datetime


def new_endpoint_id() -> str:
    """Return a name that no other endpoint has."""
    return f"wh_{secrets.token_hex(8)}"


def is_endpoint_id(text: str) -> bool:
    """Return whether an endpoint can have this name."""
    return _ENDPOINT_ID.fullmatch(text) is not None


def new_delivery_id() -> str:
    """Return a `webhook-id` that no other message has."""
    return f"msg_{secrets.token_hex(16)}"


def after(delivery: Delivery, attempt: Attempt) -> Delivery:
    """Return `delivery` after one more attempt: done, given up, or to be tried again after a while with jitter."""
    attempts = (*delivery.attempts, attempt)
    state, wait = DeliveryState.WAITING, timedelta(0)
    if attempt.succeeded:
        state = DeliveryState.DELIVERED
    elif attempt.is_gone or len(attempts) >= MOST_ATTEMPTS:
        state = DeliveryState.GIVEN_UP
    else:
        wait = WAITS[len(attempts) - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
    return Delivery(delivery.id, delivery.endpoint, delivery.message, state, attempts, attempt.at + wait)
