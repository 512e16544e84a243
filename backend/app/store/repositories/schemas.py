"""Schemas in SQL, each under its digest; the last one pushed is the app's current one."""

import hashlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.domain.errors import DamagedError
from app.domain.revision import Schema
from app.store.prepared import Prepared
from app.store.repositories.access_tables import principals
from app.store.repositories.columns import BY_TABLE, ONE
from app.store.repositories.principals import SqlPrincipals, as_principal
from app.store.repositories.tables import schemas

_SCHEMAS = (
    sa.select(schemas, principals)
    .join(principals)
    .where(schemas.c.app == sa.bindparam("app"))
    .set_label_style(BY_TABLE)
)
_NEWEST_FIRST = _SCHEMAS.order_by(schemas.c.turn.desc())
_CURRENT = Prepared(_NEWEST_FIRST.limit(ONE))
_NAMED = Prepared(_SCHEMAS.where(schemas.c.digest == sa.bindparam("digest")))


class SqlSchemas:
    """The port `Schemas` in one transaction."""

    def __init__(self, connection: sa.Connection, known: SqlPrincipals) -> None:
        self._connection = connection
        self._known = known

    def current(self, app: str) -> Schema | None:
        """Return the last schema that was pushed; None if none was."""
        return self._first(_CURRENT, app=app)

    def named(self, app: str, digest: str) -> Schema | None:
        """Return the schema with this digest; None if there is none."""
        return self._first(_NAMED, app=app, digest=digest)

    def all_of(self, app: str) -> Sequence[Schema]:
        """Return the schemas of `app`, last pushed first."""
        rows = self._connection.execute(_NEWEST_FIRST, {"app": app})
        return [_schema(row) for row in rows]

    def page(self, app: str, after: str | None = None, limit: int = 100) -> Sequence[Schema]:
        """Return schemas of `app`, last pushed first, starting after a digest."""
        statement = _NEWEST_FIRST.limit(limit)
        if after is not None:
            known = (schemas.c.app == app, schemas.c.digest == after)
            statement = statement.where(schemas.c.turn < sa.select(schemas.c.turn).where(*known).scalar_subquery())
        return [_schema(row) for row in self._connection.execute(statement, {"app": app})]

    def put(self, schema: Schema) -> None:
        """Store `schema`, or its new release if it is already stored, and make it the current one."""
        newest = sa.select(sa.func.coalesce(sa.func.max(schemas.c.turn), 0)).where(schemas.c.app == schema.app)
        pushed = {
            "turn": self._connection.scalars(newest).one() + 1,
            "release": schema.release,
            "author_id": self._known.id_of(schema.author),
            "pushed_at": schema.pushed_at,
        }
        wanted = (schemas.c.app == schema.app, schemas.c.digest == schema.digest)
        if self._connection.execute(schemas.update().where(*wanted).values(**pushed)).rowcount == 0:
            content = {"document": schema.document, "document_sha256": _sha256(schema.document)}
            row = {"app": schema.app, "digest": schema.digest, **content, **pushed}
            self._connection.execute(schemas.insert(), row)

    def _first(self, statement: Prepared, **wanted: str) -> Schema | None:
        row = statement.first(self._connection, wanted)
        return _schema(row) if row else None


def _schema(row: Any) -> Schema:
    app, digest, document = row.schemas_app, row.schemas_digest, row.schemas_document
    if _sha256(document) != bytes(row.schemas_document_sha256):
        message = f"the schema `{digest}` of `{app}` is not what was written: push it again"
        raise DamagedError(message)
    return Schema(app, digest, document, row.schemas_release, as_principal(row), row.schemas_pushed_at)


def _sha256(document: str) -> bytes:
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).digest()
