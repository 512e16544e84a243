"""Stores what many instances tell in one go, because 100,000 of them may answer to one revision at once."""

import json
from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from app.domain.place import Place
from app.domain.session import Reason, SessionReport
from app.store.repositories.columns import microseconds
from app.store.repositories.tables import sessions

ATTEMPTED = ("attempted", "answer", "answered_at", "reasons")
SERVED = ("serves", "serves_since", "source", "known_good_at")
_COLUMNS = tuple(sessions.c[name] for name in ("id", *ATTEMPTED, *SERVED))


def store_reports(connection: sa.Connection, reports: Iterable[SessionReport]) -> Collection[tuple[str, Place]]:
    """Store what instances have attempted and what they serve; return the sessions that are known."""
    last: dict[Place, dict[str, SessionReport]] = {}
    for each in reports:
        there = last.setdefault(each.place, {})
        before = there.get(each.session)
        there[each.session] = before.followed_by(each) if before else each
    return {(session, place) for place, there in last.items() for session in _store(connection, place, there.values())}


def _store(connection: sa.Connection, place: Place, reports: Iterable[SessionReport]) -> Iterable[str]:
    """Store one report of each session in an environment; return the ids of those that are known."""
    rows = [_row(each) for each in reports]
    this = {"of_app": place.app, "of_environment": place.environment}
    if connection.dialect.name == "postgresql":
        cells = {f"told_{at}": [*told] for at, told in enumerate(zip(*rows, strict=True))}
        return connection.scalars(_FROM_ARRAYS, {**this, **cells})
    told = [{**this, **{f"told_{at}": cell for at, cell in enumerate(row)}} for row in rows]
    connection.execute(_FROM_ROW, told)
    return connection.scalars(_KNOWN.where(sessions.c.id.in_([str(row[0]) for row in rows])), this)


def _row(report: SessionReport) -> Sequence[object]:
    """Return the values of `_COLUMNS`, as the database keeps them; None for what is not told."""
    verdict, served = report.verdict, report.serves
    attempted = (
        (verdict.revision, verdict.answer.value, microseconds(verdict.at), _json(verdict.reasons))
        if verdict
        else (None,) * len(ATTEMPTED)
    )
    serves = (
        (
            served.revision,
            microseconds(served.since),
            served.source.value,
            microseconds(served.known_good_at) if served.known_good_at else None,
        )
        if served
        else (None,) * len(SERVED)
    )
    return (report.session, *attempted, *serves)


def _json(reasons: Sequence[Reason]) -> str:
    told = [{"rule": each.rule, "variable": each.variable, "message": each.message} for each in reasons]
    return json.dumps(told) if told else "[]"


def _from_arrays() -> sa.FromClause:
    """Return what is told as a table, of an array for each column."""
    arrays = (
        sa.cast(sa.bindparam(f"told_{at}", type_=sa.types.NULLTYPE), sa.ARRAY(_kept_as(column)))
        for at, column in enumerate(_COLUMNS)
    )
    return sa.func.unnest(*arrays).table_valued(*(column.name for column in _COLUMNS)).render_derived("told")


def _from_row() -> sa.FromClause:
    """Return what is told of one session as a table: SQLite finds it by its key, and would search all for more."""
    cells = (sa.bindparam(f"told_{at}", type_=sa.types.NULLTYPE).label(each.name) for at, each in enumerate(_COLUMNS))
    return sa.select(*cells).subquery("told")


def _kept_as(column: sa.Column[object]) -> sa.types.TypeEngine[object]:
    return column.type.impl_instance if isinstance(column.type, sa.types.TypeDecorator) else column.type


def _storing(told: sa.FromClause) -> sa.Update:
    """Return the statement that takes what is told over; what is not told stays as it is."""
    kept, new = sessions.c, told.c
    goes_on = sa.and_(kept.serves == new.serves, kept.source == new.source)
    since = sa.case((goes_on, kept.serves_since), else_=new.serves_since)
    changes: dict[str, sa.ColumnElement[object]] = {
        name: sa.func.coalesce(new[name], kept[name]) for name in (*ATTEMPTED, "serves", "source")
    }
    changes["serves_since"] = sa.func.coalesce(since, kept.serves_since)
    changes["known_good_at"] = sa.case((new.serves.is_(None), kept.known_good_at), else_=new.known_good_at)
    return sessions.update().where(*_THERE, kept.id == new.id).values(changes)


_THERE = tuple(sessions.c[name] == sa.bindparam(f"of_{name}") for name in ("app", "environment"))
_KNOWN = sa.select(sessions.c.id).where(*_THERE)
_FROM_ARRAYS = _storing(_from_arrays()).returning(sessions.c.id)
_FROM_ROW = _storing(_from_row())
