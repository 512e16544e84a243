"""`…/proposals`: changes that wait for a second person, and what becomes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.domain.identity import Scope
from app.domain.place import Place
from app.http.conditions import CONDITION_HEADERS, CONDITION_REFUSALS, expected_revision
from app.http.json_body import read_json, read_json_of_variables, validated
from app.http.queries import ProposalQuery, ProposalsQuery, query
from app.http.resources.approvals.proposal_json import (
    Approved,
    ProposalAnswer,
    ProposalsAnswer,
    Reasoned,
    ShownProposalAnswer,
    WantedChange,
    proposal_json,
    shown_json,
)
from app.http.sent_file import refuse_faulty_file, refuse_file_options
from app.service.access import require
from app.service.approvals.approving import Approving
from app.service.approvals.proposing import Proposing
from app.service.approvals.showing import ShowingProposals
from app.service.approvals.standing import Standing
from app.service.writing.changes import Change, brought_back, extended, merged, replaced
from app.service.writing.intent import Intent
from app.service.writing.promoting import Promoting, Promotion
from app.service.writing.revising import Revising
from app.views.authentication import actor
from app.views.labels import checked_place, named_places, named_revision
from app.views.marks import Mark, Taken, marked
from app.views.request_body import read_body

_BASE = "/v1/apps/<app>/environments/<environment>/proposals"
_ONE = f"{_BASE}/<int:number>"
_LARGEST = 1 << 20
_SMALL = 16_384
_TAKEN: Mapping[str, Taken] = {"text/plain": "an env file", "application/json": WantedChange}
_ANSWER = {"application/json": ProposalAnswer}
_REFUSALS = (*CONDITION_REFUSALS, HTTPStatus.GONE, HTTPStatus.INSUFFICIENT_STORAGE)
_DECISION_REFUSALS = (HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.INSUFFICIENT_STORAGE)


@dataclass(frozen=True, slots=True)
class ProposalUseCases:
    """What is needed to propose, to look, and to decide."""

    showing: ShowingProposals
    proposing: Proposing
    approving: Approving
    revising: Revising
    promoting: Promoting


def proposals(use_cases: ProposalUseCases) -> Blueprint:
    """Return the resource of proposals."""
    blueprint = Blueprint("proposals", __name__)
    _show_routes(blueprint, use_cases.showing)
    _propose_routes(blueprint, use_cases)
    _decide_routes(blueprint, use_cases.approving)
    return blueprint


def _show_routes(blueprint: Blueprint, showing: ShowingProposals) -> None:
    @blueprint.get(_BASE)
    @marked(
        Mark(
            "List the proposals",
            scope=Scope.CONFIG_READ,
            query=ProposalsQuery,
            answers={200: {"application/json": ProposalsAnswer}},
        )
    )
    def page(app: str, environment: str) -> dict[str, Any]:
        wanted, place = query(ProposalsQuery), checked_place(app, environment)
        found = showing.page(place, only_open=wanted.state == "open", before=wanted.before, limit=wanted.limit)
        more = len(found) == wanted.limit and found[-1].proposal.number > 1
        listed = [proposal_json(each) for each in found]
        return {"proposals": listed, "next": found[-1].proposal.number if more else None}

    @blueprint.get(_ONE)
    @marked(
        Mark(
            "Return a proposal, with what it would change",
            scope=Scope.CONFIG_READ,
            answers={200: {"application/json": ShownProposalAnswer}},
        )
    )
    def one(app: str, environment: str, number: int) -> Response:
        response = jsonify(shown_json(showing.one(checked_place(app, environment), number)))
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _propose_routes(blueprint: Blueprint, use_cases: ProposalUseCases) -> None:
    @blueprint.post(_BASE)
    @marked(
        Mark(
            "Propose a change: it is checked like a write, and waits for approvals",
            scope=Scope.CONFIG_WRITE,
            query=ProposalQuery,
            body=_TAKEN,
            answers={201: _ANSWER},
            headers=CONDITION_HEADERS,
            refusals=_REFUSALS,
        )
    )
    def propose(app: str, environment: str) -> Response:
        made = _proposed(use_cases, checked_place(app, environment))
        response = jsonify(proposal_json(made))
        response.status_code = HTTPStatus.CREATED
        response.headers["Location"] = f"{request.path}/{made.proposal.number}"
        return response

    @blueprint.put(_ONE)
    @marked(
        Mark(
            "Propose something else under the same number; earlier approvals no longer count",
            scope=Scope.CONFIG_WRITE,
            query=ProposalQuery,
            body=_TAKEN,
            answers={200: _ANSWER},
            headers=CONDITION_HEADERS,
            refusals=_REFUSALS,
        )
    )
    def change(app: str, environment: str, number: int) -> dict[str, Any]:
        return proposal_json(_proposed(use_cases, checked_place(app, environment), number))


def _decide_routes(blueprint: Blueprint, approving: Approving) -> None:
    @blueprint.post(f"{_ONE}/approvals")
    @marked(
        Mark(
            "Approve the proposal with this digest; it is applied with the last approval if its author asked for that",
            scope=Scope.CONFIG_APPROVE,
            body={"application/json": Approved},
            answers={200: _ANSWER},
            refusals=(*_DECISION_REFUSALS, HTTPStatus.PRECONDITION_FAILED),
        )
    )
    def approve(app: str, environment: str, number: int) -> dict[str, Any]:
        place, told = checked_place(app, environment), validated(Approved, read_json(_SMALL))
        return proposal_json(approving.approve(actor(), place, number, told.digest))

    @blueprint.post(f"{_ONE}/apply")
    @marked(
        Mark(
            "Make a revision from a fully approved proposal",
            scope=Scope.CONFIG_WRITE,
            answers={200: _ANSWER},
            refusals=_DECISION_REFUSALS,
        )
    )
    def apply(app: str, environment: str, number: int) -> dict[str, Any]:
        return proposal_json(approving.apply(actor(), checked_place(app, environment), number))

    @blueprint.post(f"{_ONE}/refuse")
    @marked(
        Mark(
            "Refuse a proposal, and destroy its values",
            scope=Scope.CONFIG_APPROVE,
            body={"application/json": Reasoned},
            answers={200: _ANSWER},
            refusals=_DECISION_REFUSALS,
        )
    )
    def refuse(app: str, environment: str, number: int) -> dict[str, Any]:
        place, told = checked_place(app, environment), validated(Reasoned, read_json(_SMALL))
        return proposal_json(approving.refuse(actor(), place, number, told.reason))

    @blueprint.post(f"{_ONE}/withdraw")
    @marked(
        Mark(
            "Withdraw one's own proposal, and destroy its values",
            scope=Scope.CONFIG_WRITE,
            body={"application/json": Reasoned},
            answers={200: _ANSWER},
            refusals=_DECISION_REFUSALS,
        )
    )
    def withdraw(app: str, environment: str, number: int) -> dict[str, Any]:
        place, told = checked_place(app, environment), validated(Reasoned, read_json(_SMALL))
        return proposal_json(approving.withdraw(actor(), place, number, told.reason))


def _proposed(use_cases: ProposalUseCases, place: Place, number: int | None = None) -> Standing:
    """Return the result of the change in the body, as a new proposal or as proposal `number`."""
    wanted, intent = _intent(place)
    proposing = use_cases.proposing
    how: Callable[..., Standing] = proposing.propose if number is None else partial(proposing.change, number=number)
    propose = partial(how, actor(), intent=intent, applies_itself=wanted.apply == "with-last-approval")
    if request.mimetype == "application/json":
        refuse_file_options(wanted)
        return propose(change=_change(use_cases, place, validated(WantedChange, read_json_of_variables(_LARGEST))))
    with refuse_faulty_file(use_cases.revising, place, wanted, read_body(_LARGEST)) as variables:
        return propose(change=replaced(variables))


def _intent(place: Place) -> tuple[ProposalQuery, Intent]:
    wanted = query(ProposalQuery)
    return wanted, Intent(
        place,
        expected_revision(),
        wanted.message,
        allow_dangerous=wanted.allow_dangerous_names,
        ignore_live=wanted.live == "ignore",
        canary=wanted.plan,
        at_once=wanted.is_at_once,
        is_base=wanted.base,
    )


def _change(use_cases: ProposalUseCases, place: Place, wanted: WantedChange) -> Change:
    if wanted.patch is not None:
        return merged(wanted.patch)
    if wanted.rollback_to is not None:
        return brought_back(place, wanted.rollback_to)
    if wanted.bases is not None:
        return extended(_readable(wanted.bases))
    if wanted.promote is not None:
        source, number = named_revision("promote", wanted.promote.source)
        require(actor().token, Scope.CONFIG_READ, source.app, source.environment)
        return use_cases.promoting.brought(actor(), place, Promotion(source, number, wanted.promote.only)).change
    return replaced(wanted.variables or {})


def _readable(bases: list[str]) -> list[Place]:
    named = named_places(bases, "bases")
    for base in named:
        require(actor().token, Scope.CONFIG_READ, base.app, base.environment)
    return named
