"""Answers with a problem document where gunicorn itself would quote the request in HTML."""

import json
import logging
import re
import socket
from http import HTTPStatus
from typing import Protocol
from uuid import uuid4

from gunicorn import util  # type: ignore[import-untyped]  # has no types
from gunicorn.http.errors import InvalidHeader  # type: ignore[import-untyped]  # has no types

_HOST_HEADER = "HOST"  # as gunicorn has it
_HOST = re.compile(r"(?:[\w.~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?", re.ASCII)
"""A host that is not empty, and perhaps a port (RFC 9110, sections 4.2.1 and 7.2)."""

_UNREADABLE = "the request cannot be read"
_DETAILS: dict[int, str] = {
    HTTPStatus.NOT_IMPLEMENTED: "its `Transfer-Encoding` is not known; `chunked` is",
    HTTPStatus.REQUEST_URI_TOO_LONG: "the address is too long, including its query",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "a header is too long, or there are too many",
}

_logger = logging.getLogger("observability.access")


class Request(Protocol):
    """What is needed from gunicorn's request."""

    version: tuple[int, int]
    headers: list[tuple[str, str]]


def refuse_unclear_host(request: Request) -> None:
    """Refuse what does not say which host it is for, as RFC 9112 wants in section 3.2; gunicorn refuses two hosts.

    Raises:
        InvalidHeader: gunicorn answers it with 400.
    """
    host = next((value for name, value in request.headers if name == _HOST_HEADER), None)
    if request.version == (1, 1) if host is None else _HOST.fullmatch(host) is None:
        raise InvalidHeader(_HOST_HEADER)


def answer_with_problems() -> None:
    """Replace gunicorn's own writer of such answers, in this process."""
    util.write_error = _write_problem


def _write_problem(connection: socket.socket, status: int, _reason: str, _text: str) -> None:
    """Write the answer (RFC 9457) without anything from the request, which gunicorn would quote, and log it."""
    reason = HTTPStatus(status).phrase  # gunicorn calls some of them a bad request that are not
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
