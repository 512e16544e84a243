"""`…/rollout`: how far the newest revision has come with the running instances."""

from typing import Any

from flask import Blueprint

from app.domain.identity import Scope
from app.http.labels import checked_place
from app.http.marks import Mark, marked
from app.http.session_json import RolloutAnswer, rollout_json
from app.service.rollouts import Rollouts


def rollout(use_cases: Rollouts) -> Blueprint:
    """Return the resource that tells how a revision stands."""
    blueprint = Blueprint("rollout", __name__)

    @blueprint.get("/v1/apps/<app>/environments/<environment>/rollout")
    @marked(
        Mark(
            "Tell how far the newest revision has come with the instances",
            scope=Scope.CONFIG_READ,
            answers={200: {"application/json": RolloutAnswer}},
        )
    )
    def show(app: str, environment: str) -> dict[str, Any]:
        place = checked_place(app, environment)
        return rollout_json(place, use_cases.of(place))

    return blueprint
