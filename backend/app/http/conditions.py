"""The conditions of a write: from which revision it was made (RFC 9110, section 13)."""

import re
from http import HTTPStatus

from flask import request

from app.views.problem import Problem

_TAG = re.compile(r'"([1-9]\d{0,17})(?:-[a-z0-9-]+)?"')


def expected_revision() -> int | None:
    """Return the number of the revision that the client has seen; None if it is to make the first one.

    Raises:
        Problem: 428 if the request names none, 400 if it names it in another way.
    """
    wanted, must_be_new = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if wanted is None and must_be_new is None:
        detail = (
            'say from which revision the change was made: `If-Match: "43"`, or `If-None-Match: *` for the first one'
        )
        raise Problem(HTTPStatus.PRECONDITION_REQUIRED, detail)
    if wanted is None and must_be_new == "*":
        return None
    match = _TAG.fullmatch((wanted or "").strip())
    if match is None or must_be_new is not None:
        detail = '`If-Match` has one revision in quotes, `"43"`; `If-None-Match` has `*`; a request has one of them'
        raise Problem(HTTPStatus.BAD_REQUEST, detail)
    return int(match[1])


CONDITION_HEADERS = {
    "If-Match": 'the revision that the change was made from, in quotes: `"43"`',
    "If-None-Match": "`*` to make the first revision",
}
CONDITION_REFUSALS = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)
