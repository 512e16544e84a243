"""An env file in the body of a write: checked as `setpoint check` does, with each problem at its place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from app.domain.errors import InvalidError
from app.http.problem import Problem, ProblemItem
from app.http.queries import WriteQuery
from app.service.revising import Revising
from setpoint.check.diagnostic import Diagnostic, Severity
from setpoint.sources.env_file import EnvFile, parse_env_file

_REFUSED_ALTHOUGH_A_WARNING = {"duplicate-variable"}
"""One of two values would be lost silently."""


@contextmanager
def refuse_faulty_file(revising: Revising, app: str, wanted: WriteQuery, content: bytes) -> Iterator[Mapping[str, str]]:
    """Give the variables of the env file `content`, and its places to what is refused of them later.

    Raises:
        Problem: 422 with everything that is wrong with it.
    """
    file = parse_env_file(wanted.path, content, {}, wanted.loader)
    items = [_item(each) for each in revising.check(app, file).diagnostics if _is_refused(each)]
    if items:
        raise _refusal(items)
    try:
        yield file.variables
    except InvalidError as error:
        raise _refusal(
            [
                ProblemItem(each.variable, each.code, each.message, each.hint or None, _location(file, each.variable))
                for each in error.problems
            ]
        ) from None


def _is_refused(diagnostic: Diagnostic) -> bool:
    return diagnostic.severity is Severity.ERROR or diagnostic.name in _REFUSED_ALTHOUGH_A_WARNING


def _refusal(items: list[ProblemItem]) -> Problem:
    count = "1 problem" if len(items) == 1 else f"{len(items)} problems"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{count}, and nothing was stored", errors=items)


def _item(diagnostic: Diagnostic) -> ProblemItem:
    location = diagnostic.location._asdict() if diagnostic.location else None
    return ProblemItem(diagnostic.variable, diagnostic.code, diagnostic.message, diagnostic.advice, location)


def _location(file: EnvFile, name: str | None) -> dict[str, str | int] | None:
    binding = next((each for each in file.reading.bindings if each.name == name), None)
    if binding is None:
        return None
    start, end = file.source.position(binding.name_span.start), file.source.position(binding.name_span.end)
    return {
        "path": file.path,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }
