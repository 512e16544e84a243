"""Finds out who is asking before a view runs, by the mark on the view: programs send a token, browsers a cookie."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Lock
from time import monotonic

from flask import Flask, g, request
from flask.globals import request_ctx

from app.domain.errors import RefusedAssertionError, ServiceError, UnauthenticatedError
from app.domain.identity import ANY, Actor, Scope, Token
from app.domain.token_text import PREFIX
from app.service.access import Access, require
from app.service.sign_in.browsers import SigningIn
from app.views.late_answers import answer_late
from app.views.marks import Mark, mark_of
from app.views.problem import Problem
from observability.requests.request_id import current_request_id

SIGN_IN_COOKIE = "__Host-setpoint"
"""Holds the key of a sign-in; because of its prefix, browsers accept it only from this host, over HTTPS or loopback."""

MOST_FAILURES = 20
"""How many failed attempts an address may make within a minute, before it is told to wait."""

_NO_VIEW = Mark("Say that there is nothing", is_page=True)
_WINDOW = 60.0
_MOST_ADDRESSES = 10_000


@dataclass
class FailedAttempts:
    """Counts failed attempts by address; those that succeed are never held up.

    Attributes:
        clock: Seconds on a monotonic clock.
    """

    clock: Callable[[], float] = monotonic
    _counted: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def seconds_to_wait(self, address: str) -> int:
        """Count one failure of `address`; return how long it must wait, 0 if it need not."""
        with self._lock:
            now = self.clock()
            began, count = self._counted.pop(address, (now, 0))
            if now - began >= _WINDOW:
                began, count = now, 0
            self._counted[address] = (began, count + 1)
            while len(self._counted) > _MOST_ADDRESSES:
                self._counted.popitem(last=False)
        return 0 if count < MOST_FAILURES else max(1, round(began + _WINDOW - now))


class Authentication:
    """Finds out who is asking by the token in the request, or by the cookie of a signed-in browser."""

    def __init__(self, access: Access, signing_in: SigningIn) -> None:
        self._access = access
        self._signing_in = signing_in
        self._attempts = FailedAttempts()

    def identify(self) -> Actor:
        """Return who is asking.

        Raises:
            UnauthenticatedError: The request has no live token.
            Problem: 429 if its address has sent too many invalid ones.
        """
        return self.holder_of(_bearer())

    def holder_of(self, text: str) -> Actor:
        """Return who has the token with this text.

        Raises:
            UnauthenticatedError: There is no such live token.
            Problem: 429 if the address of this request has sent too many invalid ones.
        """
        return self._holder_of(text, self._access.authenticate)

    def identify_for(self, mark: Mark) -> Actor:
        """Return who is asking for the view with this mark; a page is also shown to signed-in browsers.

        Raises:
            UnauthenticatedError: The request has neither a live token nor a live sign-in.
            Problem: 429 if its address has sent too many invalid tokens.
        """
        if not mark.is_page or is_by_a_program():
            writes = mark.scope is Scope.CONFIG_WRITE
            return self._holder_of(_bearer(), self._access.authenticate_writer if writes else self._access.authenticate)
        # Nobody guesses a cookie, and many browsers have outdated ones: that is not a failed attempt.
        found = self._signing_in.who(request.cookies.get(SIGN_IN_COOKIE, ""))
        return Actor(found.acting, current_request_id() or "", request.remote_addr or "")

    def lasting(self, actor: Actor) -> Callable[[], Token]:
        """Return a function that says later whether this request would still be let in, by the live token of `actor`.

        It raises `UnauthenticatedError` once that token, or the sign-in of the browser, has ended.
        """
        if is_by_a_program():
            return lambda: self._access.by_id(actor.token.id)
        key = request.cookies.get(SIGN_IN_COOKIE, "")
        return lambda: self._signing_in.who(key).acting

    def seconds_left(self, token: Token) -> float:
        """Return how long `token` is still accepted; infinite if it does not expire."""
        return self._access.seconds_left(token)

    @contextmanager
    def attempt(self) -> Iterator[tuple[str, str]]:
        """Count what is done inside as a failed attempt if it is refused; yield the id of the request and its address.

        Raises:
            Problem: 429 if the address has had too many failed attempts.
        """
        address = request.remote_addr or ""
        try:
            yield current_request_id() or "", address
        except (UnauthenticatedError, RefusedAssertionError):
            if seconds := self._attempts.seconds_to_wait(address):
                answer_late(request.environ)
                detail = "too many requests without a valid token or signature came from this address"
                raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(seconds)}) from None
            raise

    def _holder_of(self, text: str, authenticate: Callable[[str], Token]) -> Actor:
        with self.attempt() as (request_id, address):
            token = authenticate(text)
        return Actor(token, request_id, address)


def authorize_requests(application: Flask, authentication: Authentication) -> None:
    """Let a request reach its view only if its token allows what the mark on the view names."""

    def authorize() -> None:
        mark = mark_of(application.view_functions.get(request_ctx.request.endpoint or ""))
        if mark is None or mark.is_open:
            if (mark or _NO_VIEW).is_page and SIGN_IN_COOKIE in request.cookies:
                with suppress(ServiceError):  # anybody may see it, and it says who is signed in
                    g.actor = authentication.identify_for(mark or _NO_VIEW)
            return
        found = g.actor = authentication.identify_for(mark)
        if mark.scope is not None:
            where = request.view_args or {}
            app, environment = where.get("app", ANY), where.get("environment", ANY)
            if not (mark.anywhere and found.token.allows_somewhere(mark.scope, app)):
                require(found.token, mark.scope, app, environment)

    application.before_request(authorize)


def actor() -> Actor:
    """Return who is asking, in a view whose mark requires a token."""
    found: Actor = g.actor
    return found


def visitor() -> Actor | None:
    """Return who is looking at a page; None if nobody is signed in."""
    found: Actor | None = g.get("actor")
    return found


def is_by_a_program() -> bool:
    """Return whether this request has a token of this service, which browsers and proxies never send by themselves.

    They do send other credentials: a password that a proxy asks for, or a token for what is behind it.
    """
    return _bearer().startswith(PREFIX)


def _bearer() -> str:
    """Return what follows `Bearer` (RFC 6750); empty for any other header or none."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""
