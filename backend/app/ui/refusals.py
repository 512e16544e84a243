"""Shows refusals to people as a page; programs get the problem documents of the API."""

from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import ServiceError, UnauthenticatedError
from app.ui.forms import form
from app.ui.front_door import APPS, wants_html
from app.ui.page import Frame, Page, frame_of_the_service
from app.ui.showing import JSON, answered, see
from app.ui.typed_text import typed_text
from app.views.authentication import is_by_a_program
from app.views.problem import Problem, document
from app.views.refusals import answered_as_problem

_WORDS = {
    HTTPStatus.UNAUTHORIZED: "You are signed out, and nothing was saved",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.FORBIDDEN: "Your token does not allow this",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service failed",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database can't be reached",
}


def show_refusals(pages: Blueprint, application: Flask) -> None:
    """Turn every error of `pages`, and every unknown address, into a page."""
    pages.register_error_handler(ServiceError, _show_service_error)
    pages.register_error_handler(HTTPException, _show)
    application.register_error_handler(NotFound, _show)


def own_path(text: str) -> str:
    """Return `text` if it is a path of this service, otherwise that of the first page: links never lead elsewhere."""
    is_own = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isascii() and text.isprintable()
    return text if is_own else "/"


def _is_for_people() -> bool:
    return not (is_by_a_program() or request.path.endswith(JSON))


def _show_service_error(error: ServiceError) -> BaseResponse:
    if _is_for_people() and isinstance(error, UnauthenticatedError) and not _typed():
        here = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return see("/sign-in" if here in {"/", APPS} else f"/sign-in?next={quote(here, safe='/')}")
    told = answered_as_problem(error)
    return _page_of(told) if _is_for_people() else told


def _show(error: HTTPException) -> BaseResponse:
    told = document(error)
    is_of_a_page = bool(request.blueprints) or wants_html(request.headers.get("Accept", ""))
    return _page_of(told) if is_of_a_page and _is_for_people() else told


def _typed() -> str:
    """Return the env file that a form of these pages has sent, which would otherwise be lost with the form."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "same-origin":
        with suppress(Problem):
            return typed_text(form())
    return ""


def _page_of(told: Response) -> Response:
    """Return a problem document as a page."""
    content = told.get_json()
    status = HTTPStatus(content["status"])
    words = _WORDS.get(status, "This was refused")
    frame = Frame(words, words, (), frame_of_the_service("").tabs)
    response = answered(Page("error.html", content, frame, status, {"typed": _typed()}))
    if "Retry-After" in told.headers:
        response.headers["Retry-After"] = told.headers["Retry-After"]
    return response
