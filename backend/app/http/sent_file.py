"""An env file in the body of a write: checked as `setpoint check` does, with each problem at its place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TypeVar

from app.domain import validation as domain
from app.domain.errors import InvalidError
from app.domain.place import Place
from app.domain.variables import limit_problems
from app.http.queries import WriteQuery
from app.service.writing.revising import Revising
from app.views.problem import Problem, ProblemItem
from app.views.server import current_server
from setpoint.check.diagnostic import Diagnostic, Severity
from setpoint.envfile.reading import Binding
from setpoint.sources.env_file import EnvFile, parse_env_file

T = TypeVar("T")

_REFUSED_ALTHOUGH_A_WARNING = {"duplicate-variable"}
"""One of two values would be lost silently."""
_TOLD_BY_CHECK = {"value-not-text"}
"""Where the very character stands."""
MOST_LINES = 2_000
"""Each line and each reference can be a finding, so that bytes alone don't bound time and size of the answer."""


@contextmanager
def refuse_faulty_file(
    revising: Revising, place: Place, wanted: WriteQuery, content: bytes
) -> Iterator[Mapping[str, str]]:
    """Give the variables of the env file `content`, and its places to what is refused of them later.

    Raises:
        Problem: 422 with everything that is wrong with it.
    """
    check = revising.check_of(place, is_base=wanted.base)

    def work() -> tuple[EnvFile, list[ProblemItem]]:
        read = parse_env_file(wanted.path, content, {}, wanted.loader)
        items = [_item(each) for each in check(read) if _is_refused(each)]
        limits = limit_problems(read.variables, allow_dangerous=wanted.allow_dangerous_names)
        return read, [*items, *_placed(read, (each for each in limits if each.code not in _TOLD_BY_CHECK))]

    file, items = check_beside_other_requests(content, work)
    if items:
        raise _refusal(items)
    try:
        yield file.variables
    except InvalidError as error:
        raise _refusal(list(_placed(file, error.problems))) from None


def check_beside_other_requests(content: bytes, check: Callable[[], T]) -> T:
    """Return what `check` says of an env file, without holding up other requests.

    Raises:
        Problem: 413 with what there is too much of in `content`: a check would take long.
    """
    _refuse_too_many_findings(content)
    return current_server().beside_other_requests(check)


def _refuse_too_many_findings(content: bytes) -> None:
    line_ends = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    if line_ends > MOST_LINES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {MOST_LINES} lines")
    if content.count(b"$") > MOST_LINES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has more than {MOST_LINES} references")


def _is_refused(diagnostic: Diagnostic) -> bool:
    return diagnostic.severity is Severity.ERROR or diagnostic.name in _REFUSED_ALTHOUGH_A_WARNING


def _refusal(items: list[ProblemItem]) -> Problem:
    count = "1 problem" if len(items) == 1 else f"{len(items)} problems"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{count}, and nothing was stored", errors=items)


def _item(diagnostic: Diagnostic) -> ProblemItem:
    location = diagnostic.location._asdict() if diagnostic.location else None
    return ProblemItem(diagnostic.variable, diagnostic.code, diagnostic.message, diagnostic.advice, location)


def _placed(file: EnvFile, problems: Iterable[domain.Problem]) -> Iterator[ProblemItem]:
    """Yield `problems`, each at the first binding of the variable that it is about."""
    names = list(file.variables)
    bindings = {each.name: each for each in reversed(file.reading.bindings)}
    for found in problems:
        name = found.variable if found.ordinal is None else names[found.ordinal - 1]
        binding = None if name is None else bindings.get(name)
        place = _location(file, binding) if binding else None
        yield ProblemItem(found.variable, found.code, found.message, found.hint or None, place)


def _location(file: EnvFile, binding: Binding) -> dict[str, str | int]:
    start, end = file.source.position(binding.name_span.start), file.source.position(binding.name_span.end)
    return {
        "path": file.path,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }
