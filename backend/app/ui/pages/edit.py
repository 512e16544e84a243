"""`/apps/{app}/{environment}/edit`: the environment's own variables as an env file, checked as you type."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.errors import LimitedError, NotFoundError, ServiceError, StorageFullError, UnavailableError
from app.domain.identity import Scope
from app.domain.proposal import Proposal
from app.service.pages.editor import Editor, EditPage, Standing, Typed
from app.ui.forms import form, number_in
from app.ui.page import Page, frame_of_environment, readable_place
from app.ui.showing import posted, see, shown
from app.ui.typed_text import typed_text
from app.views.authentication import actor
from app.views.long_check import check_beside_other_requests
from app.views.marks import Mark
from app.views.problem import Problem
from app.views.refusals import answered_as_problem
from app.views.server import current_server
from setpoint.envfile.loaders import LOADERS
from setpoint.sources.env_file import DEFAULT_LOADER

_STATUS = {
    Standing.REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Standing.STALE: HTTPStatus.PRECONDITION_FAILED,
    Standing.BLOCKED: HTTPStatus.CONFLICT,
}
"""The status of a page whose form should have saved something, but did not."""

_KEEPING_THE_TEXT = (LimitedError, UnavailableError, StorageFullError, NotFoundError, Problem)
"""Temporary errors, such as a missing schema: the page that reports them keeps what was typed."""


def edit_page(pages: Blueprint, editor: Editor) -> None:
    """Register the page."""
    path = "/apps/<app>/<environment>/edit"

    @shown(pages, path, Mark("Show the variables of an environment to edit them", scope=Scope.CONFIG_WRITE))
    def edit(app: str, environment: str) -> Page:
        place = readable_place(app, environment)
        apart = current_server().beside_other_requests
        return _page(editor.opened(actor(), place, _loader(request.args.get("loader", DEFAULT_LOADER)), apart))

    @posted(pages, path, Mark("Check or save edited variables", scope=Scope.CONFIG_WRITE))
    def check_or_save(app: str, environment: str) -> Page | Response:
        place, sent = readable_place(app, environment), form()
        typed, is_to_save = _typed(sent), sent.get("do") == "save"
        apart = partial(check_beside_other_requests, typed.text.encode("utf-8", "surrogatepass"))
        try:
            done = (editor.saved if is_to_save else editor.checked)(actor(), place, typed, apart)
        except _KEEPING_THE_TEXT as error:
            sentence, status = _said(error)
            return _page(EditPage(place, typed, Standing.BLOCKED, sentence), status)
        if isinstance(done, EditPage):
            return _page(done, _STATUS[done.standing] if is_to_save else HTTPStatus.OK)
        # A separate fragment, or browsers keep the one that the form was sent to.
        where = f"{place}/proposals/{done.number}" if isinstance(done, Proposal) else str(place)
        return see(f"/apps/{where}#content")


def _typed(sent: Mapping[str, str]) -> Typed:
    base = number_in(sent, "base")
    if base is None and sent.get("base"):
        raise Problem(HTTPStatus.BAD_REQUEST, "the form is malformed")
    return Typed(
        typed_text(sent),
        base,
        _loader(sent.get("loader", DEFAULT_LOADER)),
        sent.get("message", ""),
        ignores_live="ignore_live" in sent,
        allows_dangerous="allow_dangerous" in sent,
        applies_itself="apply_itself" in sent,
    )


def _said(error: ServiceError | Problem) -> tuple[str, HTTPStatus]:
    """Return what to say about an error, and its status; it is logged if necessary."""
    if isinstance(error, Problem):
        return error.description or "", HTTPStatus(error.code or HTTPStatus.BAD_REQUEST)
    return str(error), HTTPStatus(answered_as_problem(error).status_code)


def _loader(name: str) -> str:
    return name if name in LOADERS else DEFAULT_LOADER


def _page(content: EditPage, status: HTTPStatus = HTTPStatus.OK) -> Page:
    return Page("edit.html", content, frame_of_environment(content.place, "Edit"), status, {"loaders": LOADERS})
