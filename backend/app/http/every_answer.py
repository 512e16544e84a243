"""What holds for every request and every answer, whatever the resource."""

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from observability.requests.access import ROUTE_KEY


def hold_for_every_answer(application: Flask) -> None:
    """Name the route of every request, answer without redirects, and forbid caching and guessing."""
    application.before_request(_name_the_route)
    application.before_request(_refuse_other_spellings)
    application.after_request(_forbid_caching_and_guessing)


def _name_the_route() -> None:
    if request.url_rule is not None:
        request.environ[ROUTE_KEY] = request.url_rule.rule


def _refuse_other_spellings() -> None:
    """Take another spelling of a path for another path: a redirect would name the host that the client named.

    gunicorn takes one of two slashes away before anyone asks for the path, werkzeug takes all of them, and both take an
    encoded slash for a slash, which it is not (RFC 3986, section 2.2).
    """
    path = request.environ.get("RAW_URI", "").partition("?")[0]
    begins_doubled = path.startswith("//") or request.environ.get("PATH_INFO", "").startswith("//")
    if begins_doubled or "%2f" in path.lower() or isinstance(request.routing_exception, RequestRedirect):
        raise NotFound


def _forbid_caching_and_guessing(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
