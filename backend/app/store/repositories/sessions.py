"""Sessions in SQL: who follows an environment, what each attempted and serves, and which worker holds it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.domain.canary import Candidate
from app.domain.identity import Principal, PrincipalKind
from app.domain.place import Place
from app.domain.session import (
    Alike,
    Answer,
    Instance,
    Reason,
    Served,
    ServedFrom,
    Session,
    SessionReport,
    Stance,
    Verdict,
)
from app.store.prepared import Prepared
from app.store.rarely_used import RarelyUsed
from app.store.repositories.access_tables import principals
from app.store.repositories.principals import SqlPrincipals
from app.store.repositories.session_reports import ATTEMPTED, SERVED, store_reports
from app.store.repositories.session_stances import in_stance, releases, stances, those_of
from app.store.repositories.tables import rollouts, sessions, workers

_SESSIONS = sa.select(sessions, principals).join(principals)
_OF_PLACE = _SESSIONS.where(
    sessions.c.app == sa.bindparam("wanted_app"), sessions.c.environment == sa.bindparam("wanted_environment")
).order_by(sessions.c.instance, sessions.c.id)
_NOT_APPLIED = sa.and_(sessions.c.attempted == sa.bindparam("current"), sessions.c.answer != Answer.APPLIED)
_SERVED_FROM_SERVICE = sa.and_(sessions.c.serves == sa.bindparam("current"), sessions.c.source == ServedFrom.SERVICE)
_IS_SYNCED = sa.and_(
    sa.func.coalesce(_SERVED_FROM_SERVICE, sa.false()), sa.not_(sa.func.coalesce(_NOT_APPLIED, sa.false()))
)
_CANDIDATES = sa.select(
    sessions.c.id, sessions.c.instance, sessions.c.host, sa.type_coerce(_IS_SYNCED, sa.Boolean)
).where(
    sessions.c.app == sa.bindparam("wanted_app"),
    sessions.c.environment == sa.bindparam("wanted_environment"),
    sessions.c.held_by != "",
)
_LIVE_SCHEMAS = Prepared(
    sa.select(sessions.c.schema, sa.func.count().label("instances"))
    .where(
        sessions.c.app == sa.bindparam("wanted_app"),
        sessions.c.environment == sa.bindparam("wanted_environment"),
        sessions.c.held_by != "",
        sessions.c.schema != "",
    )
    .group_by(sessions.c.schema)
    .order_by(sessions.c.schema)
)
_THIS = sa.and_(
    sessions.c.app == sa.bindparam("of_app"),
    sessions.c.environment == sa.bindparam("of_environment"),
    sessions.c.id == sa.bindparam("of_id"),
)

TOLD_EVERY = timedelta(milliseconds=250)
"""The shortest time between two events about the instances of an environment."""

KEPT = timedelta(hours=1)
"""How long an instance that has gone is still shown."""


class SqlSessions:
    """The port `Sessions` in one transaction."""

    def __init__(self, connection: sa.Connection, known: SqlPrincipals, rarely_used: RarelyUsed) -> None:
        self._connection = connection
        self._known = known
        self._rarely_used = rarely_used

    def add(self, session: Session) -> None:
        """Store a session, replacing those that the same instance had before; a canary stays one."""
        before = sa.and_(
            sessions.c.app == session.place.app,
            sessions.c.environment == session.place.environment,
            sessions.c.instance == session.instance.id,
        )
        canary = self._connection.scalar(sa.select(sa.func.max(sessions.c.canary)).where(before))
        self._connection.execute(sessions.delete().where(before))
        self._rarely_used.insert(sessions, {**self._row(session), "canary": canary or session.canary})

    def of(self, place: Place, *, live: bool = False) -> Sequence[Session]:
        """Return the sessions of an environment, oldest instance first; only `live` ones, or all."""
        statement = _OF_PLACE.where(sessions.c.held_by != "") if live else _OF_PLACE
        wanted = {"wanted_app": place.app, "wanted_environment": place.environment}
        return [_session(row) for row in self._connection.execute(statement, wanted)]

    def alike(self, place: Place, release: str = "", schema: str = "") -> Sequence[Alike]:
        """Return the stances of the instances of an environment, including those that have gone recently."""
        return stances(self._connection, those_of(place, release, schema))

    def standing_so(
        self, place: Place, stance: Stance, start: int, limit: int, *, release: str = "", schema: str = ""
    ) -> Sequence[Session]:
        """Return sessions of instances with one stance, by host, without the first `start`."""
        wanted = _SESSIONS.where(those_of(place, release, schema), in_stance(stance))
        wanted = wanted.order_by(sessions.c.host, sessions.c.pid, sessions.c.id)
        return [_session(row) for row in self._connection.execute(wanted.limit(limit).offset(start))]

    def releases(self, place: Place) -> Mapping[str, int]:
        """Return how many instances run which release, most frequent first; among those that have said."""
        return releases(self._connection, those_of(place))

    def candidates(self, place: Place, current: int) -> Sequence[Candidate]:
        """Return the live instances of an environment whose current revision has this number."""
        wanted = {"wanted_app": place.app, "wanted_environment": place.environment, "current": current}
        return [Candidate(*row) for row in self._connection.execute(_CANDIDATES, wanted)]

    def pick(self, place: Place, ids: Collection[str], revision: int) -> None:
        """Record that the sessions with these ids are offered a revision first."""
        rows = [{"of_app": place.app, "of_environment": place.environment, "of_id": each} for each in ids]
        if rows:
            self._connection.execute(sessions.update().where(_THIS).values(canary=revision), rows)

    def picked(self, place: Place, revision: int) -> Sequence[Session]:
        """Return the sessions that were offered a revision first, oldest instance first."""
        wanted = {"wanted_app": place.app, "wanted_environment": place.environment}
        found = self._connection.execute(_OF_PLACE.where(sessions.c.canary == revision), wanted)
        return [_session(row) for row in found]

    def live_schemas(self, place: Place) -> Mapping[str, int]:
        """Return how many live instances run which schema, by digest; among those that have said."""
        wanted = {"wanted_app": place.app, "wanted_environment": place.environment}
        found = self._rarely_used.rows(sessions, _LIVE_SCHEMAS, wanted)
        return {row.schema: row.instances for row in found}

    def named(self, ids: Collection[str]) -> Sequence[Session]:
        """Return the sessions with these ids, one for each environment that they follow."""
        statement = _SESSIONS.where(sessions.c.id.in_(ids)).order_by(sessions.c.app, sessions.c.environment)
        return [_session(row) for row in self._connection.execute(statement)]

    def report(self, reports: Iterable[SessionReport]) -> Mapping[Place, Collection[str]]:
        """Store what instances have attempted and what they serve; return the ids of the known sessions."""
        return store_reports(self._connection, reports)

    def hold(self, ids: Collection[str], worker: str) -> None:
        """Record that `worker` holds the sessions with these ids."""
        change = sessions.update().where(sessions.c.id.in_(ids))
        self._connection.execute(change.values(held_by=worker, left_at=None))

    def release(self, ids: Collection[str], worker: str, at: datetime) -> Sequence[Place]:
        """Record that instances have gone, unless another worker now holds them; return where they were."""
        return self._let_go(sa.and_(sessions.c.id.in_(ids), sessions.c.held_by == worker), at)

    def remove(self, session_id: str) -> None:
        """Delete a session whose instance has ended."""
        self._connection.execute(sessions.delete().where(sessions.c.id == session_id))

    def beat(self, worker: str, at: datetime) -> bool:
        """Record that a worker is running; return whether it was known, so that what it holds is still its own."""
        change = workers.update().where(workers.c.id == worker).values(beat_at=at)
        is_known = self._connection.execute(change).rowcount > 0
        if not is_known:
            self._connection.execute(workers.insert(), {"id": worker, "beat_at": at})
        return is_known

    def beats(self) -> Mapping[str, datetime]:
        """Return what each worker last recorded; only its changes mean something, because clocks jump."""
        return {row.id: row.beat_at for row in self._connection.execute(sa.select(workers))}

    def bury(self, silent: Collection[str], at: datetime) -> Sequence[Place]:
        """Release what silent workers hold, and delete what has long gone; return where that changes anything."""
        places = self._let_go(sessions.c.held_by.in_(silent), at) if silent else []
        if silent:
            self._connection.execute(workers.delete().where(workers.c.id.in_(silent)))
        self._connection.execute(sessions.delete().where(sessions.c.left_at < at - KEPT))
        return places

    def may_tell(self, place: Place, at: datetime) -> bool:
        """Return whether watchers of an environment may be told about its instances now, and record that they are."""
        this = sa.and_(rollouts.c.app == place.app, rollouts.c.environment == place.environment)
        told_at = self._connection.scalar(sa.select(rollouts.c.told_at).where(this))
        if told_at is None:
            row = {"app": place.app, "environment": place.environment, "told_at": at}
            self._connection.execute(rollouts.insert(), row)
        elif abs(at - told_at) < TOLD_EVERY:
            return False
        else:
            self._connection.execute(rollouts.update().where(this).values(told_at=at))
        return True

    def _let_go(self, which: sa.ColumnElement[bool], at: datetime) -> Sequence[Place]:
        gone = sa.select(sessions.c.app, sessions.c.environment).where(which).distinct()
        places = [Place(*row) for row in self._connection.execute(gone)]
        if places:
            self._connection.execute(sessions.update().where(which).values(held_by="", left_at=at))
        return places

    def _row(self, session: Session) -> dict[str, object]:
        instance = session.instance
        return {
            "app": session.place.app,
            "environment": session.place.environment,
            "id": session.id,
            "instance": instance.id,
            "host": instance.host,
            "pid": instance.pid,
            "started_at": instance.started_at,
            "release": instance.release,
            "schema": instance.schema,
            "principal_id": self._known.id_of(session.principal),
            "opened_at": session.opened_at,
            "held_by": session.held_by,
            "left_at": session.left_at,
            **(_attempted(session.attempted) if session.attempted else {}),
            **(_served(session.serves) if session.serves else {}),
        }


def _attempted(verdict: Verdict) -> dict[str, object]:
    reasons = [asdict(each) for each in verdict.reasons]
    return dict(zip(ATTEMPTED, (verdict.revision, verdict.answer, verdict.at, reasons), strict=True))


def _served(served: Served) -> dict[str, object]:
    values = (served.revision, served.since, served.source, served.known_good_at)
    return dict(zip(SERVED, values, strict=True))


def _session(row: sa.Row[Any]) -> Session:
    """Return the session of a row of `_SESSIONS`; by position, because an environment may have thousands."""
    values: list[Any] = list(row)
    app, environment, session_id, *instance, _, opened_at, held_by, left_at = values[:13]
    attempted, answer, answered_at, reasons, serves, since, source, known_good_at, canary = values[13:22]
    _, kind, issuer, subject, name = values[22:]
    return Session(
        id=session_id,
        place=_place(app, environment),
        instance=Instance(*instance),
        principal=Principal(PrincipalKind(kind), issuer, subject, name),
        opened_at=opened_at,
        attempted=_verdict(attempted, answer, answered_at, reasons) if attempted is not None else None,
        serves=Served(serves, since, ServedFrom(source), known_good_at) if serves is not None else None,
        held_by=held_by,
        left_at=left_at,
        canary=canary,
    )


@lru_cache(maxsize=1_000)
def _place(app: str, environment: str) -> Place:
    return Place(app, environment)


def _verdict(revision: int, answer: str, at: datetime, reasons: Sequence[Mapping[str, str]] | None) -> Verdict:
    return Verdict(revision, Answer(answer), at, tuple(Reason(**each) for each in reasons or ()))
