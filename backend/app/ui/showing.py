"""Registers pages: a mark, a rule and a view, which answers with HTML, or at `.json` with what the page shows."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import ParamSpec

import orjson
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app.ui.forms import form_token
from app.ui.page import Page
from app.ui.templating import templates
from app.views.authentication import visitor
from app.views.marks import Mark, marked

P = ParamSpec("P")

JSON = ".json"


def shown(pages: Blueprint, rule: str, mark: Mark) -> Callable[[Callable[P, Page]], Callable[P, Page]]:
    """Register the decorated view as a page at `rule`, and its content as JSON at `rule` with `.json`."""

    def register(view: Callable[P, Page]) -> Callable[P, Page]:
        def answer(*args: P.args, **more: P.kwargs) -> Response:
            return answered(view(*args, **more))

        answer.__name__ = view.__name__
        found = marked(replace(mark, is_page=True))(answer)
        pages.get(rule)(found)
        if not rule.endswith("/"):
            pages.get(f"{rule}{JSON}")(found)
        return view

    return register


def posted(
    pages: Blueprint, rule: str, mark: Mark
) -> Callable[[Callable[P, Page | BaseResponse]], Callable[P, Page | BaseResponse]]:
    """Register the decorated view for a form that is sent to `rule`; it answers with `see` or with the page again."""

    def register(view: Callable[P, Page | BaseResponse]) -> Callable[P, Page | BaseResponse]:
        def answer(*args: P.args, **more: P.kwargs) -> BaseResponse:
            found = view(*args, **more)
            return answered(found) if isinstance(found, Page) else found

        answer.__name__ = view.__name__
        pages.post(rule)(marked(replace(mark, is_page=True))(answer))
        return view

    return register


def see(address: str) -> BaseResponse:
    """Return the answer to a form that has succeeded: a redirect to that page."""
    return redirect(address, HTTPStatus.SEE_OTHER)


def answered(page: Page) -> Response:
    """Return a page as HTML, or as JSON if the address asks for it."""
    if request.path.endswith(JSON):
        body = orjson.dumps(page.content, default=_plain, option=orjson.OPT_UTC_Z)
        return Response(body, page.status, content_type="application/json")
    asking = visitor()
    html = (
        templates()
        .get_template(page.template)
        .render(
            page=page.content,
            frame=page.frame,
            who=asking.principal.name if asking else None,
            here=request.full_path.rstrip("?"),
            form_token=form_token,
            **page.extras,
        )
    )
    return Response(html, page.status, content_type="text/html; charset=utf-8")


def _plain(value: object) -> object:
    """Return what orjson can't serialise as something that it can."""
    return sorted(value, key=str) if isinstance(value, frozenset) else str(value)
