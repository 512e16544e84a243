"""`…/protection`: how many approvals a change of an environment takes."""

from typing import Any

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from app.domain.identity import Scope
from app.domain.proposal import MOST_APPROVALS
from app.http.json_body import read_json, validated
from app.service.approvals.protecting import Protecting
from app.views.authentication import actor
from app.views.labels import checked_place
from app.views.marks import Mark, marked

_LARGEST = 16_384
_BASE = "/v1/apps/<app>/environments/<environment>/protection"


class ProtectionTold(BaseModel):
    """How many others must approve a change; null if nobody needs to."""

    model_config = ConfigDict(extra="forbid")

    approvals: int | None = Field(1, strict=True, ge=1, le=MOST_APPROVALS)


def protection(use_case: Protecting) -> Blueprint:
    """Return the resource that protects environments."""
    blueprint = Blueprint("protection", __name__)
    answers = {200: {"application/json": ProtectionTold}}

    @blueprint.get(_BASE)
    @marked(Mark("Return how many approvals a change needs", scope=Scope.CONFIG_READ, answers=answers))
    def show(app: str, environment: str) -> dict[str, Any]:
        return {"approvals": use_case.of(checked_place(app, environment))}

    @blueprint.put(_BASE)
    @marked(
        Mark(
            "Set how many approvals by others a change needs",
            scope=Scope.ADMIN,
            body={"application/json": ProtectionTold},
            answers=answers,
        )
    )
    def protect(app: str, environment: str) -> dict[str, Any]:
        place, told = checked_place(app, environment), validated(ProtectionTold, read_json(_LARGEST))
        use_case.protect(actor(), place, told.approvals)
        return {"approvals": told.approvals}

    return blueprint
