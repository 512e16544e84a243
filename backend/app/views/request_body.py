"""Reads the body of a request, within limits of size and time; its values appear in no log line."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from http import HTTPStatus
from threading import Event

from flask import Request, current_app
from flask.globals import request_ctx

from app.views.marks import mark_of
from app.views.problem import Problem
from app.views.server import connection
from config.secret_texts import texts_of
from observability.known_secrets import remember_secrets_found_by
from setpoint.sources.env_file import parse_env_file

SECONDS_TO_ARRIVE = 30.0
"""How long a body may take."""

WAS_READ = "setpoint.body-was-read"
"""The key under which the WSGI environment says that nothing is left of the body."""


_ENV_FILE = "text/plain"
_AS_CURL_CALLS_IT = ("application/octet-stream", "application/x-www-form-urlencoded")
"""What `curl --data-binary` says about any body, and what says nothing about it."""
_TELLS_TYPES = {"POST": "Accept-Post", "PATCH": "Accept-Patch"}
"""The header that lists what is accepted (RFC 5789, section 3.1; Linked Data Platform 1.0, section 7.1)."""
_ENCODINGS = {"utf-8", "utf8", "us-ascii"}


def read_body(limit: int, *, of_any_type: bool = False) -> bytes:
    """Return the body of this request, at most `limit` bytes.

    Args:
        limit: How many bytes it may have.
        of_any_type: Whether to accept any content type, and not just what the mark on the view names.

    Raises:
        Problem: 415 if its content type is not accepted, or if it is compressed, because a small body could
            unpack to a large one; 413 if it is larger, known from its announced length before a byte is read; 408 if
            it doesn't arrive in time; 400 if it is malformed or breaks off.
    """
    here = request_ctx.request  # itself: each use of what stands for it costs as much as a small function
    if not of_any_type:
        _refuse_other_types(here)
    if here.headers.get("Content-Encoding", "identity").lower() != "identity":
        detail = "send the body as it is, without `Content-Encoding`"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, {"Accept-Encoding": "identity"})
    announced = here.content_length
    if announced is not None and announced > limit:
        raise _too_large(limit)
    here.max_content_length = limit + 1  # Werkzeug silently cuts off a body there
    with _deadline() as passed:
        content = _content(here, passed)
    remember_secrets_found_by(partial(values_in, content))
    if len(content) > limit:
        raise _too_large(limit)
    if passed.is_set() or (announced is not None and len(content) < announced):
        raise _broken_off(passed)
    here.environ[WAS_READ] = True
    return content


def _refuse_other_types(request: Request) -> None:
    """Refuse a body whose content type is not one that the mark on the view names; most have none."""
    mark = mark_of(current_app.view_functions.get(request.endpoint or ""))
    taken = [*mark.body] if mark else []
    taken += [each for each in _AS_CURL_CALLS_IT if _ENV_FILE in taken and each not in taken]
    if taken and request.mimetype and request.mimetype not in taken:
        headers = {_TELLS_TYPES.get(request.method, "Accept"): ", ".join(taken)}
        what = " or ".join(f"`Content-Type: {each}`" for each in mark.body) if mark else ""
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send the body with {what}", headers)
    if taken and request.mimetype_params.get("charset", "utf-8").lower() not in _ENCODINGS:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body in UTF-8")


def values_in(content: bytes) -> Iterator[str]:
    """Yield everything in a body that could be a value, as written and as read: JSON, otherwise an env file."""
    text = content.decode("utf-8", "backslashreplace")
    try:
        yield from texts_of(json.loads(text))
    except (ValueError, RecursionError):
        for line in text.splitlines():
            _, equals, value = line.partition("=")
            yield (value if equals else line).strip().strip("\"'")
        with suppress(Exception):
            yield from parse_env_file("body", content, {}).variables.values()


def _content(request: Request, passed: Event) -> bytes:
    try:
        return request.get_data(cache=False)
    except Exception:  # noqa: BLE001 - each server has exceptions of its own for a body that is malformed
        raise _broken_off(passed) from None


def _too_large(limit: int) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {limit} bytes")


def _broken_off(passed: Event) -> Problem:
    if passed.is_set():
        return Problem(HTTPStatus.REQUEST_TIMEOUT, f"the body did not arrive within {SECONDS_TO_ARRIVE:g} seconds")
    return Problem(HTTPStatus.BAD_REQUEST, "the body is malformed or incomplete")


def _deadline() -> AbstractContextManager[Event]:
    client = connection()
    return client.reading_ends_after(SECONDS_TO_ARRIVE) if client else nullcontext(Event())
