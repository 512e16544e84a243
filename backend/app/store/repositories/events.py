"""Events and the audit log in SQL: what watchers get, and what is kept for those who ask later."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.domain.audit import Action, AuditEntry
from app.domain.event import START, Event, EventKind, Happening, Position, Reset, new_mark
from app.store.prepared import Prepared
from app.store.repositories.access_tables import principals
from app.store.repositories.columns import BY_TABLE, LARGEST
from app.store.repositories.principals import SqlPrincipals, as_principal
from app.store.repositories.tables import audit, counter, events

_NEXT = Prepared(
    counter.update()
    .values(sequence=counter.c.sequence + 1, mark=sa.bindparam("next_mark"))
    .returning(counter.c.sequence)
)
"""One row, updated in the transaction that writes: numbers are in the order of commits, without gaps."""


_NEW_EVENT = Prepared(events.insert())
_NEW_ENTRY = Prepared(audit.insert().inline())
_ENTRIES = sa.select(audit, principals).join(principals).set_label_style(BY_TABLE)
_POSITION = Prepared(sa.select(counter.c.sequence, counter.c.mark))


KEPT = 100_000
"""How many events a reader may have missed and still continue; the audit log keeps everything."""
TRIMMED_EVERY = 1_000


class SqlEvents:
    """The port `Events` in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.added = 0

    def add(self, happening: Happening) -> Event:
        """Store what happened as the next event."""
        mark = new_mark()
        position = Position(_NEXT.first(self._connection, {"next_mark": mark}).sequence, mark)
        row = {
            "sequence": position.sequence,
            "mark": position.mark,
            "kind": happening.kind,
            "at": happening.at,
            "app": happening.app,
            "environment": happening.environment,
            "subject": happening.subject,
        }
        _NEW_EVENT.run(self._connection, row)
        if position.sequence % TRIMMED_EVERY == 0:
            self.trim(KEPT)
        self.added = position.sequence
        return Event(position, happening)

    def latest(self) -> Position:
        """Return the position of the newest event."""
        return Position(*_POSITION.first(self._connection, {}))

    def after(self, position: Position, limit: int = 1_000) -> Sequence[Event] | Reset:
        """Return the events after `position`, or a reset if this history does not have that position."""
        wanted = sa.select(events).where(events.c.sequence >= position.sequence)
        rows = self._connection.execute(wanted.order_by(events.c.sequence).limit(limit + 1)).all()
        found = [_event(row) for row in rows]
        if position == START and found and found[0].position.sequence == 1:
            return found[:limit]
        if found and found[0].position == position:
            return found[1:]
        latest = self.latest()
        return [] if position == latest else Reset(latest)

    def trim(self, keep: int) -> int:
        """Remove all but the newest `keep` events; return how many were removed."""
        oldest = self.latest().sequence - keep
        return self._connection.execute(events.delete().where(events.c.sequence <= oldest)).rowcount


class SqlAuditLog:
    """The port `AuditLog` in one transaction."""

    def __init__(self, connection: sa.Connection, known: SqlPrincipals) -> None:
        self._connection = connection
        self._known = known

    def record(self, entry: AuditEntry) -> None:
        """Record what was done, in the transaction that does it."""
        row = {
            "action": entry.action,
            "at": entry.at,
            "principal_id": self._known.id_of(entry.principal),
            "token_id": entry.token_id,
            "app": entry.app,
            "environment": entry.environment,
            "detail": dict(entry.detail),
            "request_id": entry.request_id,
            "address": entry.address,
        }
        _NEW_ENTRY.run(self._connection, row)

    def page(
        self,
        before: int | None = None,
        limit: int = 100,
        app: str = "",
        environment: str = "",
        action: Action | None = None,
    ) -> Sequence[AuditEntry]:
        """Return entries, newest first: below id `before`, about that place, and of that kind."""
        statement = _ENTRIES.order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(audit.c.id < min(before, LARGEST))
        if app:
            statement = statement.where(audit.c.app == app)
        if environment:
            statement = statement.where(audit.c.environment == environment)
        if action is not None:
            statement = statement.where(audit.c.action == action)
        return [_entry(row) for row in self._connection.execute(statement)]


def _event(row: sa.Row[Any]) -> Event:
    happening = Happening(EventKind(row.kind), row.at, row.app, row.environment, row.subject)
    return Event(Position(row.sequence, row.mark), happening)


def _entry(row: sa.Row[Any]) -> AuditEntry:
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's documented name
    return AuditEntry(
        action=Action(found[audit.c.action]),
        at=found[audit.c.at],
        principal=as_principal(row),
        token_id=found[audit.c.token_id],
        app=found[audit.c.app],
        environment=found[audit.c.environment],
        detail=found[audit.c.detail],
        request_id=found[audit.c.request_id],
        address=found[audit.c.address],
        id=found[audit.c.id],
    )
