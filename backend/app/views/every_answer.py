"""What applies to every request and every answer, whatever the resource."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson
from flask import Flask, Request, Response, current_app
from flask.globals import request_ctx
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter, MapAdapter, RequestRedirect, Rule

from app.views.problem import Problem
from observability.requests.access import ROUTE_KEY


class _Route(Rule):
    """A route whose URL nobody builds: to compile what would build it is most of the work of making the app."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - werkzeug's
        """Return something that compiles such a function whenever it is called."""
        compiled = super()._compile_builder

        def build(route: Rule, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown)(route, **values)

        return build


class Json(DefaultJSONProvider):
    """The JSON of answers, in the order in which it was written."""

    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return `obj` as JSON; Flask's own way takes 20 times as long, and is left what orjson refuses."""
        try:
            return orjson.dumps(obj).decode()
        except TypeError:  # a lone surrogate
            return super().dumps(obj, **kwargs)


class SynchronousFlask(Flask):
    """Flask that speaks HTTP alone, without `async` functions: looking for one takes a part of every request."""

    url_rule_class = _Route
    json_provider_class = Json

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the view for `request`, also if it offers to speak WebSocket (RFC 9110, section 7.8)."""
        adapter = super().create_url_adapter(request)
        if adapter is not None:
            adapter.websocket = False
        return adapter

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func`, which is not `async`."""
        return func


class _Number(IntegerConverter):
    """A number in a path, which has one spelling: no leading zeros, and no digits of other scripts."""

    regex = r"0|[1-9][0-9]{0,17}"


def hold_for_every_answer(application: Flask) -> None:
    """Name the route of every request, answer without redirects, and forbid caching and guessing."""
    application.url_map.converters["int"] = _Number
    application.before_request(_answer_for_the_server)
    application.before_request(_take_the_path)
    application.before_request(_refuse_queries_of_other_bytes)
    application.after_request(_forbid_caching_and_guessing)


def _answer_for_the_server() -> Response | None:
    """Answer `OPTIONS *`, which asks what the server can do, whatever the resource (RFC 9110, section 9.3.7)."""
    if request_ctx.request.environ.get("RAW_URI") != "*" or request_ctx.request.method != "OPTIONS":
        return None
    methods = set().union(*(rule.methods or () for rule in current_app.url_map.iter_rules()))
    return Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": ", ".join(sorted(methods))})


def _take_the_path() -> None:
    """Name the route, and treat another spelling of a path as another path: a redirect would name the client's host.

    gunicorn removes one of two slashes before anyone asks for the path, werkzeug removes all of them, and both take an
    encoded slash for a slash, which it is not (RFC 3986, section 2.2). gunicorn also drops a fragment, which no client
    sends (RFC 9112, section 3.2). No name contains a NUL.
    """
    here = request_ctx.request
    environ, rule = here.environ, here.url_rule
    if rule is not None:
        environ[ROUTE_KEY] = rule.rule
    target, decoded = environ.get("RAW_URI", ""), environ.get("PATH_INFO", "")
    path = target.partition("?")[0]
    is_odd = path.startswith("//") or decoded.startswith("//") or "%2f" in path.lower()
    if is_odd or "#" in target or "\0" in decoded or isinstance(here.routing_exception, RequestRedirect):
        raise NotFound


def _refuse_queries_of_other_bytes() -> None:
    """Refuse what werkzeug would replace with U+FFFD, and a NUL, which PostgreSQL refuses even in a query.

    Raises:
        Problem: 400 for a query that is not UTF-8, or holds a NUL.
    """
    query = request_ctx.request.environ.get("QUERY_STRING", "")
    if "%" not in query and query.isascii():
        return
    try:
        is_text = "\0" not in unquote_to_bytes(query.encode("latin-1")).decode()
    except UnicodeDecodeError:
        is_text = False
    if not is_text:
        raise Problem(HTTPStatus.BAD_REQUEST, "the query is not UTF-8, or contains a NUL")


def _forbid_caching_and_guessing(response: Response) -> Response:
    headers = response.headers
    if "Cache-Control" not in headers:
        headers.add("Cache-Control", "no-store")
    headers.add("X-Content-Type-Options", "nosniff")
    return response
