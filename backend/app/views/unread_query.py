"""Refuses a query that a call does not read: somebody relies on it, such as on `dry_run` where there is no dry run."""

from http import HTTPStatus

from flask import Flask
from flask.globals import request_ctx

from app.views.marks import mark_of
from app.views.problem import Problem

OF_THE_API = "/v1/"
"""Probes and pages take anything, because others add parameters of their own to their addresses."""


def refuse_unread_queries(application: Flask) -> None:
    """Refuse queries to the calls of the API that have none; all others refuse what they don't know themselves."""

    def refuse() -> None:
        here = request_ctx.request
        mark = mark_of(application.view_functions.get(here.endpoint or ""))
        if mark is None or mark.is_page or mark.query is not None or not here.query_string:
            return
        if here.path.startswith(OF_THE_API):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "this call takes no query, and nothing was done")

    application.before_request(refuse)
