"""What holds for every request and every answer, whatever the resource."""

from flask import Flask, Response, request

ROUTE = "setpoint.route"
"""The key under which the WSGI environment names the rule of the URL, for logs and traces."""


def hold_for_every_answer(application: Flask) -> None:
    """Name the route of every request, and forbid caching and guessing for every answer."""
    application.before_request(_name_the_route)
    application.after_request(_forbid_caching_and_guessing)


def _name_the_route() -> None:
    if request.url_rule is not None:
        request.environ[ROUTE] = request.url_rule.rule


def _forbid_caching_and_guessing(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
