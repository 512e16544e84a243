"""Answers requests that gunicorn itself can't read with a problem document, where gunicorn would quote them in HTML."""

import json
import socket

from gunicorn import util  # type: ignore[import-untyped]  # has no types


def answer_with_problems() -> None:
    """Take the place of gunicorn's own writer of such answers, in this process."""
    util.write_error = _write_problem


def _write_problem(connection: socket.socket, status: int, reason: str, _text: str) -> None:
    """Write the answer and nothing of the request, of which gunicorn's text holds pieces (RFC 9457)."""
    problem = {
        "type": "about:blank",
        "title": reason,
        "status": status,
        "detail": "the request cannot be read",
        "errors": [],
    }
    body = json.dumps(problem, separators=(",", ":"))
    head = (
        f"HTTP/1.1 {status} {reason}\r\n"
        "Connection: close\r\n"
        "Content-Type: application/problem+json\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(connection, (head + body).encode("latin-1"))
