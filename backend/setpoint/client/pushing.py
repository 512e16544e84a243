"""Writes env files as the next revision, once they pass a check against the contract in the service."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from setpoint.application.check_files import read_as_programs_do
from setpoint.application.gathering import of_files
from setpoint.application.judging import Terms, chosen_selection, judged
from setpoint.check.catalogue.rule import CATALOGUE, Rule
from setpoint.check.checking import with_more
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.finding import Finding, Region
from setpoint.check.outcome import Severity, Status
from setpoint.check.report import Report
from setpoint.client.answer import Json, RefusedError
from setpoint.client.connection import Query
from setpoint.client.place import Place
from setpoint.client.proposals import Submission, submitted
from setpoint.client.service import Service
from setpoint.contract.document.admission import InadmissibleContractError, admit
from setpoint.contract.document.exported import settings_class_of
from setpoint.contract.limits import excesses
from setpoint.contract.no_settings import ANY_NAME, no_settings
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile
from setpoint.sources.reading_on import read_on

_MISSING = "missing-variable"
_LOSES_A_VALUE = {"duplicate-variable", "byte-order-mark"}
"""Warnings here that the service treats as errors: one of two values, or for some programs the first, would be lost."""
_TOLD_BY_CHECK = {"value-not-text"}
"""Limits that a rule of the check is about, which knows the exact place."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """The result of a push.

    Attributes:
        report: What was found in the files, here and by the service.
        answer: The new revision or proposal, as answered by the service; None if it was refused.
    """

    report: Report
    answer: Json | None = None


def push(
    service: Service,
    place: Place,
    paths: Sequence[str],
    project: Project,
    query: Query,
    *,
    loader: str | None = None,
    based_on: int | None = None,
    how: Submission,
) -> Pushed:
    """Write the files at `paths` as the next revision of `place`, later ones over earlier.

    They are first checked as `check --schema` would, with the contract in the service and its limits, and then sent as
    the values that their program reads.

    Args:
        service: The service to write to.
        place: The environment.
        paths: Env files; `-` is standard input.
        project: What the project of the app says.
        query: The options of the write.
        loader: The program that the files are written for; by default that of the project, or python-dotenv.
        based_on: The revision that the files are based on; the current one by default.
        how: What to do if others must approve it first.

    Raises:
        RefusedError: The service refuses it for reasons that are not in the files.
    """
    contract = _contract(service, place, is_base=bool(query.get("base")))
    project = project if contract else project._replace(ignored=ANY_NAME)
    contract = contract or no_settings()
    loaders = [loader] if loader else project.loaders
    as_read = read_as_programs_do(paths, {}, loaders)
    subjects = [of_files(contract, read_on(files, {}), None, project) for files in as_read]
    terms = Terms(chosen_selection(project))
    report = terms.selection.of(judged([subjects], terms))
    report = report._replace(diagnostics=tuple(_as_the_service_takes_it(each) for each in report.diagnostics))
    allows_dangerous = bool(query.get("allow_dangerous_names"))
    report = with_more(report, subjects[0], _beyond_limits(subjects[0], allows_dangerous=allows_dangerous))
    if query.get("base") or _has_bases(service, place, report):
        report = report._replace(diagnostics=tuple(each for each in report.diagnostics if each.name != _MISSING))
    if report.status is not Status.PASSED:
        return Pushed(report)
    variables = _variables(as_read[0])
    try:
        return Pushed(report, _written(service, place, variables, query=query, based_on=based_on, how=how))
    except RefusedError as error:
        if not error.errors:
            raise
        return Pushed(with_more(report, subjects[0], _found_by_the_service(subjects[0], error)))


def _has_bases(service: Service, place: Place, report: Report) -> bool:
    """Return whether what is missing in the files may come from bases, or may be missing; the service then decides."""
    if all(each.name != _MISSING for each in report.diagnostics):
        return False
    current = service.current(place)
    return bool(current.get("bases") or current.get("is_base"))


def _contract(service: Service, place: Place, *, is_base: bool) -> SettingsContract | None:
    """Return the contract to check against, once admitted: anybody may have written it. A base may have none."""
    try:
        return SettingsContract.of(settings_class_of(admit(service.current_schema(place.app)), place.app))
    except RefusedError as error:
        if error.status == HTTPStatus.NOT_FOUND and (is_base or service.current(place).get("is_base")):
            return None
        raise
    except InadmissibleContractError as error:
        message = f"the contract of `{place.app}` in the service can't be used: {error}"
        raise UnableError(message) from None


def _written(
    service: Service,
    place: Place,
    variables: Mapping[str, str],
    *,
    query: Query,
    based_on: int | None,
    how: Submission,
) -> Json:
    seen = based_on or service.current_revision(place)
    meant = {**{name: value for name, value in query.items() if name != "dry_run"}, **how.query}
    return submitted(
        how,
        lambda reason: service.push(place, variables, seen, {**query, "break_glass": reason}),
        lambda number: service.propose(place, {"variables": variables}, seen, meant, number),
    )


def _variables(files: Sequence[EnvFile]) -> dict[str, str]:
    return {name: value for file in files for name, value in file.variables.items()}


def _as_the_service_takes_it(diagnostic: Diagnostic) -> Diagnostic:
    return diagnostic._replace(severity=Severity.ERROR) if diagnostic.name in _LOSES_A_VALUE else diagnostic


def _beyond_limits(subject: Subject, *, allows_dangerous: bool) -> Iterator[tuple[Rule[Any], Finding]]:
    """Yield what the service would refuse whatever the contract says, at its place in the files."""
    variables = _variables(subject.gathered.files)
    names = list(variables)
    for each in excesses(variables, allow_dangerous=allows_dangerous):
        if each.code not in _TOLD_BY_CHECK:
            region = _region_of(subject, each.variable if each.ordinal is None else names[each.ordinal - 1])
            yield (
                _rule_of_service(each.code),
                Finding(each.message, region, each.variable, hint=each.hint or None, severity=Severity.ERROR),
            )


def _found_by_the_service(subject: Subject, error: RefusedError) -> Iterator[tuple[Rule[Any], Finding]]:
    """Yield what the service says about the variables, at their places in the files."""
    for each in error.errors:
        variable, code = each.get("variable"), str(each.get("code") or "refused")
        hint = str(each["hint"]) if each.get("hint") else None
        region = _region_of(subject, variable)
        name = variable if isinstance(variable, str) else None
        finding = Finding(str(each.get("message", "")), region, name, hint=hint, severity=Severity.ERROR)
        yield _rule_of_service(code), finding


def _rule_of_service(code: str) -> Rule[Any]:
    return CATALOGUE.get(code) or Rule(code=code, name=code, severity=Severity.ERROR, condition=_never)


def _never(_: Subject) -> Iterator[Finding]:
    """Yield nothing: what the rule reports was found elsewhere."""
    return iter(())


def _region_of(subject: Subject, name: object) -> Region | None:
    found = [each for each in subject.statements if each.name == name]
    return Region(found[-1].file, found[-1].binding.name_span) if found else None
