"""Checks sources against a settings class: everything that is wrong, all at once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from setpoint.check.applying import Found, apply_rules
from setpoint.check.catalogue.rule import CATALOGUE, Rule
from setpoint.check.diagnostic import Diagnostic, Severity
from setpoint.check.finding import Finding
from setpoint.check.report import Report, SourceSummary, in_order
from setpoint.check.rules.suppressions import unused_suppression
from setpoint.errors import UnusableError
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import SourceKind
from setpoint.text.escape import printable, printable_lines
from setpoint.text.guarded import MASK
from setpoint.text.join import said_of


def check(subject: Subject, fail_on: Severity = Severity.ERROR, *, deploy: bool = False) -> Report:
    """Apply every rule to `subject`; no finding keeps another from being reported, only a comment in a file does.

    Args:
        subject: What to look at.
        fail_on: The lowest severity that makes the check fail.
        deploy: Whether it is about a deploy to production, for which there are rules of its own.
    """
    found = list(apply_rules(subject, deploy=deploy))
    diagnostics = in_order(placed(subject, found)) if found else ()
    return Report(subject.contract.reference, tuple(_summaries(subject)), diagnostics, fail_on)


def unable(reference: str, rule: Rule[UnusableError], error: UnusableError) -> Report:
    """Return the report of a check that ended before there was anything to look at.

    Args:
        reference: The settings class, as it is named.
        rule: What there is to report.
        error: What is the matter.
    """
    return Report(printable(reference), (), tuple(_diagnostic(rule, each) for each in rule.condition(error)))


def with_more(report: Report, subject: Subject, found: Iterable[tuple[Rule[Any], Finding]]) -> Report:
    """Return `report` on `subject` with what somebody else has found in its files."""
    return report._replace(diagnostics=in_order([*report.diagnostics, *placed(subject, found)]))


def check_together(subjects: Sequence[Subject], fail_on: Severity = Severity.ERROR, *, deploy: bool = False) -> Report:
    """Check the same sources as several programs read them.

    What all of them have in common is said once; anything else says whose reading it is about.

    Args:
        subjects: One a program, at least one; each has env files if there is more than one.
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
        for diagnostic in report.diagnostics:  # one about what is hidden may be there twice
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

    What several of them find is said once, as the class says it that finds it worst.
    """
    if len(reports) == 1:
        return reports[0]
    found: dict[tuple[object, ...], list[Diagnostic]] = {}
    for each in (diagnostic for report in reports for diagnostic in report.diagnostics):
        found.setdefault((each.code, each.location, each.variable, each.message), []).append(each)
    # A comment is of use if it keeps one class from objecting; a class that can't be had objects to nothing.
    checked = sum(bool(report.sources) for report in reports)
    counts = (group for group in found.values() if group[0].code != unused_suppression.code or len(group) == checked)
    sources = tuple(dict.fromkeys(source for report in reports for source in report.sources))
    settings = ", ".join(dict.fromkeys(report.settings for report in reports if report.settings))
    return Report(settings, sources, in_order(map(_worst, counts)), fail_on)


def _worst(group: Iterable[Diagnostic]) -> Diagnostic:
    """Return the worst of some diagnostics on one thing, with the line as the class shows it that knows it best."""
    group = list(group)
    worst = max(group, key=lambda each: (each.severity.rank, each.label is not None))
    excerpts = [each.excerpt for each in group if each.excerpt]
    return worst._replace(excerpt=min(excerpts, key=lambda each: each.text.count(MASK), default=None))


def _summaries(subject: Subject) -> Iterator[SourceSummary]:
    for file in subject.gathered.all_files:
        if file.kind is SourceKind.FILE_VARIABLE and file.trouble:
            continue  # It gives nothing, and the value of `TOKEN_FILE` may be the token itself.
        loader = None if file.holds_one_value else file.loader
        yield SourceSummary(file.kind, printable(file.path), loader, len(file.variables))
    environment = subject.gathered.environment
    if environment is not None:
        contracts = (subject.contract, *subject.beside)
        known = [name for name in environment.variables if any(each.find(name) for each in contracts)]
        yield SourceSummary(environment.kind, variables=len(known))


def placed(subject: Subject | None, found: Iterable[Found], processes: Collection[str] = ()) -> Iterator[Diagnostic]:
    """Yield `found` with its places and their lines as `subject` lets them show; without one, no value does.

    Args:
        subject: What was looked at.
        found: What was found.
        processes: The names of the processes of a deploy, which show.
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
