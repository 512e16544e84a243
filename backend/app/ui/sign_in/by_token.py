"""`/sign-in` and `/sign-out`: with a token, which the browser sends once and never keeps."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.errors import UnauthenticatedError
from app.service.sign_in.browsers import SigningIn
from app.ui.forms import form
from app.ui.page import Frame, Page
from app.ui.refusals import own_path
from app.ui.showing import posted, see, shown
from app.ui.sign_in.cookie import signed_in, signed_out
from app.views.authentication import Authentication, actor, visitor
from app.views.marks import Mark

_LONGEST = 200
"""Longer than any token."""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the page shows.

    Attributes:
        next: The path to go to afterwards.
        problem: Why the sign-in failed; empty before the first attempt.
        provider: The identity provider that can also be used; empty if there is none.
        refusal: Why that failed; empty if it did not.
    """

    next: str
    problem: str = ""
    provider: str = ""
    refusal: str = ""


def sign_in_by_token(
    pages: Blueprint, authentication: Authentication, signing_in: SigningIn, provider: str = ""
) -> None:
    """Register the pages; `provider` is the identity provider that can also be used."""

    @shown(pages, "/sign-in", Mark("Show how to sign in"))
    def sign_in() -> Page:
        return sign_in_page(SignInPage(own_path(request.args.get("next", "/")), provider=provider))

    @posted(pages, "/sign-in", Mark("Sign in a browser with a token"))
    def with_token() -> Page | Response:
        sent = form()
        address = own_path(sent.get("next", "/"))
        try:
            asking = authentication.holder_of(sent.get("token", "").strip()[:_LONGEST])
        except UnauthenticatedError:
            problem = "this token is not valid: it is mistyped, revoked or expired"
            return sign_in_page(SignInPage(address, problem, provider), HTTPStatus.UNPROCESSABLE_ENTITY)
        return signed_in(signing_in, asking, address)

    @posted(pages, "/sign-out", Mark("Sign a browser out"))
    def sign_out() -> Response:
        return signed_out(signing_in, actor()) if visitor() else see("/sign-in")


def sign_in_page(content: SignInPage, status: HTTPStatus = HTTPStatus.OK) -> Page:
    """Return the page to sign in."""
    return Page("sign_in.html", content, Frame("Sign in", "Sign in"), status)
