"""`…/promotions`: copies variables from another environment."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field, RootModel

from app.domain.identity import Scope
from app.domain.revision import LONGEST_MESSAGE
from app.http.answers import WrittenAnswer
from app.http.conditions import CONDITION_HEADERS, CONDITION_REFUSALS, expected_revision
from app.http.json_body import read_json, validated
from app.http.queries import PromotionQuery, query
from app.http.resources.configuration import FirstTryAnswer, count_outcome, written
from app.service.access import require
from app.service.writing.intent import Intent
from app.service.writing.promoting import Promoting, Promotion
from app.views.authentication import actor
from app.views.labels import checked_place, named_revision
from app.views.marks import Mark, marked
from setpoint.contract.limits import MOST_VARIABLES

_LARGEST = 1 << 20


class WantedPromotion(BaseModel):
    """Which variables to copy, and from where."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(alias="from")
    """An environment, `billing/staging`, or a revision of it, `billing/staging@41`."""
    only: list[str] = Field(default_factory=list, max_length=MOST_VARIABLES)
    """The names of the variables; without them, all that are not secret."""
    message: str = Field("", max_length=LONGEST_MESSAGE)


class PromotedAnswer(WrittenAnswer):
    """A revision after a promotion."""

    promoted_from: str
    withheld: list[str]
    """The secrets that the source has and this environment lacks, which must be named."""


class FirstPromotionTryAnswer(FirstTryAnswer):
    """The answer to a dry run of a promotion to an environment without revisions."""

    promoted_from: str
    withheld: list[str]


class TriedOrPromotedAnswer(RootModel[PromotedAnswer | FirstPromotionTryAnswer]):
    """A revision after a promotion, or what a dry run of the first one found."""


def promotions(use_case: Promoting) -> Blueprint:
    """Return the resource that copies variables from one environment to another."""
    blueprint = Blueprint("promotions", __name__)

    @blueprint.post("/v1/apps/<app>/environments/<environment>/promotions")
    @marked(
        Mark(
            "Make a new revision with variables of another environment",
            scope=Scope.CONFIG_WRITE,
            query=PromotionQuery,
            body={"application/json": WantedPromotion},
            answers={
                200: {"application/json": TriedOrPromotedAnswer},
                201: {"application/json": PromotedAnswer},
            },
            headers=CONDITION_HEADERS,
            refusals=(*CONDITION_REFUSALS, HTTPStatus.GONE, HTTPStatus.INSUFFICIENT_STORAGE),
        )
    )
    def promote(app: str, environment: str) -> Response:
        count_outcome()
        place, expected = checked_place(app, environment), expected_revision()
        how, wanted = query(PromotionQuery), validated(WantedPromotion, read_json(_LARGEST))
        source, number = named_revision("from", wanted.source)
        require(actor().token, Scope.CONFIG_READ, source.app, source.environment)
        intent = Intent(
            place,
            expected,
            wanted.message or f"promoted from {wanted.source}",
            dry_run=how.dry_run,
            allow_dangerous=how.allow_dangerous_names,
            ignore_live=how.live == "ignore",
            canary=how.plan,
            at_once=how.is_at_once,
            break_glass=how.break_glass.strip(),
        )
        promoted = use_case.promote(actor(), intent, Promotion(source, number, wanted.only))
        more: dict[str, Any] = {"promoted_from": str(promoted.source), "withheld": list(promoted.withheld)}
        return written(promoted.revised, intent, more)

    return blueprint
