"""Manages who gets webhooks: endpoints, their secrets, and what was sent to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from app.domain.audit import Action, AuditEntry, entry
from app.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.domain.identity import ANY, Actor, Bound, Scope
from app.domain.validation import Fault
from app.domain.webhooks.outgoing import GRACE, Delivery, Endpoint, Message, Topic, is_endpoint_id, new_endpoint_id
from app.domain.webhooks.signature import new_secret
from app.service.ports import Clock, Store, Transaction
from app.service.webhooks.ports import Sender
from observability.known_secrets import remember_secret

MOST_ENDPOINTS = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The endpoints of webhooks, as seen by an `admin` of all environments that one hears about.

    Attributes:
        store: Where they are kept.
        sender: Knows which addresses are refused.
        clock: The time of day.
    """

    store: Store
    sender: Sender
    clock: Clock

    def create(self, actor: Actor, url: str, bound: Bound, topics: frozenset[Topic]) -> Endpoint:
        """Return a new endpoint with its secret, which is shown only once.

        Raises:
            ForbiddenError: The token is not `admin` of everything within `bound`.
            InvalidError: Nothing can be sent to the URL.
            ConflictError: There are too many endpoints.
        """
        if not actor.token.allows(Scope.ADMIN, bound.app, bound.environment):
            message = f"the token `{actor.token.id}` is not `admin` of `{bound}`"
            raise ForbiddenError(message)
        if refusal := self.sender.refusal(url):
            raise InvalidError((Fault("url", "url-not-allowed", refusal),))
        endpoint = Endpoint(new_endpoint_id(), url, bound, topics, self.clock(), (_new_secret(),))

        def change(found: Transaction) -> Endpoint:
            if len(found.webhooks.all_endpoints()) >= MOST_ENDPOINTS:
                message = f"there are {MOST_ENDPOINTS} webhooks already: delete one first"
                raise ConflictError(message)
            found.webhooks.add(endpoint)
            self._record(found, actor, Action.WEBHOOK_CREATE, endpoint)
            return endpoint

        return self.store.write(change)

    def visible(self, actor: Actor) -> Sequence[Endpoint]:
        """Return the endpoints that `actor` may manage, without their secrets."""
        found = self.store.read(lambda each: each.webhooks.all_endpoints())
        return [each for each in found if _is_business_of(actor, each)]

    def rotate(self, actor: Actor, endpoint_id: str, grace: timedelta = GRACE) -> Endpoint:
        """Return an endpoint with a new secret, which is shown only once; the old one also signs for a while.

        Raises:
            NotFoundError: There is no such endpoint, or the actor may not see it.
        """
        secret = _new_secret()

        def change(found: Transaction, endpoint: Endpoint) -> Endpoint:
            found.webhooks.rotate(endpoint, secret, self.clock() + grace)
            self._record(found, actor, Action.WEBHOOK_ROTATE, endpoint)
            return replace(endpoint, secrets=(secret,))

        return self._change(actor, endpoint_id, change)

    def enable(self, actor: Actor, endpoint_id: str) -> Endpoint:
        """Resume sending to an endpoint that has answered 410, including what has waited in the meantime.

        Raises:
            NotFoundError: There is no such endpoint, or the actor may not see it.
        """

        def change(found: Transaction, endpoint: Endpoint) -> Endpoint:
            found.webhooks.switch(endpoint.id, None)
            self._record(found, actor, Action.WEBHOOK_ENABLE, endpoint)
            return replace(endpoint, disabled_at=None, disabled_because="")

        return self._change(actor, endpoint_id, change)

    def delete(self, actor: Actor, endpoint_id: str) -> Endpoint:
        """Delete an endpoint, and what was on its way to it.

        Raises:
            NotFoundError: There is no such endpoint, or the actor may not see it.
        """

        def change(found: Transaction, endpoint: Endpoint) -> Endpoint:
            found.webhooks.remove(endpoint.id)
            self._record(found, actor, Action.WEBHOOK_DELETE, endpoint)
            return endpoint

        return self._change(actor, endpoint_id, change)

    def ping(self, actor: Actor, endpoint_id: str) -> str:
        """Send a test message to an endpoint; return the id of the delivery.

        Raises:
            NotFoundError: There is no such endpoint, or the actor may not see it.
            ConflictError: Nothing is sent to it.
        """

        def change(found: Transaction, endpoint: Endpoint) -> str:
            if endpoint.disabled_at is not None:
                message = f"nothing is sent to `{endpoint.id}`: {endpoint.disabled_because}"
                raise ConflictError(message)
            return found.webhooks.put(Message(Topic.PING, self.clock()), endpoint.id) or ""

        return self._change(actor, endpoint_id, change)

    def deliveries(self, actor: Actor, endpoint_id: str, limit: int = 50) -> Sequence[Delivery]:
        """Return what was or will be sent to an endpoint, newest first.

        Raises:
            NotFoundError: There is no such endpoint, or the actor may not see it.
        """

        def question(found: Transaction) -> Sequence[Delivery]:
            self._own(found, actor, endpoint_id)
            return found.webhooks.deliveries(endpoint_id, limit)

        return self.store.read(question)

    def _change(self, actor: Actor, endpoint_id: str, change: Callable[[Transaction, Endpoint], T]) -> T:
        return self.store.write(lambda found: change(found, self._own(found, actor, endpoint_id)))

    def _own(self, found: Transaction, actor: Actor, endpoint_id: str) -> Endpoint:
        endpoint = found.webhooks.named(endpoint_id, self.clock()) if is_endpoint_id(endpoint_id) else None
        if endpoint is None or not _is_business_of(actor, endpoint):
            message = "there is no webhook with this id"
            raise NotFoundError(message)
        return endpoint

    def _record(self, found: Transaction, actor: Actor, action: Action, endpoint: Endpoint) -> None:
        found.audit.record(about(endpoint, entry(actor, action, self.clock())))


def about(endpoint: Endpoint, told: AuditEntry) -> AuditEntry:
    """Return the audit log entry for something that was done to an endpoint."""
    app, environment = ("" if each == ANY else each for each in (endpoint.bound.app, endpoint.bound.environment))
    detail = {"webhook": endpoint.id, "bound": str(endpoint.bound), "events": sorted(endpoint.topics)}
    return replace(told, app=app, environment=environment, detail=detail)


def _new_secret() -> str:
    secret = new_secret()
    remember_secret(secret)
    return secret


def _is_business_of(actor: Actor, endpoint: Endpoint) -> bool:
    return actor.token.allows(Scope.ADMIN, endpoint.bound.app, endpoint.bound.environment)
