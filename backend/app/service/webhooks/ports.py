"""What the use cases of webhooks need: where endpoints and deliveries are stored, and a sender."""

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
        """Return all endpoints without their secrets, oldest first."""
        ...

    def rotate(self, endpoint: Endpoint, secret: str, old_until: datetime) -> None:
        """Store another secret; the previous one also signs until then."""
        ...

    def switch(self, endpoint_id: str, disabled_at: datetime | None, because: str = "") -> None:
        """Store since when nothing is sent to an endpoint, and why; None if sending resumes."""
        ...

    def remove(self, endpoint_id: str) -> None:
        """Delete an endpoint, and what was on its way to it."""
        ...

    def put(self, message: Message, endpoint_id: str) -> str | None:
        """Store a message for an endpoint; return its id, None if the endpoint has already got the same."""
        ...

    def is_due(self, now: datetime, skipped: Collection[str]) -> bool:
        """Return whether there is something to deliver, except to `skipped` endpoints; cheap enough to ask often."""
        ...

    def claim(self, now: datetime, until: datetime, most: int, skipped: Collection[str]) -> Sequence[Delivery]:
        """Claim deliveries to try, which nobody else gets before `until`; none for the `skipped` endpoints."""
        ...

    def record(self, delivery: Delivery, now: datetime) -> None:
        """Store the result of an attempt, and delete what was done long ago."""
        ...

    def deliveries(self, endpoint_id: str, limit: int) -> Sequence[Delivery]:
        """Return what was or will be sent to an endpoint, newest first."""
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
        """Return all of them without their secrets, oldest first."""
        ...

    def rotate(self, webhook: IncomingWebhook, secret: str, old_until: datetime) -> None:
        """Store another secret; the previous one also signs until then."""
        ...

    def remove(self, webhook_id: str) -> None:
        """Delete one, and the record of what it has done."""
        ...

    def reaction(self, webhook_id: str, message_id: str) -> Reaction | None:
        """Return what a message has done; None if it has not arrived before."""
        ...

    def note(self, webhook_id: str, message_id: str, now: datetime, reaction: Reaction) -> None:
        """Store what a message has done, and delete what others did long ago."""
        ...


class Sender(Protocol):
    """Sends requests to addresses that strangers may have chosen."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """Return the result of a POST; it takes a bounded time, and raises nothing."""
        ...

    def refusal(self, url: str) -> str:
        """Return why nothing is ever sent to this address, judging by its text; empty if something may be sent."""
        ...
