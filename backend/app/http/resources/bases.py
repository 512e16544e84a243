"""`…/bases`: what an environment extends."""

from http import HTTPStatus

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.bases import MOST_BASES
from app.domain.identity import Scope
from app.domain.revision import LONGEST_MESSAGE
from app.http.answers import WrittenAnswer
from app.http.conditions import CONDITION_HEADERS, CONDITION_REFUSALS, expected_revision
from app.http.json_body import read_json, validated
from app.http.queries import CopyQuery, query
from app.http.resources.configuration import TriedOrWrittenAnswer, count_outcome, written
from app.service.access import require
from app.service.writing.intent import Intent
from app.service.writing.revising import Revising
from app.views.authentication import actor
from app.views.labels import checked_place, named_places
from app.views.marks import Mark, marked

_LARGEST = 16_384


class WantedBases(BaseModel):
    """What to extend: later environments override earlier ones, and the environment's own variables override all."""

    model_config = ConfigDict(extra="forbid")

    bases: list[str] = Field(max_length=MOST_BASES)
    message: str = Field("", max_length=LONGEST_MESSAGE)


def bases(revising: Revising) -> Blueprint:
    """Return the resource that changes what an environment extends."""
    blueprint = Blueprint("bases", __name__)

    @blueprint.put("/v1/apps/<app>/environments/<environment>/bases")
    @marked(
        Mark(
            "Let an environment extend others; needs `config:read` in each of them",
            scope=Scope.CONFIG_WRITE,
            query=CopyQuery,
            body={"application/json": WantedBases},
            answers={200: {"application/json": TriedOrWrittenAnswer}, 201: {"application/json": WrittenAnswer}},
            headers=CONDITION_HEADERS,
            refusals=(*CONDITION_REFUSALS, HTTPStatus.CONFLICT, HTTPStatus.INSUFFICIENT_STORAGE),
        )
    )
    def extend(app: str, environment: str) -> Response:
        count_outcome()
        place, expected = checked_place(app, environment), expected_revision()
        how, wanted = query(CopyQuery), validated(WantedBases, read_json(_LARGEST))
        named = named_places(wanted.bases, "bases")
        for base in named:
            require(actor().token, Scope.CONFIG_READ, base.app, base.environment)
        intent = Intent(
            place,
            expected,
            wanted.message,
            dry_run=how.dry_run,
            ignore_live=how.live == "ignore",
            break_glass=how.break_glass.strip(),
        )
        return written(revising.extend(actor(), intent, named), intent)

    return blueprint
