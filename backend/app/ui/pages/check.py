"""`/check`: what each program reads in an env file, and what is wrong with it, for anybody; nothing is stored."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from ipaddress import ip_address

from flask import Blueprint, request

from app.service.pages.checker import EXAMPLE, Checker, CheckPage, Pasted
from app.ui.forms import form
from app.ui.page import Page, frame_of_the_service
from app.ui.showing import posted, shown
from app.ui.typed_text import typed_text
from app.views.authentication import visitor
from app.views.long_check import check_beside_other_requests
from app.views.marks import Mark
from app.views.problem import Problem
from setpoint.application.compare_programs import OverlongFileError
from setpoint.envfile.loaders import LOADERS

MOST_LINES = 500
"""A dozen programs read each of them."""

_PROGRAM = "read-"
"""With the name of a loader after it, the checkbox for whether that program reads the file."""


def check_page(pages: Blueprint, checker: Checker, host: str, most_bytes: int) -> None:
    """Register the page.

    Args:
        pages: Where to register it.
        checker: Finds out what it shows.
        host: Where the service listens; it needs no sign-in if that is only loopback.
        most_bytes: The largest allowed file.
    """
    needs_token = not _is_loopback(host)

    @shown(pages, "/check", Mark("Show what programs read in an example", needs_token=needs_token))
    def example() -> Page:
        if "empty" in request.args:
            return _page(checker.empty(visitor()))
        return _page(_checked(checker, Pasted(EXAMPLE)))

    @posted(pages, "/check", Mark("Show what programs read in a pasted env file", needs_token=needs_token))
    def check() -> Page:
        sent = form()
        pasted = _pasted(sent, typed_text(sent))
        try:
            _refuse_larger(pasted, most_bytes)
            return _page(_checked(checker, pasted))
        except Problem as problem:
            return _kept(pasted, problem.description or "", HTTPStatus(problem.code or HTTPStatus.BAD_REQUEST))
        except OverlongFileError as error:
            return _kept(pasted, str(error), HTTPStatus.UNPROCESSABLE_ENTITY)

    def _kept(pasted: Pasted, sentence: str, status: HTTPStatus) -> Page:
        """Return the page with a file that is too large."""
        return _page(replace(checker.empty(visitor()), pasted=pasted, sentence=sentence), status)


def _checked(checker: Checker, pasted: Pasted) -> CheckPage:
    apart = partial(check_beside_other_requests, pasted.content, most=MOST_LINES)
    return checker.checked(visitor(), pasted, apart)


def _refuse_larger(pasted: Pasted, most_bytes: int) -> None:
    if len(pasted.content) > most_bytes:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the file is larger than {most_bytes:,} bytes")


def _pasted(sent: Mapping[str, str], text: str) -> Pasted:
    chosen = tuple(each for each in LOADERS if f"{_PROGRAM}{each}" in sent)
    return Pasted(text, chosen or tuple(LOADERS), "windows" in sent, sent.get("app", ""))


def _page(content: CheckPage, status: HTTPStatus = HTTPStatus.OK) -> Page:
    extras = {"loaders": LOADERS, "program": _PROGRAM}
    return Page("check.html", content, frame_of_the_service("Check"), status, extras)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
