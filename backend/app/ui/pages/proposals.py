"""`…/proposals`: what waits for a second person, who sees what it would change and what the gates say."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.errors import ChangedError, ConflictError, DestroyedError, ForbiddenError, InvalidError, StaleError
from app.domain.identity import Scope
from app.domain.place import Place
from app.service.pages.proposals import ProposalPages
from app.ui.forms import form, number_in
from app.ui.page import Page, frame_of_environment, may
from app.ui.showing import posted, see, shown
from app.views.authentication import actor
from app.views.labels import checked_place
from app.views.marks import Mark
from app.views.refusals import as_problem

_BASE = "/apps/<app>/<environment>/proposals"
_ONE = f"{_BASE}/<int:number>"
_REFUSALS = (ChangedError, ConflictError, DestroyedError, ForbiddenError, InvalidError, StaleError)


def proposal_pages(pages: Blueprint, use_case: ProposalPages) -> None:
    """Register the pages, and the forms by which people decide."""
    approving = use_case.approving

    @shown(pages, _BASE, Mark("List the proposals of an environment", scope=Scope.CONFIG_READ))
    def list_proposals(app: str, environment: str) -> Page:
        place = checked_place(app, environment)
        content = use_case.page(place, number_in(request.args, "before"))
        address = f"/apps/{place}/proposals?before={content.next_before}" if content.next_before else None
        return Page("proposals.html", content, frame_of_environment(place, "Proposals"), extras={"next": address})

    @shown(pages, _ONE, Mark("Show a proposal", scope=Scope.CONFIG_READ))
    def show_proposal(app: str, environment: str, number: int) -> Page:
        return _page(use_case, checked_place(app, environment), number)

    @posted(pages, f"{_ONE}/approve", Mark("Approve what was looked at", scope=Scope.CONFIG_APPROVE))
    def approve_proposal(app: str, environment: str, number: int) -> Page | Response:
        place, digest = checked_place(app, environment), form().get("digest", "")
        return _decided(use_case, place, number, lambda: approving.approve(actor(), place, number, digest))

    @posted(pages, f"{_ONE}/apply", Mark("Make a revision from an approved proposal", scope=Scope.CONFIG_WRITE))
    def apply_proposal(app: str, environment: str, number: int) -> Page | Response:
        place = checked_place(app, environment)
        return _decided(use_case, place, number, lambda: approving.apply(actor(), place, number))

    @posted(pages, f"{_ONE}/refuse", Mark("Refuse a proposal, and destroy its values", scope=Scope.CONFIG_APPROVE))
    def refuse_proposal(app: str, environment: str, number: int) -> Page | Response:
        place, reason = checked_place(app, environment), form().get("reason", "")
        return _decided(use_case, place, number, lambda: approving.refuse(actor(), place, number, reason))

    @posted(pages, f"{_ONE}/withdraw", Mark("Withdraw one's own proposal", scope=Scope.CONFIG_WRITE))
    def withdraw_proposal(app: str, environment: str, number: int) -> Page | Response:
        place, reason = checked_place(app, environment), form().get("reason", "")
        return _decided(use_case, place, number, lambda: approving.withdraw(actor(), place, number, reason))


def _decided(use_case: ProposalPages, place: Place, number: int, decide: Callable[[], object]) -> Page | Response:
    """Return to the page after a decision, or show why there was none, with the current state."""
    try:
        decide()
    except _REFUSALS as error:
        return _page(use_case, place, number, as_problem(error).code or HTTPStatus.CONFLICT, str(error))
    return see(f"/apps/{place}/proposals/{number}")


def _page(use_case: ProposalPages, place: Place, number: int, status: int = HTTPStatus.OK, notice: str = "") -> Page:
    content = use_case.one(actor(), place, number)
    crumb = f"proposal {number}"
    frame = frame_of_environment(place, "Proposals", f"{crumb} · {place}", crumb=crumb)
    rights = {"may_approve": may(Scope.CONFIG_APPROVE, place), "may_write": may(Scope.CONFIG_WRITE, place)}
    return Page("proposal.html", content, frame, status, {"notice": notice, **rights})
