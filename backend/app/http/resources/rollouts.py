"""`…/rollout`: the rollout of the newest revision, the end of its trial by hand, and how revisions are tried."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from app.domain.canary import LONGEST_BAKE, Plan
from app.domain.identity import Scope
from app.domain.revision import LONGEST_MESSAGE
from app.http.json_body import read_json, validated
from app.http.queries import SIZE, plan_of
from app.http.session_json import RolloutAnswer, rollout_json
from app.service.rollouts import Rollouts
from app.service.trials import Trials
from app.views.authentication import actor
from app.views.labels import checked_place
from app.views.marks import Mark, marked

_LARGEST = 16_384
_BASE = "/v1/apps/<app>/environments/<environment>/rollout"


class Promoted(BaseModel):
    """The revision to offer to everyone."""

    model_config = ConfigDict(extra="forbid")

    revision: int = Field(strict=True, ge=1)


class Aborted(Promoted):
    """The revision to roll back, and why."""

    message: str = Field("", max_length=LONGEST_MESSAGE)


class PlanTold(BaseModel):
    """How revisions are tried by default; `canary` is null if everyone is offered them at once."""

    model_config = ConfigDict(extra="forbid")

    canary: str | None = Field(pattern=rf"^({SIZE})$")
    bake: int | None = Field(None, strict=True, ge=0, le=int(LONGEST_BAKE.total_seconds()))


def rollout(use_cases: Rollouts, trials: Trials) -> Blueprint:
    """Return the resource of the rollout, which also ends a trial."""
    blueprint = Blueprint("rollout", __name__)
    answers = {200: {"application/json": RolloutAnswer}}

    @blueprint.get(_BASE)
    @marked(Mark("Return how far the newest revision has been rolled out", scope=Scope.CONFIG_READ, answers=answers))
    def show(app: str, environment: str) -> dict[str, Any]:
        place = checked_place(app, environment)
        return rollout_json(place, use_cases.of(place))

    @blueprint.post(f"{_BASE}/promote")
    @marked(
        Mark(
            "Offer the revision on trial to all instances, whatever its canaries say",
            scope=Scope.CONFIG_WRITE,
            body={"application/json": Promoted},
            answers=answers,
            refusals=(HTTPStatus.CONFLICT,),
        )
    )
    def promote(app: str, environment: str) -> dict[str, Any]:
        place, wanted = checked_place(app, environment), validated(Promoted, read_json(_LARGEST))
        trials.promote(actor(), place, wanted.revision)
        return rollout_json(place, use_cases.of(place))

    @blueprint.post(f"{_BASE}/abort")
    @marked(
        Mark(
            "Roll back the revision on trial: its canaries are offered the previous one again",
            scope=Scope.CONFIG_WRITE,
            body={"application/json": Aborted},
            answers=answers,
            refusals=(HTTPStatus.CONFLICT,),
        )
    )
    def abort(app: str, environment: str) -> dict[str, Any]:
        place, wanted = checked_place(app, environment), validated(Aborted, read_json(_LARGEST))
        trials.abort(actor(), place, wanted.revision, wanted.message)
        return rollout_json(place, use_cases.of(place))

    @blueprint.get(f"{_BASE}/plan")
    @marked(
        Mark(
            "Return how revisions are tried by default",
            scope=Scope.CONFIG_READ,
            answers={200: {"application/json": PlanTold}},
        )
    )
    def show_plan(app: str, environment: str) -> dict[str, Any]:
        return _plan_json(trials.plan(checked_place(app, environment)))

    @blueprint.put(f"{_BASE}/plan")
    @marked(
        Mark(
            "Set how revisions are tried by default",
            scope=Scope.CONFIG_WRITE,
            body={"application/json": PlanTold},
            answers={200: {"application/json": PlanTold}},
        )
    )
    def set_plan(app: str, environment: str) -> dict[str, Any]:
        place, told = checked_place(app, environment), validated(PlanTold, read_json(_LARGEST))
        plan = plan_of(told.canary, told.bake)
        trials.set_plan(actor(), place, plan)
        return _plan_json(plan)

    return blueprint


def _plan_json(plan: Plan | None) -> dict[str, Any]:
    if plan is None:
        return {"canary": None, "bake": None}
    return {"canary": str(plan.size), "bake": int(plan.bake.total_seconds())}
