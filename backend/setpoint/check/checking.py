"""Checks sources against a settings class, and reports everything that is wrong at once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from setpoint.check.applying import Found, apply_rules
from setpoint.check.catalogue.rule import CATALOGUE, Rule
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.report import Report, SourceSummary, in_order
from setpoint.check.rules.suppressions import unused_suppression
from setpoint.errors import UnusableError
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import SourceKind
from setpoint.text.escape import printable, printable_lines
from setpoint.text.guarded import MASK
from setpoint.text.join import said_of


def check(subject: Subject, fail_on: Severity = Severity.ERROR, *, deploy: bool = False) -> Report:
    """Apply every rule to `subject`; findings are never suppressed by other findings, only by comments in files.

    Args:
        subject: What to check.
        fail_on: The lowest severity that makes the check fail.
        deploy: Whether to apply the rules about a deploy to production.
    """
    found = list(apply_rules(subject, deploy=deploy))
    diagnostics = in_order(placed(subject, found)) if found else ()
    return Report(subject.contract.reference, tuple(_summaries(subject)), diagnostics, fail_on)


def unable(reference: str, rule: Rule[UnusableError], error: UnusableError) -> Report:
    """Return the report of a check that ended before there was anything to check.

    Args:
        reference: The settings class, as the user names it.
        rule: The rule to report.
        error: What is wrong.
    """
    return Report(printable(reference), (), tuple(_diagnostic(rule, each) for each in rule.condition(error)))


def with_more(report: Report, subject: Subject, found: Iterable[tuple[Rule[Any], Finding]]) -> Report:
    """Return `report` on `subject` with findings from elsewhere in its files."""
    return report._replace(diagnostics=in_order([*report.diagnostics, *placed(subject, found)]))


def check_together(subjects: Sequence[Subject], fail_on: Severity = Severity.ERROR, *, deploy: bool = False) -> Report:
    """Check the same sources as several programs read them.

    What all of them have in common is reported once; anything else names the program.

    Args:
        subjects: One per program, at least one; each has env files if there is more than one.
        fail_on: The lowest severity that makes the check fail.
        deploy: Whether it is about a deploy to production.
    """
    first, *others = subjects
    if not others:
        return check(first, fail_on, deploy=deploy)
    first = replace(first, others=tuple(others))
    reports = [check(subject, fail_on, deploy=deploy) for subject in (first, *others)]
    found: dict[Diagnostic, dict[str, None]] = {}
    for subject, report in zip((first, *others), reports, strict=True):
        for diagnostic in report.diagnostics:  # one about something hidden may be there twice
            found.setdefault(diagnostic, {})[subject.gathered.files[0].loader] = None
    diagnostics = in_order(
        _said_of(diagnostic, [*loaders], len(subjects))
        for diagnostic, loaders in found.items()
        if diagnostic.code != unused_suppression.code or len(loaders) == len(subjects)
    )
    sources = tuple(dict.fromkeys(source for report in reports for source in report.sources))
    return Report(first.contract.reference, sources, diagnostics, fail_on)


def _said_of(diagnostic: Diagnostic, loaders: Sequence[str], of: int) -> Diagnostic:
    if len(loaders) == of or CATALOGUE[diagnostic.code].names_loaders:
        return diagnostic
    first, line_end, others = diagnostic.message.partition("\n")
    return diagnostic._replace(message=f"{first} (as {said_of(loaders, 'read it')}){line_end}{others}")


def put_together(reports: Sequence[Report], fail_on: Severity = Severity.ERROR) -> Report:
    """Return one report of the `reports` on several settings classes, at least one.

    What several of them find is reported once, in the words of the class that rates it worst.
    """
    if len(reports) == 1:
        return reports[0]
    found: dict[tuple[object, ...], list[Diagnostic]] = {}
    for each in (diagnostic for report in reports for diagnostic in report.diagnostics):
        found.setdefault((each.code, each.location, each.variable, each.message), []).append(each)
    # A comment is useful if it keeps one class from objecting; a class that can't be used objects to nothing.
    checked = sum(bool(report.sources) for report in reports)
    counts = (group for group in found.values() if group[0].code != unused_suppression.code or len(group) == checked)
    sources = tuple(dict.fromkeys(source for report in reports for source in report.sources))
    settings = ", ".join(dict.fromkeys(report.settings for report in reports if report.settings))
    return Report(settings, sources, in_order(map(_worst, counts)), fail_on)


def _worst(group: Iterable[Diagnostic]) -> Diagnostic:
    """Return the worst of several diagnostics on one thing, with the line as shown by the class that knows it best."""
    group = list(group)
    worst = max(group, key=lambda each: (each.severity.rank, each.label is not None))
    excerpts = [each.excerpt for each in group if each.excerpt]
    return worst._replace(excerpt=min(excerpts, key=lambda each: each.text.count(MASK), default=None))


def _summaries(subject: Subject) -> Iterator[SourceSummary]:
    for file in subject.gathered.all_files:
        if file.kind is SourceKind.FILE_VARIABLE and file.trouble:
            continue  # It has no effect, and the value of `TOKEN_FILE` may be the token itself.
        loader = None if file.holds_one_value else file.loader
        yield SourceSummary(file.kind, printable(file.path), loader, len(file.variables))
    environment = subject.gathered.environment
    if environment is not None:
        contracts = (subject.contract, *subject.beside)
        known = [
            name
            for name in environment.variables
            if any(each.find(name) for each in contracts) or subject.read_otherwise(name)
        ]
        yield SourceSummary(environment.kind, variables=len(known))


def placed(subject: Subject | None, found: Iterable[Found], processes: Collection[str] = ()) -> Iterator[Diagnostic]:
    """Yield `found` with places and lines as `subject` allows them to be shown; without one, no value is shown.

    Args:
        subject: What was checked.
        found: What was found.
        processes: The names of the processes of a deploy, which may be shown.
    """
    from setpoint.check.excerpt import Regions

    regions = Regions(subject, processes)
    for rule, finding in found:
        diagnostic, region = _diagnostic(rule, finding), finding.region
        if region is not None:
            diagnostic = diagnostic._replace(location=regions.location(region), excerpt=regions.excerpt(region))
        yield diagnostic


def _diagnostic(rule: Rule[Any], finding: Finding) -> Diagnostic:
    return Diagnostic(
        code=printable(rule.code),
        name=printable(rule.name),
        severity=finding.severity or rule.severity,
        message=printable_lines(finding.message),
        variable=None if finding.variable is None else printable(finding.variable),
        label=None if finding.label is None else printable(finding.label),
        hint=None if finding.hint is None else printable(finding.hint),
        unable=rule.unable,
    )
