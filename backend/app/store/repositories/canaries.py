"""Canaries in SQL: the revisions that some instances are offered first, and the plans of environments."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.domain.canary import Canary, Plan, Size, Stage
from app.domain.place import Place
from app.store.prepared import Prepared
from app.store.rarely_used import RarelyUsed
from app.store.repositories.columns import ONE
from app.store.repositories.tables import canaries, canary_plans

_OF_PLACE = sa.and_(
    canaries.c.app == sa.bindparam("wanted_app"), canaries.c.environment == sa.bindparam("wanted_environment")
)
_LATEST = Prepared(sa.select(canaries).where(_OF_PLACE).order_by(canaries.c.revision.desc()).limit(ONE))
_PLANNED_FOR = sa.and_(
    canary_plans.c.app == sa.bindparam("wanted_app"), canary_plans.c.environment == sa.bindparam("wanted_environment")
)
_PLAN = Prepared(sa.select(canary_plans).where(_PLANNED_FOR))
_NO_PLAN = canary_plans.delete().where(_PLANNED_FOR)
_ON_TRIAL = sa.select(canaries).where(canaries.c.ended_at.is_(None)).order_by(canaries.c.app, canaries.c.environment)


class SqlCanaries:
    """The port `Canaries` in one transaction."""

    def __init__(self, connection: sa.Connection, rarely_used: RarelyUsed) -> None:
        self._connection = connection
        self._rarely_used = rarely_used

    def latest(self, place: Place) -> Canary | None:
        """Return the newest revision of an environment that some instances were offered first; None if none was."""
        row = _LATEST.first(self._connection, _wanted(place))
        return _canary(row) if row else None

    def on_trial(self) -> Sequence[Canary]:
        """Return what is on trial in all environments."""
        return [_canary(row) for row in self._connection.execute(_ON_TRIAL)]

    def put(self, canary: Canary) -> None:
        """Store the stage of a revision."""
        this = sa.and_(
            canaries.c.app == canary.place.app,
            canaries.c.environment == canary.place.environment,
            canaries.c.revision == canary.revision,
        )
        row = {
            "stage": canary.stage,
            "baking_since": canary.baking_since,
            "ended_at": canary.ended_at,
            "reason": canary.reason,
        }
        if self._connection.execute(canaries.update().where(this).values(row)).rowcount == 0:
            new = {
                "app": canary.place.app,
                "environment": canary.place.environment,
                "revision": canary.revision,
                "instances": canary.instances,
                "begun_at": canary.begun_at,
            }
            self._connection.execute(canaries.insert(), {**new, **_planned(canary.plan), **row})

    def plan(self, place: Place) -> Plan | None:
        """Return how an environment tries revisions; None if everyone is offered them at once."""
        rows = self._rarely_used.rows(canary_plans, _PLAN, _wanted(place))
        return next(map(_plan, rows), None)

    def set_plan(self, place: Place, plan: Plan | None) -> None:
        """Store how an environment tries revisions."""
        self._connection.execute(_NO_PLAN, _wanted(place))
        if plan is not None:
            row = {"app": place.app, "environment": place.environment, **_planned(plan)}
            self._rarely_used.insert(canary_plans, row)


def _wanted(place: Place) -> dict[str, str]:
    return {"wanted_app": place.app, "wanted_environment": place.environment}


def _planned(plan: Plan) -> dict[str, object]:
    return {"size": str(plan.size), "bake_seconds": int(plan.bake.total_seconds())}


def _plan(row: Any) -> Plan:
    return Plan(Size.parse(row.size), timedelta(seconds=row.bake_seconds))


def _canary(row: Any) -> Canary:
    return Canary(
        place=Place(row.app, row.environment),
        revision=row.revision,
        plan=_plan(row),
        instances=row.instances,
        stage=Stage(row.stage),
        begun_at=row.begun_at,
        baking_since=row.baking_since,
        ended_at=row.ended_at,
        reason=row.reason,
    )
