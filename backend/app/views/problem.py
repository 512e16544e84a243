"""Every error as a problem document (RFC 9457), in words that contain nothing from the request."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException

from observability.requests.access import Answer

CONTENT_TYPE = "application/problem+json"

_DETAILS = {
    HTTPStatus.BAD_REQUEST: "the request is malformed",
    HTTPStatus.NOT_FOUND: "there is nothing at this path; `GET /` lists the calls",
    HTTPStatus.METHOD_NOT_ALLOWED: "this resource does not support that method; the header `Allow` lists its methods",
    HTTPStatus.INTERNAL_SERVER_ERROR: "the service failed; its log has details under the request id in `X-Request-ID`",
}


def failure() -> Answer:
    """Return the answer to a request that ended in a way that Flask does not answer."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    body = json.dumps(_content(status, _DETAILS[status]), separators=(",", ":")).encode()
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(f"{status} {status.phrase}", tuple(headers.items()), body)


@dataclass(frozen=True, slots=True)
class ProblemItem:
    """One thing that is wrong with a request; it contains no value.

    Attributes:
        variable: What it concerns: a variable or a key of the request.
        code: A rule's code or a name for programs, `SP401` or `dangerous-name`.
        message: What is wrong, for people.
        hint: What to do about it.
        location: Where in what was sent.
    """

    variable: str | None = None
    code: str = ""
    message: str = ""
    hint: str | None = None
    location: Mapping[str, str | int] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it in the form of an answer."""
        return {
            "variable": self.variable,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "location": self.location,
        }


class ProblemDocument(BaseModel):
    """A problem (RFC 9457) with everything that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemItem]


class Problem(HTTPException):
    """An error that a view answers with."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[ProblemItem] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = status
        self.headers = dict(headers or {})
        self.errors = tuple(errors)
        self.more = dict(more or {})


def answer_errors_with_problems(application: Flask) -> None:
    """Turn every error of `application` into a problem document, those of the framework included.

    Unexpected exceptions are not `HTTPException`: they go Flask's own way through its signal, which
    error tracking listens to, and arrive here as a bare 500.
    """
    application.register_error_handler(HTTPException, document)


def document(error: HTTPException) -> Response:
    """Return `error` as a problem document."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    more = {"errors": [each.as_json() for each in error.errors], **error.more} if isinstance(error, Problem) else {}
    response = jsonify({**_content(status, _detail(error, status)), **more})
    response.status_code = status
    response.mimetype = CONTENT_TYPE
    response.headers.update(_headers(error))
    return response


def _content(status: HTTPStatus, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "errors": []}


def _detail(error: HTTPException, status: HTTPStatus) -> str:
    # The framework's own descriptions may quote the request, so they are never used.
    if isinstance(error, Problem):
        return error.description or ""
    return _DETAILS.get(status, status.description or status.phrase)


def _headers(error: HTTPException) -> dict[str, str]:
    if isinstance(error, Problem):
        return error.headers
    return {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
