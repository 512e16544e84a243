"""`/v1/limits`: what each app may use, what it has used, and when there is room again."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from app.domain.identity import Scope
from app.domain.limit import LARGEST_LIMIT, Limit, Usage
from app.http.answers import AnswerModel, when
from app.http.json_body import read_json, validated
from app.http.queries import LimitsQuery, query
from app.service.limits.managing import Limits
from app.views.authentication import actor
from app.views.labels import checked_label
from app.views.marks import Mark, marked

_LARGEST = 1_024
_Wanted = Field(None, ge=0, le=LARGEST_LIMIT)


class WantedLimits(BaseModel):
    """The limits of one app; null for that of all apps, and what is left out is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    revisions: int | None = _Wanted
    """Revisions per hour."""
    bytes: int | None = _Wanted
    """Bytes of variables and schemas stored per hour."""
    streams: int | None = _Wanted
    """Streams that are open at once."""


class UsageAnswer(AnswerModel):
    """Where an app stands on one limit."""

    allowed: int | None
    """Null: there is none."""
    used: int
    within_seconds: int | None
    """The period over which it is added up; null for the current amount."""
    is_own: bool
    """Whether it was set for this app."""
    free_at: str | None
    """When there is capacity again; null if there is some, or if that depends on others."""


class AppLimitsAnswer(AnswerModel):
    """Where an app stands on all limits."""

    app: str
    revisions: UsageAnswer
    bytes: UsageAnswer
    streams: UsageAnswer


class LimitsAnswer(AnswerModel):
    """How apps stand to their limits."""

    apps: list[AppLimitsAnswer]


def limits(use_cases: Limits) -> Blueprint:
    """Return the resource of limits."""
    blueprint = Blueprint("limits", __name__)

    @blueprint.get("/v1/limits")
    @marked(
        Mark(
            "Return what apps may use and have used",
            needs_token=True,
            query=LimitsQuery,
            answers={200: {"application/json": LimitsAnswer}},
        )
    )
    def show() -> dict[str, Any]:
        app = query(LimitsQuery).app
        found = use_cases.visible(actor()) if app is None else {app: use_cases.of(actor(), checked_label("app", app))}
        return {"apps": [_app_json(name, usages) for name, usages in found.items()]}

    @blueprint.put("/v1/limits/<limited_app>")
    @marked(
        Mark(
            "Set an app's own limits; needs `admin` everywhere",
            scope=Scope.ADMIN,
            body={"application/json": WantedLimits},
            answers={200: {"application/json": AppLimitsAnswer}},
        )
    )
    def change(limited_app: str) -> dict[str, Any]:
        app, wanted = checked_label("app", limited_app), validated(WantedLimits, read_json(_LARGEST))
        return _app_json(app, use_cases.set(actor(), app, _named(wanted)))

    return blueprint


def _named(wanted: WantedLimits) -> Mapping[Limit, int | None]:
    given = wanted.model_dump(exclude_unset=True)
    return {limit: given[limit] for limit in Limit if limit in given}


def _app_json(app: str, usages: Sequence[Usage]) -> dict[str, Any]:
    return {"app": app, **{str(each.limit): _usage_json(each) for each in usages}}


def _usage_json(usage: Usage) -> dict[str, Any]:
    return {
        "allowed": usage.allowed,
        "used": usage.used,
        "within_seconds": 3_600 if usage.limit.is_hourly else None,
        "is_own": usage.is_own,
        "free_at": when(usage.free_at) if usage.free_at else None,
    }
