"""`…/revisions` and `…/compare`: who changed what, how it went, and rollbacks, which must pass today's gates."""

from http import HTTPStatus

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.errors import ConflictError, DestroyedError, InvalidError, StaleError
from app.domain.identity import Scope
from app.domain.place import Place
from app.service.pages.revisions import RevisionPages
from app.service.pages.rolling_back import RollingBack
from app.service.writing.intent import Intent
from app.ui.forms import form, number_in
from app.ui.page import Page, frame_of_environment, may
from app.ui.showing import posted, see, shown
from app.views.authentication import actor
from app.views.labels import checked_place
from app.views.marks import Mark, marked
from app.views.refusals import as_problem

_BASE = "/apps/<app>/<environment>"
_ONE = f"{_BASE}/revisions/<int:number>"
_REFUSALS = (StaleError, InvalidError, ConflictError, DestroyedError)


def revision_pages(pages: Blueprint, use_case: RevisionPages) -> None:
    """Register the pages of the history."""

    @shown(pages, f"{_BASE}/revisions", Mark("List the revisions of an environment", scope=Scope.CONFIG_READ))
    def revisions(app: str, environment: str) -> Page:
        place = checked_place(app, environment)
        content = use_case.page(place, number_in(request.args, "before"))
        address = f"/apps/{place}/revisions?before={content.next_before}" if content.next_before else None
        frame = frame_of_environment(place, "Revisions", counts={"Revisions": content.newest})
        return Page(
            "revisions.html", content, frame, extras={"next": address, "may_write": may(Scope.CONFIG_WRITE, place)}
        )

    @shown(pages, _ONE, Mark("Show a revision", scope=Scope.CONFIG_READ))
    def revision(app: str, environment: str, number: int) -> Page:
        place = checked_place(app, environment)
        return _page("revision.html", place, f"revision {number}", use_case.one(place, number))

    @shown(pages, f"{_BASE}/compare/<int:old>...<int:new>", Mark("Compare two revisions", scope=Scope.CONFIG_READ))
    def compare(app: str, environment: str, old: int, new: int) -> Page:
        place = checked_place(app, environment)
        return _page("compare.html", place, f"{old} and {new}", use_case.compare(place, old, new))

    @pages.get(f"{_BASE}/compare")
    @marked(Mark("Redirect to a comparison of two revisions", scope=Scope.CONFIG_READ, is_page=True))
    def choose(app: str, environment: str) -> Response:
        place = checked_place(app, environment)
        old, new = (number_in(request.args, each) or 0 for each in ("old", "new"))
        return see(f"/apps/{place}/compare/{old}...{new}")


def roll_back_page(pages: Blueprint, use_case: RollingBack) -> None:
    """Register the page of a rollback."""
    address = f"{_ONE}/roll-back"

    @shown(pages, address, Mark("Show what a rollback would do", scope=Scope.CONFIG_WRITE))
    def look(app: str, environment: str, number: int) -> Page:
        return _gates(use_case, checked_place(app, environment), number)

    @posted(pages, address, Mark("Roll back to a revision", scope=Scope.CONFIG_WRITE))
    def roll_back(app: str, environment: str, number: int) -> Page | Response:
        place, sent = checked_place(app, environment), form()
        message = sent.get("message", "")
        intent = Intent(place, number_in(sent, "expected"), message)
        try:
            if sent.get("do") == "propose":
                return see(f"/apps/{place}/proposals/{use_case.propose(actor(), intent, number)}")
            use_case.revising.roll_back(actor(), intent, number)
        except _REFUSALS as error:
            status = as_problem(error).code or HTTPStatus.CONFLICT
            return _gates(use_case, place, number, status=status, message=message, notice=str(error))
        return see(f"/apps/{place}")


def _gates(
    use_case: RollingBack,
    place: Place,
    number: int,
    *,
    status: int = HTTPStatus.OK,
    message: str = "",
    notice: str = "",
) -> Page:
    content = use_case.preview(actor(), place, number)
    frame = frame_of_environment(place, "Revisions", f"Roll back to {number} · {place}", crumb=f"roll back to {number}")
    return Page("roll_back.html", content, frame, status, {"message": message, "notice": notice})


def _page(template: str, place: Place, crumb: str, content: object) -> Page:
    frame = frame_of_environment(place, "Revisions", f"{crumb} · {place}", crumb=crumb)
    return Page(template, content, frame, extras={"may_write": may(Scope.CONFIG_WRITE, place)})
