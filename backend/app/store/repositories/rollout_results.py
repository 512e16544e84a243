"""How revisions had come out when they were replaced, in SQL: counted once, when the next one is made."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from app.domain.place import Place
from app.domain.rollout_result import RolloutResult
from app.domain.session import Answer, ServedFrom
from app.store.repositories.tables import rollout_results, sessions

_PLACE = sa.and_(
    sessions.c.app == sa.bindparam("wanted_app"),
    sessions.c.environment == sa.bindparam("wanted_environment"),
    sessions.c.held_by != "",
)
_REFUSES = sa.and_(sessions.c.attempted == sa.bindparam("wanted_revision"), sessions.c.answer == Answer.FAILED)
_SERVES = sa.and_(sessions.c.serves == sa.bindparam("wanted_revision"), sessions.c.source == ServedFrom.SERVICE)
_COUNTED = sa.select(
    sa.func.count().label("live"),
    sa.func.count(sa.case((sa.and_(_SERVES, sa.not_(sa.func.coalesce(_REFUSES, sa.false()))), 1))).label("serving"),
    sa.func.count(sa.case((_REFUSES, 1))).label("refused"),
).where(_PLACE)
_REASONS = sa.select(sessions.c.reasons).where(_PLACE, _REFUSES).order_by(sessions.c.instance).limit(1)
_OF_PLACE = sa.select(rollout_results).where(
    rollout_results.c.app == sa.bindparam("wanted_app"),
    rollout_results.c.environment == sa.bindparam("wanted_environment"),
)


class SqlRolloutResults:
    """The port `RolloutResults` in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def close(self, place: Place, revision: int) -> None:
        """Note how the live instances stand to a revision, because the next one is made."""
        wanted = {**_wanted(place), "wanted_revision": revision}
        found = self._connection.execute(_COUNTED, wanted).one()
        row = {"app": place.app, "environment": place.environment, "revision": revision}
        row |= {"live": found.live, "serving": found.serving, "refused": found.refused}
        self._connection.execute(rollout_results.insert(), {**row, "reason": self._reason(wanted, found.refused)})

    def of(self, place: Place, revisions: Collection[int]) -> Mapping[int, RolloutResult]:
        """Return how revisions with these numbers had come out, as far as they were replaced."""
        statement = _OF_PLACE.where(rollout_results.c.revision.in_(revisions))
        rows = self._connection.execute(statement, _wanted(place))
        return {row.revision: RolloutResult(row.live, row.serving, row.refused, row.reason) for row in rows}

    def _reason(self, wanted: Mapping[str, Any], refused: int) -> str:
        reasons = (self._connection.scalar(_REASONS, wanted) if refused else None) or [{}]
        return str(reasons[0].get("message", ""))


def _wanted(place: Place) -> dict[str, Any]:
    return {"wanted_app": place.app, "wanted_environment": place.environment}
