"""An env file in the body of a write: checked as `setpoint check` does, with each problem at its place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from app.domain.errors import InvalidError
from app.domain.place import Place
from app.http.queries import FileQuery
from app.service.writing.file_faults import FileFault, faults_of, placed
from app.service.writing.revising import Revising
from app.views.long_check import check_beside_other_requests
from app.views.problem import Problem, ProblemItem
from setpoint.sources.env_file import EnvFile, parse_env_file
from setpoint.sources.reading_on import read_on

_OF_A_FILE = "`loader` and `path` are for an env file, and the body is JSON: leave them out"


def refuse_file_options(wanted: FileQuery) -> None:
    """Refuse the options of an env file beside JSON, because they would be ignored.

    Raises:
        Problem: 422 if there are any.
    """
    if wanted.model_fields_set & {"loader", "path"}:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _OF_A_FILE)


@contextmanager
def refuse_faulty_file(
    revising: Revising, place: Place, wanted: FileQuery, content: bytes
) -> Iterator[Mapping[str, str]]:
    """Provide the variables of the env file `content`, and add its places to what is later refused.

    Raises:
        Problem: 422 with everything that is wrong with it.
    """
    check = revising.check_of(place, may_be_base=wanted.base)

    def work() -> tuple[EnvFile, list[ProblemItem]]:
        read = parse_env_file(wanted.path, content, {}, wanted.loader)
        (whole,) = read_on([read], {})
        faults = faults_of(whole, check, allow_dangerous=wanted.allow_dangerous_names)
        return read, [_item(each) for each in faults if each.is_refused]

    file, items = check_beside_other_requests(content, work)
    if items:
        raise _refusal(items)
    try:
        yield file.variables
    except InvalidError as error:
        raise _refusal(list(map(_item, placed(file, error.problems)))) from None


def _refusal(items: list[ProblemItem]) -> Problem:
    count = "1 problem" if len(items) == 1 else f"{len(items)} problems"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{count}, and nothing was stored", errors=items)


def _item(fault: FileFault) -> ProblemItem:
    location = fault.location._asdict() if fault.location else None
    return ProblemItem(fault.variable, fault.code, fault.message, fault.hint, location)
