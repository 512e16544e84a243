"""The stances of instances on revisions, now and when one was replaced, in SQL: thousands of them are a few rows."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.domain.place import Place
from app.domain.rollout import rollout
from app.domain.rollout_result import RolloutResult
from app.domain.session import Alike, Answer, Reason, ServedFrom, Stance, State
from app.store.prepared import Prepared
from app.store.rarely_used import RarelyUsed
from app.store.repositories.tables import rollout_results, sessions

_STANCE = (
    (sessions.c.held_by != "").label("is_live"),
    sessions.c.canary,
    sessions.c.attempted,
    sessions.c.answer,
    sessions.c.serves,
    sessions.c.source,
)
_REASONS = sa.cast(sessions.c.reasons, sa.Text)
"""PostgreSQL can't group by JSON; what instances say alike is the same text."""

_ALIKE = sa.select(*_STANCE, _REASONS.label("reasons"), sa.func.count().label("instances")).group_by(*_STANCE, _REASONS)
_ALL_ALIKE = Prepared(
    _ALIKE.where(
        sessions.c.app == sa.bindparam("wanted_app"), sessions.c.environment == sa.bindparam("wanted_environment")
    )
)
_RELEASES = (
    sa.select(sessions.c.release, sa.func.count().label("instances"))
    .where(sessions.c.release != "")
    .group_by(sessions.c.release)
    .order_by(sa.desc("instances"), sessions.c.release)
)

_NEW_RESULT = Prepared(rollout_results.insert())
_RESULTS = sa.select(rollout_results).where(
    rollout_results.c.app == sa.bindparam("wanted_app"),
    rollout_results.c.environment == sa.bindparam("wanted_environment"),
    rollout_results.c.revision.in_(sa.bindparam("wanted_revisions", expanding=True)),
)


def stances(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Sequence[Alike]:
    """Return the stances of the instances of some sessions."""
    return [_alike(row) for row in connection.execute(_ALIKE.where(which))]


def releases(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Mapping[str, int]:
    """Return how many instances of some sessions run which release, most frequent first."""
    return {row.release: row.instances for row in connection.execute(_RELEASES.where(which))}


def those_of(place: Place, release: str = "", schema: str = "") -> sa.ColumnElement[bool]:
    """Return the condition for the sessions of an environment that run a release and a schema, if these are named."""
    wanted = [sessions.c.app == place.app, sessions.c.environment == place.environment]
    wanted += [sessions.c.release == release] if release else []
    wanted += [sessions.c.schema == schema] if schema else []
    return sa.and_(*wanted)


def in_stance(stance: Stance) -> sa.ColumnElement[bool]:
    """Return the condition for the sessions of instances with this stance."""
    told = (stance.canary, stance.attempted, stance.answer, stance.serves, stance.source)
    same = [column.is_not_distinct_from(value) for column, value in zip(_STANCE[1:], told, strict=True)]
    return sa.and_(sessions.c.held_by != "" if stance.is_live else sessions.c.held_by == "", *same)


def _alike(row: Any) -> Alike:
    stance = Stance(
        is_live=bool(row.is_live),
        canary=row.canary,
        attempted=row.attempted,
        answer=Answer(row.answer) if row.answer else None,
        serves=row.serves,
        source=ServedFrom(row.source) if row.source else None,
    )
    reasons = json.loads(row.reasons) if row.reasons else ()
    return Alike(stance, tuple(Reason(**each) for each in reasons or ()), row.instances)


class SqlRolloutResults:
    """The port `RolloutResults` in one transaction."""

    def __init__(self, connection: sa.Connection, rarely_used: RarelyUsed) -> None:
        self._connection = connection
        self._rarely_used = rarely_used

    def close(self, place: Place, revision: int) -> None:
        """Record the state of a revision among the live instances, because the next one is being made."""
        wanted = {"wanted_app": place.app, "wanted_environment": place.environment}
        instances = self._rarely_used.rows(sessions, _ALL_ALIKE, wanted)
        found = rollout(revision, map(_alike, instances))
        row = {
            "app": place.app,
            "environment": place.environment,
            "revision": revision,
            "live": found.live,
            "serving": found.states.get(State.SYNCED, 0),
            "refused": found.states.get(State.FAILED, 0),
            "reason": found.refusals[0].message if found.refusals else "",
        }
        _NEW_RESULT.run(self._connection, row)

    def of(self, place: Place, revisions: Collection[int]) -> Mapping[int, RolloutResult]:
        """Return how those of the revisions with these numbers that were replaced had turned out by then."""
        wanted = {"wanted_app": place.app, "wanted_environment": place.environment, "wanted_revisions": [*revisions]}
        rows = self._connection.execute(_RESULTS, wanted)
        return {row.revision: RolloutResult(row.live, row.serving, row.refused, row.reason) for row in rows}
