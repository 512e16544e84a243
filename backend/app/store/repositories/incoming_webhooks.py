"""Incoming webhooks in SQL, and what each incoming message has done."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.domain.place import Place
from app.domain.webhooks.incoming import Effect, IncomingAction, IncomingWebhook, Reaction
from app.store.repositories.app_keys import SqlKeys
from app.store.repositories.tables import incoming_webhooks, received_webhooks
from app.store.repositories.webhooks import secrets_of
from app.store.sealing import Sealer

KEPT = timedelta(days=30)
"""How long a message is recognised; senders give up after days."""


class SqlIncomingWebhooks:
    """The port `IncomingWebhooks` in one transaction."""

    def __init__(self, connection: sa.Connection, sealer: Sealer, keys: SqlKeys) -> None:
        self._connection = connection
        self._sealer = sealer
        self._keys = keys

    def add(self, webhook: IncomingWebhook) -> None:
        """Store a new incoming webhook."""
        row: dict[str, object] = {
            "id": webhook.id,
            "app": webhook.place.app,
            "environment": webhook.place.environment,
            "action": webhook.action,
            "made_at": webhook.made_at,
            "secret": self._sealed(webhook, webhook.secrets[0]),
        }
        self._connection.execute(incoming_webhooks.insert(), row)

    def named(self, webhook_id: str, now: datetime) -> IncomingWebhook | None:
        """Return the one with this id, with the secrets that sign at `now`; None if there is none."""
        wanted = sa.select(incoming_webhooks).where(incoming_webhooks.c.id == webhook_id)
        row = self._connection.execute(wanted).first()
        return _webhook(row, tuple(secrets_of(row, self._sealer, self._keys.of(row.app), now))) if row else None

    def all_webhooks(self) -> Sequence[IncomingWebhook]:
        """Return all of them without their secrets, oldest first."""
        ordered = sa.select(incoming_webhooks).order_by(incoming_webhooks.c.made_at, incoming_webhooks.c.id)
        return [_webhook(row, ()) for row in self._connection.execute(ordered)]

    def rotate(self, webhook: IncomingWebhook, secret: str, old_until: datetime) -> None:
        """Store another secret; the previous one also signs until then."""
        known = incoming_webhooks.c
        values = {"secret": self._sealed(webhook, secret), "old_secret": known.secret, "old_until": old_until}
        self._connection.execute(incoming_webhooks.update().where(known.id == webhook.id).values(values))

    def remove(self, webhook_id: str) -> None:
        """Delete one, and the record of what it has done."""
        self._connection.execute(received_webhooks.delete().where(received_webhooks.c.webhook == webhook_id))
        self._connection.execute(incoming_webhooks.delete().where(incoming_webhooks.c.id == webhook_id))

    def reaction(self, webhook_id: str, message_id: str) -> Reaction | None:
        """Return what a message has done; None if it has not arrived before."""
        known = received_webhooks.c
        wanted = sa.select(received_webhooks).where(known.webhook == webhook_id, known.id == message_id)
        row = self._connection.execute(wanted).first()
        return Reaction(Effect(row.effect), row.revision, row.current) if row else None

    def note(self, webhook_id: str, message_id: str, now: datetime, reaction: Reaction) -> None:
        """Store what a message has done, and delete what others did long ago."""
        self._connection.execute(received_webhooks.delete().where(received_webhooks.c.at < now - KEPT))
        row: dict[str, object] = {
            "webhook": webhook_id,
            "id": message_id,
            "at": now,
            "effect": reaction.effect,
            "revision": reaction.revision,
            "current": reaction.current,
        }
        self._connection.execute(received_webhooks.insert(), row)

    def _sealed(self, webhook: IncomingWebhook, secret: str) -> bytes:
        return self._sealer.seal_webhook_secret(webhook.id, secret, self._keys.of(webhook.place.app))


def _webhook(row: sa.Row[Any], secrets: tuple[str, ...]) -> IncomingWebhook:
    place = Place(row.app, row.environment)
    return IncomingWebhook(row.id, place, IncomingAction(row.action), row.made_at, secrets)
