"""`/access`: who may do what; tokens are made, replaced and revoked here, and each is shown once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.errors import ForbiddenError, InvalidError
from app.domain.identity import Principal, PrincipalKind, Right, Scope
from app.domain.token_text import TokenText
from app.domain.validation import Fault
from app.service.exchanging import Exchanging
from app.service.pages.access import AccessShown, TokenRow
from app.service.ports import Clock
from app.service.tokens import ISSUER, Grant, Tokens
from app.ui.forms import form, number_in
from app.ui.page import Page, frame_of_the_service
from app.ui.showing import posted, see, shown
from app.views.authentication import actor
from app.views.marks import Mark

LIFETIMES = {"1": "1 day", "7": "7 days", "30": "30 days", "90": "90 days", "365": "a year", "": "never"}
"""The choices for the lifetime of a new token, in days."""


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was just made; only the template gets its text.

    Attributes:
        token: What is known about it.
        replaces: The id of the token that it replaces; empty for none.
    """

    token: TokenRow
    replaces: str


@dataclass(frozen=True, slots=True)
class _Access:
    """What the views need."""

    shown: AccessShown
    tokens: Tokens
    clock: Clock

    def listed(self, status: int = HTTPStatus.OK, **extras: object) -> Page:
        """Return the page, with what was typed into its form and what is wrong with it."""
        page = number_in(request.args, "page") or 1
        found = self.shown.of(actor(), page, with_ended=request.args.get("ended") == "1")
        more = {"typed": {}, "problems": (), "lifetimes": LIFETIMES, **extras}
        return Page("access.html", found, frame_of_the_service("Access"), status, more)

    def made(self, made: TokenText, replaces: str = "") -> Page:
        """Return the page that shows the text of a token, only this once."""
        rows = self.shown.every(actor())
        content = MadeToken(next(each for each in rows if each.id == made.id), replaces)
        return Page("token.html", content, frame_of_the_service("Access"), HTTPStatus.CREATED, {"text": made.text})

    def wanted(self, sent: Mapping[str, str]) -> Grant:
        """Return what the form asks for.

        Raises:
            InvalidError: It has problems; all of them are listed.
        """
        problems: list[Fault] = []
        rights = {right for line in sent.get("roles", "").split() if (right := _right(line, problems))}
        name, days = sent.get("name", "").strip(), sent.get("days", "")
        if not name:
            problems.append(Fault("name", "name-missing", "a token needs the name of its owner"))
        if not sent.get("roles", "").strip():
            problems.append(Fault("roles", "role-missing", "a token needs a role", "such as `viewer@billing/*`"))
        if days not in LIFETIMES or sent.get("kind", "") not in {"person", "machine"}:
            problems.append(Fault(None, "not-offered", "choose one of the options in the form"))
        if problems:
            raise InvalidError(tuple(problems))
        principal = Principal(PrincipalKind(sent["kind"]), ISSUER, name, name)
        expires_at = self.clock() + timedelta(days=int(days)) if days else None
        return Grant(principal, sent.get("label", "").strip() or name, frozenset(rights), expires_at)


def access_pages(pages: Blueprint, tokens: Tokens, exchanging: Exchanging, clock: Clock) -> None:
    """Register the pages."""
    access = _Access(AccessShown(tokens, exchanging, clock), tokens, clock)

    @shown(pages, "/access", _mark("Show who may do what"))
    def who_may_do_what() -> Page:
        return access.listed()

    @posted(pages, "/access/tokens", _mark("Make a token"))
    def make_token() -> Page:
        sent = form()
        try:
            _, text = tokens.create(actor(), access.wanted(sent))
        except InvalidError as error:
            return access.listed(HTTPStatus.UNPROCESSABLE_ENTITY, typed=sent, problems=error.problems)
        except ForbiddenError as error:
            problems = (Fault(None, "forbidden", str(error)),)
            return access.listed(HTTPStatus.FORBIDDEN, typed=sent, problems=problems)
        return access.made(text)

    @posted(pages, "/access/tokens/<token_id>/rotate", _mark("Replace a token; the old one keeps working for a day"))
    def rotate_token(token_id: str) -> Page:
        _, text = tokens.rotate(actor(), token_id)
        return access.made(text, replaces=token_id)

    @posted(pages, "/access/tokens/<token_id>/revoke", _mark("Revoke a token now"))
    def revoke_token(token_id: str) -> Response:
        tokens.revoke(actor(), token_id)
        return see("/access")

    @posted(pages, "/access/trust-rules/<name>/remove", _mark("Remove a trust rule"))
    def remove_trust_rule(name: str) -> Response:
        exchanging.remove(actor(), name)
        return see("/access")


def _mark(summary: str) -> Mark:
    return Mark(summary, scope=Scope.ADMIN, anywhere=True)


def _right(line: str, problems: list[Fault]) -> Right | None:
    """Return the right written in a line; if it is invalid, the problem is added to `problems`."""
    try:
        return Right.parse(line)
    except ValueError as error:
        problems.append(Fault("roles", "role-not-allowed", str(error)))
        return None
