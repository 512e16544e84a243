"""What the use cases of webhooks need: where endpoints and deliveries are kept, and what sends."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.webhooks.incoming import IncomingWebhook, Reaction
from app.domain.webhooks.outgoing import Answered, Delivery, Endpoint, Message


class Webhooks(Protocol):
    """The endpoints, and what is on its way to them."""

    def add(self, endpoint: Endpoint) -> None:
        """Store a new endpoint."""
        ...

    def named(self, endpoint_id: str, now: datetime) -> Endpoint | None:
        """Return the endpoint with this id, with the secrets that sign at `now`; None if there is none."""
        ...

    def all_endpoints(self) -> Sequence[Endpoint]:
        """Return all endpoints without their secrets, the oldest first."""
        ...

    def rotate(self, endpoint: Endpoint, secret: str, old_until: datetime) -> None:
        """Store another secret; the one before signs as well until then."""
        ...

    def switch(self, endpoint_id: str, disabled_at: datetime | None, because: str = "") -> None:
        """Store since when nothing is sent to an endpoint, and why; None where something is again."""
        ...

    def remove(self, endpoint_id: str) -> None:
        """Forget an endpoint, and what was on its way to it."""
        ...

    def put(self, message: Message, endpoint_id: str) -> str | None:
        """Store a message for an endpoint; return its id, None where the endpoint has been told the same before."""
        ...

    def is_due(self, now: datetime, skipped: Collection[str]) -> bool:
        """Return whether there is something to deliver to others than the `skipped` endpoints, for every second."""
        ...

    def claim(self, now: datetime, until: datetime, most: int, skipped: Collection[str]) -> Sequence[Delivery]:
        """Return deliveries to try that nobody else gets before `until`; none for the `skipped` endpoints."""
        ...

    def record(self, delivery: Delivery, now: datetime) -> None:
        """Store what came of an attempt, and forget what was done long ago."""
        ...

    def deliveries(self, endpoint_id: str, limit: int) -> Sequence[Delivery]:
        """Return what was sent to an endpoint, or is to be, the newest first."""
        ...


class IncomingWebhooks(Protocol):
    """The incoming webhooks, and what they have done."""

    def add(self, webhook: IncomingWebhook) -> None:
        """Store a new incoming webhook."""
        ...

    def named(self, webhook_id: str, now: datetime) -> IncomingWebhook | None:
        """Return the one with this id, with the secrets that sign at `now`; None if there is none."""
        ...

    def all_webhooks(self) -> Sequence[IncomingWebhook]:
        """Return all of them without their secrets, the oldest first."""
        ...

    def rotate(self, webhook: IncomingWebhook, secret: str, old_until: datetime) -> None:
        """Store another secret; the one before signs as well until then."""
        ...

    def remove(self, webhook_id: str) -> None:
        """Forget one, and what it has done."""
        ...

    def reaction(self, webhook_id: str, message_id: str) -> Reaction | None:
        """Return what a message has done; None if it has not come before."""
        ...

    def note(self, webhook_id: str, message_id: str, now: datetime, reaction: Reaction) -> None:
        """Store what a message has done, and forget what others did long ago."""
        ...


class Sender(Protocol):
    """Sends requests to addresses that strangers may have chosen."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Return what came of a POST; it is over after a bounded time, and raises nothing."""
        ...

    def refusal(self, url: str) -> str:
        """Return why nothing is ever sent to this address, as far as its text tells; empty where something may be."""
        ...
