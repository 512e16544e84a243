"""Combines the findings of a deploy's processes: what several have in common is reported once."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.check.checking import placed
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.check.report import Report, SourceSummary, in_order
from setpoint.check.rules.deploys.findings import DeployAlone
from setpoint.check.rules.suppressions import unused_suppression
from setpoint.sources.deployed_process import DeployedProcess
from setpoint.sources.gathered import Gathered
from setpoint.text.escape import printable
from setpoint.text.join import joined

_MOST_NAMED = 3


def of_processes(
    reports: Mapping[str, Report], others: Iterable[Diagnostic], files: Sequence[SourceSummary], fail_on: Severity
) -> Report:
    """Combine the reports on the processes of a deploy into one.

    Args:
        reports: The reports by process.
        others: The findings that concern none of them.
        files: The files of the deploy.
        fail_on: The lowest severity that makes the check fail.
    """
    found: dict[Diagnostic, list[str]] = {}
    for name, report in reports.items():
        for each in report.diagnostics:
            found.setdefault(each, []).append(name)
    diagnostics = [
        _of(diagnostic, names)
        for diagnostic, names in found.items()
        if diagnostic.code != unused_suppression.code or len(names) == len(reports)
    ]
    settings = ", ".join(dict.fromkeys(each.settings for each in reports.values() if each.settings))
    sources = [source for report in reports.values() for source in report.sources]
    return Report(
        settings,
        (*_counted(files, sources), *dict.fromkeys(each for each in sources if each.path is None)),
        in_order([*diagnostics, *others]),
        fail_on,
        tuple(map(printable, reports)),
    )


def of_deploys(reports: Sequence[Report]) -> Report:
    """Combine the reports on one or more deploys into one."""
    first = reports[0]
    if len(reports) == 1:
        return first
    return Report(
        ", ".join(dict.fromkeys(each.settings for each in reports if each.settings)),
        tuple(dict.fromkeys(source for report in reports for source in report.sources)),
        in_order(dict.fromkeys(each for report in reports for each in report.diagnostics)),
        first.fail_on,
        tuple(dict.fromkeys(name for report in reports for name in report.services)),
    )


def of_no_process(process: DeployedProcess, names: Collection[str]) -> Iterable[Diagnostic]:
    """Yield what is wrong with a deploy regardless of what its processes, called `names`, get; `process` holds it."""
    rules = [each for each in CATALOGUE.values() if each.deploy_problem is not None]
    for problem in process.problems:
        alone = DeployAlone(Gathered(process=process._replace(problems=(problem,))))
        found = ((rule, finding) for rule in rules for finding in rule.condition(alone))
        about = [problem.problem.process] if problem.problem.process else []
        yield from (_of(each, about) for each in placed(None, found, names))


def _counted(files: Iterable[SourceSummary], sources: Iterable[SourceSummary]) -> Iterable[SourceSummary]:
    """Return `files` with the number of variables that all processes together get from them."""
    numbers: dict[str | None, int] = {}
    for each in sources:
        numbers[each.path] = numbers.get(each.path, 0) + each.variables
    return [each._replace(variables=numbers.get(each.path, 0)) for each in files]


def _of(diagnostic: Diagnostic, processes: Sequence[str]) -> Diagnostic:
    """Return `diagnostic` with the names of the `processes` that it concerns added to its message."""
    names = tuple(map(printable, processes))
    if not names:
        return diagnostic
    where = joined([f"`{each}`" for each in names]) if len(names) <= _MOST_NAMED else f"{len(names)} services"
    first, line_end, others = diagnostic.message.partition("\n")
    return diagnostic._replace(message=f"{first} (in {where}){line_end}{others}", services=names)
