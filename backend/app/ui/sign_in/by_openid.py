"""`/sign-in/openid`: to an identity provider, and back."""

from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.errors import RefusedAssertionError, ServiceError, UnavailableError
from app.service.exchange_ports import Attempt
from app.service.sign_in.browsers import SigningIn
from app.service.sign_in.openid import OpenIdSignIn, StrangerError
from app.ui.page import Frame, Page
from app.ui.refusals import own_path
from app.ui.showing import answered, see
from app.ui.sign_in.by_token import SignInPage, sign_in_page
from app.ui.sign_in.cookie import signed_in
from app.views.authentication import Authentication
from app.views.marks import Mark, marked

CALLBACK = "/sign-in/openid/callback"
"""The path to which the provider sends people back; it is registered there."""

_COOKIE = "__Host-setpoint-attempt"
_PATIENCE_IN_SECONDS = 600


def sign_in_by_openid(
    pages: Blueprint, authentication: Authentication, elsewhere: OpenIdSignIn, signing_in: SigningIn
) -> None:
    """Register the redirect to the provider, and the return."""

    @pages.get("/sign-in/openid")
    @marked(Mark("Redirect a browser to the identity provider", is_page=True))
    def to_provider() -> Response:
        address = own_path(request.args.get("next", "/"))
        try:
            there, attempt = elsewhere.begin()
        except UnavailableError as error:
            return _refused(elsewhere, error, address)
        response = see(there)
        # Lax: the return comes from another host.
        kept = _kept(attempt, address)
        response.set_cookie(_COOKIE, kept, _PATIENCE_IN_SECONDS, secure=True, httponly=True, samesite="Lax")
        return response

    @pages.get(CALLBACK)
    @marked(Mark("Sign in a browser that returns from the identity provider", is_page=True))
    def from_provider() -> Response:
        attempt, address = _read(request.cookies.get(_COOKIE, ""))
        try:
            with authentication.attempt() as (request_id, came_from):
                actor = elsewhere.finish(attempt, request.args.to_dict(), request_id, came_from)
            response = signed_in(signing_in, actor, address)
        except StrangerError as error:
            response = _stranger(error)
        except (RefusedAssertionError, UnavailableError) as error:
            response = _refused(elsewhere, error, address)
        response.delete_cookie(_COOKIE, secure=True, httponly=True, samesite="Lax")
        return response


def _stranger(error: StrangerError) -> Response:
    heading = "You have no access yet"
    return answered(Page("stranger.html", error.stranger, Frame(heading, heading), HTTPStatus.FORBIDDEN))


def _refused(elsewhere: OpenIdSignIn, error: ServiceError, address: str) -> Response:
    """Return the page to sign in, with the reason; signing in with a token is still possible."""
    status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, UnavailableError) else HTTPStatus.FORBIDDEN
    return answered(sign_in_page(SignInPage(address, "", elsewhere.provider.issuer, str(error)), status))


def _kept(attempt: Attempt, address: str) -> str:
    """Return what the browser keeps until its user comes back."""
    return urlencode({"state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier, "next": address})


def _read(text: str) -> tuple[Attempt | None, str]:
    """Return the attempt that the browser has kept, if any, and the path to go to afterwards."""
    found = dict(parse_qsl(text))
    attempt = Attempt(found.get("state", ""), found.get("nonce", ""), found.get("verifier", ""))
    return attempt if attempt.is_whole else None, own_path(found.get("next", "/"))
