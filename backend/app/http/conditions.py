"""The conditions of a write: which revision it is based on (RFC 9110, section 13.1)."""

import re
from http import HTTPStatus

from flask import request

from app.service.writing.intent import AnyOf
from app.views.problem import Problem

_TAG = re.compile(r'(W/)?"([!#-~\x80-\xff]*)"[\t ]*(?=,|$)')
"""An entity tag, with `W/` if it is a weak one (section 8.8.3)."""
_OURS = re.compile(r"([1-9][0-9]{0,17})(?:-[a-z0-9-]+)?")


def expected_revision() -> int | AnyOf | None:
    """Return the revisions that the client may have seen; None if it is about to make the first one.

    Raises:
        Problem: 428 if the request names none, 400 if it names them in a different way.
    """
    wanted, must_be_new = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if wanted is None and must_be_new is None:
        detail = 'say which revision the change is based on: `If-Match: "43"`, or `If-None-Match: *` for the first one'
        raise Problem(HTTPStatus.PRECONDITION_REQUIRED, detail)
    if wanted is None and must_be_new == "*":
        return None
    seen = None if wanted is None or must_be_new is not None else _seen(wanted)
    if seen is None:
        detail = '`If-Match` has revisions in quotes, `"43"`, or `*`; `If-None-Match` has `*`; send one of them'
        raise Problem(HTTPStatus.BAD_REQUEST, detail)
    return seen


def _seen(listed: str) -> int | AnyOf | None:
    """Return which revisions `If-Match` lists; None if it is not a list of entity tags.

    A weak tag, and one that this service never gave out, match nothing.
    """
    listed = listed.strip()
    if listed == "*":
        return AnyOf()
    if not (tags := _TAG.findall(listed)) or _TAG.sub("", listed).strip(", \t"):
        return None
    ours = [_OURS.fullmatch(tag) for weak, tag in tags if not weak]
    numbers = frozenset(int(each[1]) for each in ours if each)
    return next(iter(numbers)) if len(numbers) == 1 else AnyOf(numbers)


CONDITION_HEADERS = {
    "If-Match": 'the revision that the change is based on, in quotes, `"43"`; one of several; or `*` for any',
    "If-None-Match": "`*` to make the first revision",
}
CONDITION_REFUSALS = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED)
