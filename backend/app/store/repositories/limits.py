"""Limits in SQL: those of single apps, what each app has used per minute, and its places for streams."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from app.domain.limit import Allowed, Limit, Spent
from app.store.prepared import Prepared
from app.store.rarely_used import RarelyUsed
from app.store.repositories.tables import metadata

limits = sa.Table(
    "limits",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("allowed", sa.BigInteger, nullable=False),
)

spent = sa.Table(
    "spent",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("minute", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("revisions", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
)
"""What was used within a minute, counted from 1970; an app has at most an hour of them."""

stream_places = sa.Table(
    "stream_places",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("worker", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
"""How many streams of an app each worker may currently hold. Their sum never exceeds the limit of the app."""

_OWN = Prepared(sa.select(limits.c.name, limits.c.allowed).where(limits.c.app == sa.bindparam("wanted")))
_SPENT = Prepared(
    sa.select(spent.c.minute, spent.c.revisions, spent.c.bytes)
    .where(spent.c.app == sa.bindparam("wanted"), spent.c.minute >= sa.bindparam("first"))
    .order_by(spent.c.minute)
)
_MORE = Prepared(
    spent.update()
    .where(spent.c.app == sa.bindparam("wanted"), spent.c.minute == sa.bindparam("this"))
    .values(
        revisions=spent.c.revisions + sa.bindparam("more_revisions"), bytes=spent.c.bytes + sa.bindparam("more_bytes")
    )
)
_NEW = Prepared(spent.insert())
_FORGET = spent.delete().where(spent.c.app == sa.bindparam("wanted"), spent.c.minute < sa.bindparam("first"))


class SqlLimits:
    """The port `Limits` in one transaction."""

    def __init__(self, connection: sa.Connection, rarely_used: RarelyUsed) -> None:
        self._connection = connection
        self._rarely_used = rarely_used

    def own(self, app: str) -> Allowed:
        """Return the limits that were set for `app` itself."""
        rows = self._rarely_used.rows(limits, _OWN, {"wanted": app})
        return {Limit(row.name): row.allowed for row in rows}

    def set(self, app: str, limit: Limit, allowed: int | None) -> None:
        """Set a limit of `app`; None for that of all apps."""
        this = sa.and_(limits.c.app == app, limits.c.name == limit)
        self._connection.execute(limits.delete().where(this))
        if allowed is not None:
            self._rarely_used.insert(limits, {"app": app, "name": limit, "allowed": allowed})

    def spent(self, app: str, first: int) -> Sequence[Spent]:
        """Return what `app` has used from minute `first` on, oldest minute first."""
        return [Spent(*row) for row in _SPENT.all(self._connection, {"wanted": app, "first": first})]

    def spend(self, app: str, spent: Spent, first: int) -> None:
        """Add to what `app` has used within a minute, and delete what it used before minute `first`."""
        more = {"more_revisions": spent.revisions, "more_bytes": spent.bytes}
        if _MORE.run(self._connection, {"wanted": app, "this": spent.minute, **more}):
            return
        self._connection.execute(_FORGET, {"wanted": app, "first": first})
        row = {"app": app, "minute": spent.minute, "revisions": spent.revisions, "bytes": spent.bytes}
        _NEW.run(self._connection, row)

    def places(self, app: str) -> Mapping[str, int]:
        """Return how many streams of `app` each worker may currently hold, including those that it holds."""
        found = self._connection.execute(sa.select(stream_places).where(stream_places.c.app == app))
        return {row.worker: row.number for row in found}

    def places_of(self, worker: str) -> Mapping[str, int]:
        """Return how many streams of each app a worker may currently hold."""
        found = self._connection.execute(sa.select(stream_places).where(stream_places.c.worker == worker))
        return {row.app: row.number for row in found}

    def take_places(self, app: str, worker: str, number: int) -> None:
        """Let a worker hold that many streams of `app`; 0 for none."""
        this = sa.and_(stream_places.c.app == app, stream_places.c.worker == worker)
        if not number:
            self._connection.execute(stream_places.delete().where(this))
        elif not self._connection.execute(stream_places.update().where(this).values(number=number)).rowcount:
            self._connection.execute(stream_places.insert(), {"app": app, "worker": worker, "number": number})

    def give_back(self, workers: Sequence[str]) -> None:
        """Take back all places of workers that have ended."""
        if workers:
            self._connection.execute(stream_places.delete().where(stream_places.c.worker.in_(workers)))
