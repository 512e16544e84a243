"""Endpoints of webhooks in SQL, and the outbox of what is to be sent to them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.domain.identity import Bound
from app.domain.place import Place
from app.domain.webhooks.outgoing import (
    MOST_ATTEMPTS,
    WAITS,
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    Message,
    Topic,
    new_delivery_id,
)
from app.store.prepared import Prepared
from app.store.rarely_used import RarelyUsed
from app.store.repositories.app_keys import SqlKeys
from app.store.repositories.tables import deliveries, webhooks
from app.store.sealing import Sealer, WrappedAppKey

KEPT = timedelta(days=7)
"""How long finished deliveries can be looked up."""

_FARTHEST = 2 * WAITS[-1]
"""Nothing waits this long: what seems to was postponed by a clock that was wrong."""

_ENDPOINTS = Prepared(sa.select(webhooks).order_by(webhooks.c.made_at, webhooks.c.id))
_ENABLED = sa.select(webhooks.c.id).where(webhooks.c.disabled_at.is_(None))
_WAITING = deliveries.c.state == DeliveryState.WAITING


class SqlWebhooks:
    """The port `Webhooks` in one transaction; since there is one writer at a time, what is claimed is claimed once."""

    def __init__(self, connection: sa.Connection, sealer: Sealer, keys: SqlKeys, rarely_used: RarelyUsed) -> None:
        self._connection = connection
        self._rarely_used = rarely_used
        self._sealer = sealer
        self._keys = keys

    def add(self, endpoint: Endpoint) -> None:
        """Store a new endpoint."""
        row: dict[str, object] = {
            "id": endpoint.id,
            "url": endpoint.url,
            "bound": str(endpoint.bound),
            "topics": sorted(endpoint.topics),
            "made_at": endpoint.made_at,
            "secret": self._sealed(endpoint, endpoint.secrets[0]),
            "disabled_at": endpoint.disabled_at,
            "disabled_because": endpoint.disabled_because,
        }
        self._rarely_used.insert(webhooks, row)

    def named(self, endpoint_id: str, now: datetime) -> Endpoint | None:
        """Return the endpoint with this id, with the secrets that sign at `now`; None if there is none."""
        row = self._connection.execute(sa.select(webhooks).where(webhooks.c.id == endpoint_id)).first()
        if row is None:
            return None
        key = self._keys.of(Bound.parse(row.bound).app)
        return _endpoint(row, tuple(secrets_of(row, self._sealer, key, now)))

    def all_endpoints(self) -> Sequence[Endpoint]:
        """Return all endpoints without their secrets, oldest first."""
        return [_endpoint(row, ()) for row in self._rarely_used.rows(webhooks, _ENDPOINTS, {})]

    def rotate(self, endpoint: Endpoint, secret: str, old_until: datetime) -> None:
        """Store another secret; the previous one also signs until then."""
        change = webhooks.update().where(webhooks.c.id == endpoint.id)
        values = {"secret": self._sealed(endpoint, secret), "old_secret": webhooks.c.secret, "old_until": old_until}
        self._connection.execute(change.values(values))

    def switch(self, endpoint_id: str, disabled_at: datetime | None, because: str = "") -> None:
        """Store since when nothing is sent to an endpoint, and why; None if sending resumes."""
        change = webhooks.update().where(webhooks.c.id == endpoint_id)
        self._connection.execute(change.values(disabled_at=disabled_at, disabled_because=because))

    def remove(self, endpoint_id: str) -> None:
        """Delete an endpoint, and what was on its way to it."""
        self._connection.execute(deliveries.delete().where(deliveries.c.webhook == endpoint_id))
        self._connection.execute(webhooks.delete().where(webhooks.c.id == endpoint_id))

    def put(self, message: Message, endpoint_id: str) -> str | None:
        """Store a message for an endpoint; return its id, None if the endpoint has already got the same."""
        about = {
            "webhook": endpoint_id,
            "topic": message.topic,
            "app": message.place.app if message.place else "",
            "environment": message.place.environment if message.place else "",
            "revision": message.revision,
        }
        same = sa.select(deliveries.c.id).where(*(deliveries.c[name] == value for name, value in about.items()))
        if message.revision is not None and self._connection.execute(same).first():
            return None
        delivery_id = new_delivery_id()
        row: dict[str, object] = {
            **about,
            "id": delivery_id,
            "at": message.at,
            "data": dict(message.data),
            "state": DeliveryState.WAITING,
            "attempts": [],
            "next_at": message.at,
        }
        self._connection.execute(deliveries.insert(), row)
        return delivery_id

    def is_due(self, now: datetime, skipped: Collection[str]) -> bool:
        """Return whether there is something to deliver, except to `skipped` endpoints; cheap enough to ask often."""
        return (
            self._connection.execute(sa.select(deliveries.c.id).where(*_due(now, skipped)).limit(1)).first() is not None
        )

    def claim(self, now: datetime, until: datetime, most: int, skipped: Collection[str]) -> Sequence[Delivery]:
        """Claim deliveries to try, which nobody else gets before `until`; none for the `skipped` endpoints.

        At most one for each endpoint, so that a slow one does not hold up others.
        """
        turn = sa.func.row_number().over(partition_by=deliveries.c.webhook, order_by=deliveries.c.next_at)
        in_turn = sa.select(deliveries, turn.label("turn")).where(*_due(now, skipped)).subquery()
        rows = self._connection.execute(
            sa.select(in_turn).where(in_turn.c.turn == 1).order_by(in_turn.c.next_at).limit(most)
        ).all()
        mine = deliveries.update().where(deliveries.c.id.in_([row.id for row in rows]))
        self._connection.execute(mine.values(next_at=until))
        return [_delivery(row) for row in rows]

    def record(self, delivery: Delivery, now: datetime) -> None:
        """Store the result of an attempt, and delete what was done long ago."""
        change = deliveries.update().where(deliveries.c.id == delivery.id)
        attempts = [_attempt_json(each) for each in delivery.attempts]
        self._connection.execute(
            change.values(state=delivery.state, attempts=attempts, next_at=delivery.next_at),
        )
        self._connection.execute(deliveries.delete().where(~_WAITING, deliveries.c.next_at < now - KEPT))

    def deliveries(self, endpoint_id: str, limit: int) -> Sequence[Delivery]:
        """Return what was or will be sent to an endpoint, newest first."""
        wanted = sa.select(deliveries).where(deliveries.c.webhook == endpoint_id)
        rows = self._connection.execute(wanted.order_by(deliveries.c.at.desc(), deliveries.c.id).limit(limit))
        return [_delivery(row) for row in rows]

    def waiting_since(self) -> Iterator[tuple[str, datetime, int]]:
        """Yield the endpoints with undelivered messages: since when, and how many."""
        counts = sa.select(deliveries.c.webhook, sa.func.min(deliveries.c.at), sa.func.count()).where(_WAITING)
        for row in self._connection.execute(counts.group_by(deliveries.c.webhook)):
            yield row[0], row[1], row[2]

    def _sealed(self, endpoint: Endpoint, secret: str) -> bytes:
        return self._sealer.seal_webhook_secret(endpoint.id, secret, self._keys.of(endpoint.bound.app))


def secrets_of(row: sa.Row[Any], sealer: Sealer, key: WrappedAppKey, now: datetime) -> Iterator[str]:
    """Yield the secrets that sign at `now`, the current one first."""
    yield sealer.open_webhook_secret(row.id, bytes(row.secret), key)
    if row.old_secret is not None and now < row.old_until:
        yield sealer.open_webhook_secret(row.id, bytes(row.old_secret), key)


def _due(now: datetime, skipped: Collection[str]) -> Iterator[sa.ColumnElement[bool]]:
    yield _WAITING
    yield sa.or_(deliveries.c.next_at <= now, deliveries.c.next_at > now + _FARTHEST)
    yield deliveries.c.webhook.in_(_ENABLED)
    yield deliveries.c.webhook.not_in(skipped)


def _endpoint(row: Any, secrets: tuple[str, ...]) -> Endpoint:
    return Endpoint(
        id=row.id,
        url=row.url,
        bound=Bound.parse(row.bound),
        topics=frozenset(map(Topic, row.topics)),
        made_at=row.made_at,
        secrets=secrets,
        disabled_at=row.disabled_at,
        disabled_because=row.disabled_because,
    )


def _delivery(row: sa.Row[Any]) -> Delivery:
    place = Place(row.app, row.environment) if row.app else None
    return Delivery(
        id=row.id,
        endpoint=row.webhook,
        message=Message(Topic(row.topic), row.at, place, row.revision, row.data),
        state=DeliveryState(row.state),
        attempts=tuple(_attempt(each) for each in row.attempts[:MOST_ATTEMPTS]),
        next_at=row.next_at,
    )


def _attempt_json(attempt: Attempt) -> dict[str, object]:
    at = attempt.at.isoformat()
    return {"at": at, "status": attempt.status, "error": attempt.error, "milliseconds": attempt.milliseconds}


def _attempt(found: dict[str, Any]) -> Attempt:
    at = datetime.fromisoformat(found["at"])
    return Attempt(at, found["status"], found["error"], found["milliseconds"])
