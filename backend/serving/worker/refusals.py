"""Answers with a problem document where gunicorn itself would quote the request in HTML."""

import json
import logging
import socket
from http import HTTPStatus
from uuid import uuid4

from gunicorn import util  # type: ignore[import-untyped]  # has no types

_UNREADABLE = "the request cannot be read"
_DETAILS: dict[int, str] = {
    HTTPStatus.REQUEST_URI_TOO_LONG: "the address is too long, including its query",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "a header is too long, or there are too many",
}

_logger = logging.getLogger("observability.access")


def answer_with_problems() -> None:
    """Replace gunicorn's own writer of such answers, in this process."""
    util.write_error = _write_problem


def _write_problem(connection: socket.socket, status: int, reason: str, _text: str) -> None:
    """Write the answer (RFC 9457) without anything from the request, which gunicorn would quote, and log it."""
    request_id = uuid4().hex
    failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
    problem = {
        "type": "about:blank",
        "title": reason,
        "status": status,
        "detail": "the service failed; its log has more" if failed else _DETAILS.get(status, _UNREADABLE),
        "errors": [],
    }
    body = json.dumps(problem, separators=(",", ":"))
    head = (
        f"HTTP/1.1 {status} {reason}\r\n"
        "Connection: close\r\n"
        "Content-Type: application/problem+json\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        f"X-Request-ID: {request_id}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    _logger.info("request refused", extra={"request_id": request_id, "http.response.status_code": status})
    util.write_nonblock(connection, (head + body).encode("latin-1"))
