"""Webhooks: who gets which events, what was sent, and when it is retried."""

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
"""How long the previous secret still signs."""

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long to wait after each failed attempt; after the last one, a delivery is given up: three days in all."""

_JITTER = 0.2
_ENDPOINT_ID = re.compile(r"wh_[0-9a-f]{16}")
MOST_ATTEMPTS = len(WAITS) + 1


class Topic(StrEnum):
    """What a webhook reports."""

    CREATED = "revision.created"
    """An environment has a new revision."""
    REFUSED = "revision.refused"
    """The settings class of a running instance refused what it was offered; sent once, for the first refusal."""
    ROLLED_BACK = "revision.rolled_back"
    """A new revision has the variables of an older one, or a revision on trial was rolled back."""
    BREAK_GLASS = "revision.break_glass"
    """A revision was written without the approvals that its environment needs."""
    PROPOSED = "proposal.made"
    """A change waits for somebody else's approval; also sent when its author has changed it."""
    PROPOSAL_ENDED = "proposal.ended"
    """A proposal was applied, refused or withdrawn, or was not approved in time."""
    PING = "ping"
    """Somebody tests whether webhooks arrive; every endpoint gets it."""


EVENTS = frozenset(Topic) - {Topic.PING}
"""The topics that an endpoint can choose from."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that webhooks are sent to.

    Attributes:
        id: Its id.
        url: Where to send.
        bound: The environments that it hears about.
        topics: What it hears about them.
        made_at: When it was made.
        secrets: The signing secrets, the current one first; after a rotation, the previous one follows for a while.
        disabled_at: Since when nothing is sent to it; None while it is enabled.
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
        """Return whether `message` is to be sent to it."""
        if message.place is None or self.disabled_at is not None:
            return False
        return message.topic in self.topics and self.bound.covers(message.place.app, message.place.environment)


@dataclass(frozen=True, slots=True)
class Message:
    """What a webhook says: brief, and without values.

    Attributes:
        topic: What happened.
        at: When.
        place: Where; None for a ping.
        revision: The number of the revision concerned; None for a ping.
        data: What else there is to say: numbers, and words of our own.
    """

    topic: Topic
    at: datetime
    place: Place | None = None
    revision: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)


class DeliveryState(StrEnum):
    """The state of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Answered:
    """The outcome of a request to a receiver.

    Attributes:
        status: The HTTP status; None if there was no answer.
        error: Why there was none, in our own words: it holds nothing that the receiver has sent.
    """

    status: int | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver.

    Attributes:
        at: When it began.
        status: The HTTP status of the answer; None if there was none.
        error: Why there was none, in words; empty if there was one.
        milliseconds: How long it took.
    """

    at: datetime
    status: int | None
    error: str = ""
    milliseconds: int = 0

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has it: a redirect is not success."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, section 15.3

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more webhooks."""
        return self.status == 410  # noqa: PLR2004 - Standard Webhooks: "the receiver wants nothing more"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to an endpoint.

    Attributes:
        id: Its id and the message's, `webhook-id`: the same in every attempt.
        endpoint: The id of the endpoint.
        message: What is sent.
        state: Its state.
        attempts: The attempts so far, oldest first.
        next_at: When it may be tried again; during an attempt, when that attempt counts as lost.
    """

    id: str
    endpoint: str
    message: Message
    state: DeliveryState
    attempts: tuple[Attempt, ...]
    next_at: datetime


def new_endpoint_id() -> str:
    """Return a new id for an endpoint."""
    return f"wh_{secrets.token_hex(8)}"


def is_endpoint_id(text: str) -> bool:
    """Return whether an endpoint can have this id."""
    return _ENDPOINT_ID.fullmatch(text) is not None


def new_delivery_id() -> str:
    """Return a new `webhook-id`."""
    return f"msg_{secrets.token_hex(16)}"


def after(delivery: Delivery, attempt: Attempt) -> Delivery:
    """Return `delivery` after one more attempt: done, given up, or to be retried after a delay with jitter."""
    attempts = (*delivery.attempts, attempt)
    state, wait = DeliveryState.WAITING, timedelta(0)
    if attempt.succeeded:
        state = DeliveryState.DELIVERED
    elif attempt.is_gone or len(attempts) >= MOST_ATTEMPTS:
        state = DeliveryState.GIVEN_UP
    else:
        wait = WAITS[len(attempts) - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - not a secret
    return Delivery(delivery.id, delivery.endpoint, delivery.message, state, attempts, attempt.at + wait)
