"""Forms: what was sent, and the token in each of them, without which no page does anything."""

import hmac
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from flask import Blueprint, Response, g, request

from app.views.authentication import SIGN_IN_COOKIE, is_by_a_program
from app.views.problem import Problem
from app.views.request_body import read_body
from observability.known_secrets import remember_secret

FORM_COOKIE = "__Host-setpoint-form"
"""Holds what form tokens are made from if nobody is signed in."""

_FIELD = "form_token"

_LARGEST = 1_048_576
_MOST_FIELDS = 1_000
_MOST_DIGITS = 18
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def guard_forms(pages: Blueprint) -> None:
    """Refuse every unsafe request of a browser that does not come from a form of these pages.

    The token is an HMAC of something that only this browser has: https://cheatsheetseries.owasp.org, "CSRF Prevention".
    """
    pages.before_request(_require_token)
    pages.after_request(_set_cookie)


def form_token() -> str:
    """Return the token that a form of this page must send."""
    key = _key()
    if not key:
        key = g.form_key = secrets.token_urlsafe(32)
    return _token(key)


def form() -> dict[str, str]:
    """Return the fields that were sent, by name; if a name comes twice, the last one counts.

    Raises:
        Problem: 415 if no form was sent, 400 if it is malformed, and those of `read_body`.
    """
    if "form" not in g:
        if request.mimetype != "application/x-www-form-urlencoded":
            detail = "send a form as `application/x-www-form-urlencoded`"
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
        try:
            text = read_body(_LARGEST).decode()
            fields = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
        except ValueError:
            raise Problem(HTTPStatus.BAD_REQUEST, "the form is malformed") from None
        remember_secret(*(value for _, value in fields))
        g.form = dict(fields)
    found: dict[str, str] = g.form
    return found


def number_in(sent: Mapping[str, str], field: str) -> int | None:
    """Return the number in a field of a form or a query; None if it holds none, or an impossible one."""
    text = sent.get(field, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _require_token() -> None:
    if request.method in _SAFE or is_by_a_program():
        return
    key = _key()
    if not key:
        detail = "your browser sent no cookie; it keeps cookies of this page only over HTTPS, or on this machine"
        raise Problem(HTTPStatus.BAD_REQUEST, detail)
    if not hmac.compare_digest(_token(key).encode(), form().get(_FIELD, "").encode()):
        detail = "this form is out of date, because you have signed in or out since; reload its page"
        raise Problem(HTTPStatus.BAD_REQUEST, detail)


def _key() -> str:
    """Return the secret that this browser and the service share; empty if there is none yet."""
    key: str = request.cookies.get(SIGN_IN_COOKIE) or request.cookies.get(FORM_COOKIE) or g.get("form_key", "")
    return key


def _token(key: str) -> str:
    return hmac.digest(key.encode(), b"form", "sha256").hex()


def _set_cookie(response: Response) -> Response:
    if "form_key" in g:
        response.set_cookie(FORM_COOKIE, g.form_key, secure=True, httponly=True, samesite="Strict")
    return response
