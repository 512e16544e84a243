"""Revisions in SQL: sealed bodies, and a chain of digests over everything that is stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.domain.canary import Stage
from app.domain.errors import DamagedError, DestroyedError
from app.domain.place import Place
from app.domain.revision import Destruction, Draft, Revision
from app.domain.variables import Variables
from app.store.prepared import Prepared
from app.store.rarely_used import RarelyUsed
from app.store.repositories.access_tables import principals
from app.store.repositories.app_keys import SqlKeys
from app.store.repositories.columns import BY_TABLE, LARGEST, ONE
from app.store.repositories.digest_chain import FIRST, digest_of
from app.store.repositories.principals import SqlPrincipals, as_principal, principal_of
from app.store.repositories.tables import app_keys, bases, canaries, revisions, schemas
from app.store.sealing import SealedBody, Sealer, WrappedAppKey

_DESTROYER = principals.alias("destroyer")
_TRIED = sa.and_(
    canaries.c.app == revisions.c.app,
    canaries.c.environment == revisions.c.environment,
    canaries.c.revision == revisions.c.number,
)
_FOUND = (
    sa.select(revisions, principals, _DESTROYER, app_keys, canaries.c.stage)
    .join(principals, revisions.c.author_id == principals.c.id)
    .outerjoin(_DESTROYER, revisions.c.destroyed_by == _DESTROYER.c.id)
    .join(app_keys, revisions.c.app == app_keys.c.app)
    .outerjoin(canaries, _TRIED)
    .set_label_style(BY_TABLE)
)
_LISTED = _FOUND.with_only_columns(*(each for each in _FOUND.selected_columns if each is not revisions.c.body))
"""Without the values: each revision may have a megabyte of them, and a list shows none."""
_as_destroyer = principal_of(_DESTROYER.name)
_PLACE = sa.and_(revisions.c.app == sa.bindparam("app"), revisions.c.environment == sa.bindparam("environment"))
_FOR_EVERYONE = sa.or_(canaries.c.stage.is_(None), canaries.c.stage == Stage.COMPLETE)
_NEWEST_OF_PLACE = _FOUND.where(_PLACE).order_by(revisions.c.number.desc()).limit(ONE)
_NEWEST = Prepared(_NEWEST_OF_PLACE)
_CURRENT = Prepared(_NEWEST_OF_PLACE.where(_FOR_EVERYONE))
_BELOW = Prepared(_NEWEST_OF_PLACE.where(_FOR_EVERYONE, revisions.c.number < sa.bindparam("below")))
_HISTORY = Prepared(
    _LISTED.where(_PLACE, revisions.c.number < sa.bindparam("before"))
    .order_by(revisions.c.number.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_NUMBERED = Prepared(_FOUND.where(_PLACE, revisions.c.number == sa.bindparam("number")))
_CURRENT_OF_APP = (
    sa.select(revisions.c.environment, sa.func.max(revisions.c.number).label("number"))
    .outerjoin(canaries, _TRIED)
    .where(revisions.c.app == sa.bindparam("app"), _FOR_EVERYONE)
    .group_by(revisions.c.environment)
    .subquery()
)
_ENVIRONMENTS = Prepared(
    _FOUND.join(
        _CURRENT_OF_APP,
        sa.and_(
            revisions.c.environment == _CURRENT_OF_APP.c.environment, revisions.c.number == _CURRENT_OF_APP.c.number
        ),
    )
    .where(revisions.c.app == sa.bindparam("app"))
    .order_by(revisions.c.environment)
)

_EXTENDING = Prepared(
    sa.select(bases.c.app, bases.c.environment)
    .where(bases.c.base_app == sa.bindparam("app"), bases.c.base_environment == sa.bindparam("environment"))
    .order_by(bases.c.app, bases.c.environment)
)
_NEW = Prepared(revisions.insert())


@dataclass(frozen=True, slots=True)
class _Stored:
    """What a row holds in addition to the revision itself."""

    sealed: SealedBody | None
    body_sha256: bytes
    app_key: WrappedAppKey


class SqlRevisions:
    """The port `Revisions` in one transaction."""

    def __init__(
        self, connection: sa.Connection, sealer: Sealer, known: SqlPrincipals, keys: SqlKeys, rarely_used: RarelyUsed
    ) -> None:
        self._connection = connection
        self._rarely_used = rarely_used
        self._sealer = sealer
        self._known = known
        self._keys = keys
        self._stored: dict[tuple[Place, int], _Stored] = {}
        self._newest: dict[Place, Revision | None] = {}

    def apps(self) -> Sequence[str]:
        """Return the names of the apps that have a schema or a revision, sorted."""
        known = sa.union(sa.select(schemas.c.app), sa.select(app_keys.c.app))
        return sorted(self._connection.scalars(known))

    def environments(self, app: str) -> Sequence[Revision]:
        """Return the current revision of each environment of `app`, sorted by environment."""
        return self._found(_ENVIRONMENTS, app, {"app": app})

    def newest(self, place: Place) -> Revision | None:
        """Return the newest revision, whoever is offered it; None if there is none."""
        if place not in self._newest:
            found = self._found(_NEWEST, str(place), {"app": place.app, "environment": place.environment})
            self._newest[place] = found[0] if found else None
        return self._newest[place]

    def current(self, place: Place, below: int | None = None) -> Revision | None:
        """Return the newest revision below a number that everyone is offered; None if there is none."""
        newest = self.newest(place)
        if below is None and (newest is None or newest.stage is Stage.COMPLETE):
            return newest
        wanted: dict[str, str | int] = {"app": place.app, "environment": place.environment}
        if below is not None:
            wanted["below"] = below
        found = self._found(_CURRENT if below is None else _BELOW, str(place), wanted)
        return found[0] if found else None

    def numbered(self, place: Place, number: int) -> Revision | None:
        """Return one revision; None if there is none with this number."""
        if not 0 < number <= LARGEST:
            return None
        wanted: dict[str, str | int] = {"app": place.app, "environment": place.environment, "number": number}
        found = self._found(_NUMBERED, f"{place}@{number}", wanted)
        return found[0] if found else None

    def history(self, place: Place, before: int | None = None, limit: int = 100) -> Sequence[Revision]:
        """Return revisions, newest first, starting below number `before`."""
        below = LARGEST if before is None else min(before, LARGEST)
        wanted = {"app": place.app, "environment": place.environment, "before": below, "limit": limit}
        return self._found(_HISTORY, str(place), wanted)

    def variables(self, revision: Revision) -> Variables:
        """Return the values of a revision.

        Raises:
            DestroyedError: They were permanently removed.
            DamagedError: What is stored is not what was written.
        """
        stored = self._stored_of(revision)
        if stored.sealed is None:
            message = f"the values of `{revision}` were permanently removed"
            raise DestroyedError(message)
        if hashlib.sha256(stored.sealed.body).digest() != stored.body_sha256:
            raise _damaged(str(revision))
        return self._sealer.open(revision.place, revision.number, stored.sealed, stored.app_key)

    def append(self, draft: Draft) -> Revision:
        """Store `draft` as the next revision of its environment."""
        before = self.newest(draft.place)
        app_key = self._stored_of(before).app_key if before else self._keys.of(draft.place.app)
        revision = _numbered(draft, before.number + 1 if before else 1)
        sealed = self._sealer.seal(revision.place, revision.number, draft.variables, app_key)
        body_sha256 = hashlib.sha256(sealed.body).digest()
        previous = before.digest if before else FIRST
        revision = replace(revision, digest=digest_of(revision, body_sha256, previous))
        self._insert(revision, sealed, body_sha256, previous)
        if revision.bases != (before.bases if before else ()):
            self._note_bases(revision)
        self._stored[revision.place, revision.number] = _Stored(sealed, body_sha256, app_key)
        self._newest[revision.place] = revision
        return revision

    def extending(self, place: Place) -> Sequence[Place]:
        """Return the environments whose newest revision extends `place` directly, sorted."""
        rows = self._rarely_used.rows(bases, _EXTENDING, {"app": place.app, "environment": place.environment})
        return [Place(row.app, row.environment) for row in rows]

    def destroy(self, revision: Revision, destruction: Destruction) -> Revision:
        """Permanently remove the values of a revision, and keep everything else."""
        statement = revisions.update().where(
            revisions.c.app == revision.place.app,
            revisions.c.environment == revision.place.environment,
            revisions.c.number == revision.number,
        )
        principal_id = self._known.id_of(destruction.principal)
        gone = {"body": None, "data_key": None, "destroyed_by": principal_id}
        why = {"destroyed_at": destruction.at, "destroyed_reason": destruction.reason}
        self._connection.execute(statement.values(**gone, **why))
        self._stored.pop((revision.place, revision.number), None)
        self._newest.pop(revision.place, None)
        return replace(revision, destroyed=destruction)

    def _note_bases(self, revision: Revision) -> None:
        place = revision.place
        mine = sa.and_(bases.c.app == place.app, bases.c.environment == place.environment)
        self._connection.execute(bases.delete().where(mine))
        for base in revision.bases:
            below = {"base_app": base.app, "base_environment": base.environment}
            self._rarely_used.insert(bases, {"app": place.app, "environment": place.environment, **below})

    def _insert(self, revision: Revision, sealed: SealedBody, body_sha256: bytes, previous: str) -> None:
        row = {
            "app": revision.place.app,
            "environment": revision.place.environment,
            "number": revision.number,
            "names": list(revision.names),
            "author_id": self._known.id_of(revision.author),
            "message": revision.message,
            "made_at": revision.made_at,
            "schema": revision.schema or None,
            "bases": list(map(str, revision.bases)),
            "origins": dict(revision.origins),
            "is_base": revision.is_base,
            "unchecked": list(revision.unchecked),
            "copied_from": revision.copied_from,
            "body": sealed.body,
            "data_key": sealed.data_key,
            "body_sha256": body_sha256,
            "previous": previous,
            "digest": revision.digest,
        }
        _NEW.run(self._connection, row)

    def _stored_of(self, revision: Revision) -> _Stored:
        key = (revision.place, revision.number)
        if key not in self._stored:
            self.numbered(*key)
        return self._stored[key]

    def _found(self, statement: Prepared, what: str, wanted: Mapping[str, object]) -> Sequence[Revision]:
        try:
            return [self._revision(row) for row in statement.all(self._connection, wanted)]
        except (ValueError, TypeError):  # not JSON, UTF-8 or a kind of principal, or of a wrong type for a digest
            raise _damaged(what) from None

    def _revision(self, row: Any) -> Revision:
        place = Place(row.revisions_app, row.revisions_environment)
        author = as_principal(row)
        self._known.seen(author, row.revisions_author_id)
        revision = Revision(
            place=place,
            number=row.revisions_number,
            names=tuple(row.revisions_names),
            author=author,
            message=row.revisions_message,
            made_at=row.revisions_made_at,
            schema=row.revisions_schema or "",
            unchecked=tuple(row.revisions_unchecked),
            copied_from=row.revisions_copied_from,
            digest=row.revisions_digest,
            destroyed=_destruction(row),
            stage=Stage(row.canaries_stage or Stage.COMPLETE),
            bases=tuple(map(Place.parse, row.revisions_bases)),
            origins=row.revisions_origins,
            is_base=row.revisions_is_base,
        )
        if digest_of(revision, bytes(row.revisions_body_sha256), row.revisions_previous) != revision.digest:
            raise _damaged(str(revision))
        if hasattr(row, "revisions_body"):  # not in a list
            self._stored[place, revision.number] = _stored(row, place)
        return revision


def _numbered(draft: Draft, number: int) -> Revision:
    return Revision(
        place=draft.place,
        number=number,
        names=tuple(draft.variables),
        author=draft.author,
        message=draft.message,
        made_at=draft.made_at,
        schema=draft.schema,
        unchecked=draft.unchecked,
        copied_from=draft.copied_from,
        digest="",
        stage=draft.stage,
        bases=draft.bases,
        origins=draft.origins,
        is_base=draft.is_base,
    )


def _stored(row: Any, place: Place) -> _Stored:
    body, data_key = row.revisions_body, row.revisions_data_key
    sealed = SealedBody(bytes(body), bytes(data_key)) if body is not None and data_key is not None else None
    app_key = WrappedAppKey(place.app, row.app_keys_wrapped_by, bytes(row.app_keys_wrapped))
    return _Stored(sealed, bytes(row.revisions_body_sha256), app_key)


def _destruction(row: Any) -> Destruction | None:
    if row.revisions_destroyed_at is None:
        return None
    return Destruction(_as_destroyer(row), row.revisions_destroyed_at, row.revisions_destroyed_reason)


def _damaged(what: str) -> DamagedError:
    return DamagedError(f"`{what}` is not what was written: restore it from a backup")
