"""The cookie of a browser that is signed in."""

from flask import request
from werkzeug.wrappers import Response

from app.domain.identity import Actor
from app.service.sign_in.browsers import SigningIn
from app.ui.forms import FORM_COOKIE
from app.ui.showing import see
from app.views.authentication import SIGN_IN_COOKIE


def signed_in(signing_in: SigningIn, actor: Actor, address: str) -> Response:
    """Return the answer that signs this browser in with the token of `actor`, and redirects it to `address`.

    Its key is new at each sign-in, and the previous one ends, so that nobody can know it beforehand.
    """
    key = signing_in.begin(actor, before=sign_in_key())
    response = see(address)
    # Lax: a link in a message leads to a page and not to the sign-in; forms have their own tokens.
    response.set_cookie(SIGN_IN_COOKIE, key.text, secure=True, httponly=True, samesite="Lax")
    response.delete_cookie(FORM_COOKIE, secure=True, httponly=True, samesite="Strict")
    return response


def signed_out(signing_in: SigningIn, actor: Actor) -> Response:
    """Return the answer that signs this browser out."""
    signing_in.end(actor, sign_in_key())
    response = see("/sign-in")
    response.delete_cookie(SIGN_IN_COOKIE, secure=True, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def sign_in_key() -> str:
    """Return the key that this browser sends; empty if it sends none."""
    return request.cookies.get(SIGN_IN_COOKIE, "")
