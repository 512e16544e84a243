"""`…/revisions` and `…/diff`: the history, what has changed, and rollbacks."""

from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain.identity import Scope
from app.http.answers import (
    AnswerModel,
    ChangeAnswer,
    RepresentedAnswer,
    RevisionAnswer,
    WrittenAnswer,
    change_json,
    revision_json,
)
from app.http.conditions import CONDITION_HEADERS, CONDITION_REFUSALS, expected_revision
from app.http.json_body import read_json, validated
from app.http.queries import DiffQuery, PageQuery, ReadQuery, RollbackQuery, query
from app.http.representations import answered
from app.http.resources.configuration import count_outcome, written
from app.service.access import require
from app.service.history import Compared, History
from app.service.reading import Reading
from app.service.writing.intent import Intent
from app.service.writing.revising import Revising
from app.views.authentication import actor
from app.views.labels import checked_place, named_revision
from app.views.marks import Mark, marked

_LARGEST = 16_384
_BASE = "/v1/apps/<app>/environments/<environment>"


class RevisionsAnswer(AnswerModel):
    """A part of the history, newest first."""

    revisions: list[RevisionAnswer]
    next: int | None


class DifferenceAnswer(AnswerModel):
    """What differs between two revisions."""

    old: RevisionAnswer
    new: RevisionAnswer
    changes: list[ChangeAnswer]


class Rollback(BaseModel):
    """The revision to go back to."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(alias="from", strict=True, ge=1)
    message: str | None = None


class Reason(BaseModel):
    """Why values are removed."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1)


def revisions(history: History, reading: Reading, revising: Revising) -> Blueprint:
    """Return the resource of the history."""
    blueprint = Blueprint("revisions", __name__)

    @blueprint.get(f"{_BASE}/revisions")
    @marked(
        Mark(
            "List the revisions",
            scope=Scope.CONFIG_READ,
            query=PageQuery,
            answers={200: {"application/json": RevisionsAnswer}},
            refusals=(HTTPStatus.UNPROCESSABLE_ENTITY,),
        )
    )
    def page(app: str, environment: str) -> dict[str, Any]:
        wanted = query(PageQuery)
        found = history.page(checked_place(app, environment), wanted.before, wanted.limit)
        more = len(found) == wanted.limit and found[-1].number > 1
        return {"revisions": [revision_json(each) for each in found], "next": found[-1].number if more else None}

    @blueprint.post(f"{_BASE}/revisions")
    @marked(
        Mark(
            "Make a new revision with the variables of an older one",
            scope=Scope.CONFIG_WRITE,
            query=RollbackQuery,
            body={"application/json": Rollback},
            answers={200: {"application/json": WrittenAnswer}, 201: {"application/json": WrittenAnswer}},
            headers=CONDITION_HEADERS,
            refusals=(*CONDITION_REFUSALS, HTTPStatus.GONE, HTTPStatus.INSUFFICIENT_STORAGE),
        )
    )
    def roll_back(app: str, environment: str) -> Response:
        count_outcome()
        place, expected = checked_place(app, environment), expected_revision()
        how, wanted = query(RollbackQuery), validated(Rollback, read_json(_LARGEST))
        intent = Intent(
            place,
            expected,
            wanted.message or "",
            dry_run=how.dry_run,
            ignore_live=how.live == "ignore",
            canary=how.plan,
            at_once=how.is_at_once,
            break_glass=how.break_glass.strip(),
        )
        return written(revising.roll_back(actor(), intent, wanted.number), intent)

    @blueprint.get(f"{_BASE}/revisions/<int:number>")
    @marked(
        Mark(
            "Return the variables of one revision",
            scope=Scope.CONFIG_READ,
            query=ReadQuery,
            answers={200: {"application/json": RepresentedAnswer, "text/plain": "an env file"}, 304: {}},
            headers={"If-None-Match": "the `ETag` of what the client has"},
            refusals=(HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
    )
    def one(app: str, environment: str, number: int) -> Response:
        place, wanted = checked_place(app, environment), query(ReadQuery)
        if wanted.reveal:
            require(actor().token, Scope.CONFIG_REVEAL, app, environment)
        return answered(partial(reading.read, actor(), place, number), wanted)

    @blueprint.post(f"{_BASE}/revisions/<int:number>/destroy")
    @marked(
        Mark(
            "Permanently remove the values of a revision",
            scope=Scope.ADMIN,
            body={"application/json": Reason},
            answers={200: {"application/json": RevisionAnswer}},
            refusals=(HTTPStatus.CONFLICT,),
        )
    )
    def destroy(app: str, environment: str, number: int) -> dict[str, Any]:
        place, wanted = checked_place(app, environment), validated(Reason, read_json(_LARGEST))
        return revision_json(history.destroy(actor(), place, number, wanted.reason))

    @blueprint.get(f"{_BASE}/revisions/<int:older>...<int:newer>")
    @marked(
        Mark(
            "Compare two revisions",
            scope=Scope.CONFIG_READ,
            answers={200: {"application/json": DifferenceAnswer}},
            refusals=(HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
    )
    def between(app: str, environment: str, older: int, newer: int) -> dict[str, Any]:
        place = checked_place(app, environment)
        return _difference(history.difference(place, older, place, newer))

    @blueprint.get(f"{_BASE}/diff")
    @marked(
        Mark(
            "Compare with another environment",
            scope=Scope.CONFIG_READ,
            query=DiffQuery,
            answers={200: {"application/json": DifferenceAnswer}},
            refusals=(HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
    )
    def diff(app: str, environment: str) -> dict[str, Any]:
        other, number = named_revision("with", query(DiffQuery).other)
        require(actor().token, Scope.CONFIG_READ, other.app, other.environment)
        return _difference(history.difference(checked_place(app, environment), None, other, number))

    return blueprint


def _difference(compared: Compared) -> dict[str, Any]:
    return {
        "old": revision_json(compared.old),
        "new": revision_json(compared.new),
        "changes": [change_json(each, compared.new.origins) for each in compared.differences],
    }
