"""Stores what many instances report at once, because 100,000 of them may answer to one revision at the same time."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app.domain.place import Place
from app.domain.session import Reason, SessionReport
from app.store.repositories.columns import microseconds
from app.store.repositories.tables import sessions

ATTEMPTED = ("attempted", "answer", "answered_at", "reasons")
SERVED = ("serves", "serves_since", "source", "known_good_at")
_TOLD = tuple(sessions.c[name] for name in (*ATTEMPTED, *SERVED))
_BETWEEN_IDS = "\x1f"


def store_reports(connection: sa.Connection, reports: Iterable[SessionReport]) -> Mapping[Place, Collection[str]]:
    """Store what instances have attempted and what they serve; return the ids of the known sessions."""
    by_place: dict[Place, list[SessionReport]] = {}
    for each in reports:
        by_place.setdefault(each.place, []).append(each)
    return {place: frozenset(_store(connection, place, _in_one_go(told))) for place, told in by_place.items()}


def _in_one_go(reports: Iterable[SessionReport]) -> Sequence[SessionReport]:
    """Return `reports`, which follow one another, as reports that have no session in common."""
    told: list[SessionReport] = []
    last: dict[str, int] = {}
    for report in reports:
        told.append(report)
        number = len(told) - 1
        for session in report.sessions:
            if (before := last.get(session)) is None:
                last[session] = number
            else:
                last[session] = len(told)
                told.append(told[before].followed_by(report))
    if len(last) == sum(len(each.sessions) for each in told):
        return told
    by_number: dict[int, list[str]] = {}
    for session, number in last.items():
        by_number.setdefault(number, []).append(session)
    return [replace(told[number], sessions=of) for number, of in by_number.items()]


def _store(connection: sa.Connection, place: Place, reports: Sequence[SessionReport]) -> Iterable[str]:
    """Store reports that have no session in common; return the ids of the known sessions."""
    this = {"of_app": place.app, "of_environment": place.environment}
    if connection.dialect.name == "postgresql":
        rows = [(_joined(each.sessions), *_row(each)) for each in reports]
        cells = {f"told_{at}": [*told] for at, told in enumerate(zip(*rows, strict=True))}
        return connection.scalars(_IN_ONE_STATEMENT, {**this, **cells}) if rows else ()
    told = [
        {f"told_{at}": cell for at, cell in enumerate((json.dumps(each.sessions), *_row(each)))} for each in reports
    ]
    connection.execute(_ONE_BY_ONE, [{**this, **each} for each in told])
    every = json.dumps([session for each in reports for session in each.sessions])
    return connection.scalars(_KNOWN, {**this, "told_0": every})


def _joined(ids: Iterable[str]) -> str:
    """Return ids as one string, which PostgreSQL splits much faster than an array; no id contains the separator."""
    return _BETWEEN_IDS.join(each for each in ids if _BETWEEN_IDS not in each)


def _row(report: SessionReport) -> Sequence[object]:
    """Return the values of `_TOLD`, in the form that is stored; None for what is not reported."""
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
    return (*attempted, *serves)


def _json(reasons: Sequence[Reason]) -> str:
    told = [{"rule": each.rule, "variable": each.variable, "message": each.message} for each in reasons]
    return json.dumps(told) if told else "[]"


def _cell(number: int) -> sa.BindParameter[object]:
    return sa.bindparam(f"told_{number}", type_=sa.types.NULLTYPE)


def _by_session() -> sa.Subquery:
    """Return the reports as a table with a row for each session, from an array of ids and one for each column."""
    kept_as: tuple[Any, ...] = (sa.Text(), *map(_kept_as, _TOLD))
    arrays = [sa.cast(_cell(at), sa.ARRAY(kept)) for at, kept in enumerate(kept_as)]
    alike = sa.func.unnest(*arrays).table_valued("ids", *(each.name for each in _TOLD)).render_derived("alike")
    ids = sa.func.unnest(sa.func.string_to_array(alike.c.ids, _BETWEEN_IDS)).table_valued("id")
    of_each = ids.render_derived("of_each").lateral()
    return sa.select(alike, of_each.c.id).select_from(alike.join(of_each, sa.true())).subquery("told")


def _kept_as(column: sa.Column[object]) -> sa.types.TypeEngine[object]:
    return column.type.impl_instance if isinstance(column.type, sa.types.TypeDecorator) else column.type


def _storing(new: Mapping[str, sa.ColumnElement[object]], session: sa.ColumnElement[bool]) -> sa.Update:
    """Return the statement that stores the reports; what is not reported stays the same."""
    kept = sessions.c
    goes_on = sa.and_(kept.serves == new["serves"], kept.source == new["source"])
    since = sa.case((goes_on, kept.serves_since), else_=new["serves_since"])
    changes: dict[str, sa.ColumnElement[object]] = {
        name: sa.func.coalesce(new[name], kept[name]) for name in (*ATTEMPTED, "serves", "source")
    }
    changes["serves_since"] = sa.func.coalesce(since, kept.serves_since)
    changes["known_good_at"] = sa.case((new["serves"].is_(None), kept.known_good_at), else_=new["known_good_at"])
    return sessions.update().where(*_THERE, session).values(changes)


_THERE = tuple(sessions.c[name] == sa.bindparam(f"of_{name}") for name in ("app", "environment"))
_BY_SESSION = _by_session().c
_IN_ONE_STATEMENT = _storing(dict(_BY_SESSION), sessions.c.id == _BY_SESSION.id).returning(sessions.c.id)
_IDS = sessions.c.id.in_(sa.select(sa.func.json_each(_cell(0)).table_valued("value").c.value))
"""SQLite finds each of these by its key; for each row of a table, it would search all sessions."""
_ONE_BY_ONE = _storing({each.name: _cell(at) for at, each in enumerate(_TOLD, start=1)}, _IDS)
_KNOWN = sa.select(sessions.c.id).where(*_THERE, _IDS)
