"""Turns what the use cases refuse into problem documents."""

import logging
from http import HTTPStatus

from flask import Flask, Response

from app.domain import errors
from app.views.problem import Problem, ProblemItem, document

_STATUS: dict[type[errors.ServiceError], HTTPStatus] = {
    errors.UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    errors.RefusedAssertionError: HTTPStatus.FORBIDDEN,
    errors.ForbiddenError: HTTPStatus.FORBIDDEN,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.StaleError: HTTPStatus.PRECONDITION_FAILED,
    errors.ChangedError: HTTPStatus.PRECONDITION_FAILED,
    errors.InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LimitedError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.DestroyedError: HTTPStatus.GONE,
    errors.DamagedError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StorageFullError: HTTPStatus.INSUFFICIENT_STORAGE,
}
_LEVELS = {errors.DamagedError: logging.ERROR, errors.StorageFullError: logging.ERROR}
"""How severe a database failure is; if it is only away for a moment, the readiness probe reports that."""
_HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="setpoint"'},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "1"},
}

_logger = logging.getLogger(__name__)


def answer_refusals_with_problems(application: Flask) -> None:
    """Turn every refusal of a use case into a problem document."""
    application.register_error_handler(errors.ServiceError, answered_as_problem)


def answered_as_problem(error: errors.ServiceError) -> Response:
    """Return a refusal as a problem document; failures of the database are logged."""
    problem = as_problem(error)
    if problem.code is not None and problem.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _logger.log(_LEVELS.get(type(error), logging.WARNING), "the database failed", exc_info=error)
    return document(problem)


def as_problem(error: errors.ServiceError) -> Problem:
    """Return `error` as what a view answers with."""
    status = next(each for kind, each in _STATUS.items() if isinstance(error, kind))
    items: list[ProblemItem] = []
    if isinstance(error, errors.InvalidError):
        items = [ProblemItem(each.variable, each.code, each.message, each.hint or None) for each in error.problems]
    headers = (
        {"Retry-After": str(error.retry_after)} if isinstance(error, errors.LimitedError) else _HEADERS.get(status)
    )
    return Problem(status, str(error), headers, items, _more(error))


def _more(error: errors.ServiceError) -> dict[str, object]:
    """Return what programs want to know about a refusal."""
    if isinstance(error, errors.StaleError):
        return {"current": error.current}
    return {"approvals": error.approvals} if isinstance(error, errors.ProtectedError) else {}
