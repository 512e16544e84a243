"""Answers a read as before, as long as nothing was written and its token is live."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request

from app.domain.errors import UnavailableError
from app.domain.identity import Token
from app.service.ports import Clock, Store
from app.service.remembered import Remembered
from app.service.token_uses import TokenUses
from observability.requests.access import ROUTE_KEY

_REPEATABLE_FOR = "setpoint.repeatable_for"
_LARGEST_BODY = 65_536
_MOST_ANSWERS = 1_000


def may_be_repeated(token: Token) -> None:
    """Mark the answer to this request as valid until something is written, or `token` expires.

    It may depend only on what is stored, the target of the request, `Authorization` and `If-None-Match`; and
    returning it again must not matter to the audit log.
    """
    request.environ[_REPEATABLE_FOR] = token


@dataclass(frozen=True, slots=True)
class _Answer:
    token: Token
    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    route: str


class RepeatedReads:
    """WSGI middleware that asks the store only for its position if it already knows the answer.

    Every change of what is stored, including the end of a token, is an event, and gives the store a new position.
    """

    def __init__(self, wsgi_app: WSGIApplication, store: Store, clock: Clock, uses: TokenUses) -> None:
        self._wsgi_app = wsgi_app
        self._clock = clock
        self._uses = uses
        self._known: Remembered[_Answer] = Remembered(store, _MOST_ANSWERS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        key = _key(environ)
        if key is None:
            return self._wsgi_app(environ, start_response)
        try:
            known = self._known.known()
        except UnavailableError:
            return self._wsgi_app(environ, start_response)
        answer = known.get(key)
        if answer is None or not answer.token.is_live(self._clock()):
            return self._ask(environ, start_response, lambda found: self._known.keep(known, key, found))
        self._uses.note(answer.token)
        environ[ROUTE_KEY] = answer.route
        start_response(answer.status, list(answer.headers))
        return [answer.body]

    def _ask(
        self, environ: WSGIEnvironment, start_response: StartResponse, keep: Callable[[_Answer], None]
    ) -> Iterable[bytes]:
        """Let the app answer, and keep answers that it says may be returned again."""
        head: list[Any] = []

        def take_head(*given: Any) -> Any:
            head[:] = given
            return start_response(*given)

        body = self._wsgi_app(environ, take_head)
        token = environ.get(_REPEATABLE_FOR)
        if token is None:
            return body
        with closing(cast("Any", body)):
            whole = b"".join(body)
        has_failed = head[0].startswith("5")  # which has nothing to do with what is stored
        if len(whole) <= _LARGEST_BODY and not has_failed:
            keep(_Answer(token, head[0], tuple(head[1]), whole, environ[ROUTE_KEY]))
        return [whole]


def _key(environ: WSGIEnvironment) -> bytes | None:
    """Return everything that the answer to a read depends on; None if the request is not a read, or has a body."""
    target, authorization = environ.get("RAW_URI"), environ.get("HTTP_AUTHORIZATION")
    if environ["REQUEST_METHOD"] != "GET" or not target or not authorization:
        return None
    if environ.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    told = "\n".join((target, authorization, environ.get("HTTP_IF_NONE_MATCH", "")))
    return sha256(told.encode("latin-1")).digest()
