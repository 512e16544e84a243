"""Checks a file that somebody has sent, within limits and without holding up other requests."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from app.views.problem import Problem
from app.views.server import current_server

T = TypeVar("T")

MOST_LINES = 2_000
"""Each line and each reference can be a finding, so limiting bytes alone does not limit time and size of the answer."""


def check_beside_other_requests(content: bytes, check: Callable[[], T], most: int = MOST_LINES) -> T:
    """Return what `check` says about an env file, without holding up other requests.

    Args:
        content: The file.
        check: The check.
        most: How many lines it may have, and how many references.

    Raises:
        Problem: 422 with what `content` has too much of, because a check would take too long.
    """
    line_ends = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    if line_ends > most:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"the file has {line_ends:,} lines; the limit is {most:,}")
    if (references := content.count(b"$") + content.count(b"`")) > most:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"the file has {references:,} references; the limit is {most:,}")
    return current_server().beside_other_requests(check)
