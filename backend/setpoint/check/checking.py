"""Checks sources against a settings class: everything that is wrong, all at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from setpoint.check.applying import apply_rules
from setpoint.check.diagnostic import Diagnostic, Excerpt, Severity
from setpoint.check.excerpt import shown_line
from setpoint.check.finding import Finding, Place
from setpoint.check.report import Report, SourceSummary, in_order
from setpoint.check.rule import CATALOGUE, Rule
from setpoint.check.rules.suppressions import unused_suppression
from setpoint.envfile.source_text import Span
from setpoint.errors import UnusableError
from setpoint.resolution.location import Location
from setpoint.resolution.statement import Line, Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile, SourceKind
from setpoint.text.escape import printable, printable_lines
from setpoint.text.join import said_of
from setpoint.text.shown import ShownLine


def check(subject: Subject, fail_on: Severity = Severity.ERROR) -> Report:
    """Apply every rule to `subject`; no finding keeps another from being reported, only a comment in a file does."""
    places = _Places(subject)
    diagnostics = (_diagnostic(rule, finding, places) for rule, finding in apply_rules(subject))
    return Report(subject.contract.reference, tuple(_summaries(subject)), in_order(diagnostics), fail_on)


def unable(reference: str, rule: Rule[UnusableError], error: UnusableError) -> Report:
    """Return the report of a check that ended before there was anything to look at.

    Args:
        reference: The settings class, as it is named.
        rule: What there is to report.
        error: What is the matter.
    """
    return Report(printable(reference), (), tuple(_diagnostic(rule, each, None) for each in rule.condition(error)))


def check_together(subjects: Sequence[Subject], fail_on: Severity = Severity.ERROR) -> Report:
    """Check the same sources as several programs read them.

    What all of them have in common is said once; anything else says whose reading it is about.

    Args:
        subjects: One a program, at least one; each has env files if there is more than one.
        fail_on: The mildest severity that makes the check fail.
    """
    first, *others = subjects
    if not others:
        return check(first, fail_on)
    first = replace(first, others=tuple(others))
    reports = [check(subject, fail_on) for subject in (first, *others)]
    found: dict[Diagnostic, list[str]] = {}
    for subject, report in zip((first, *others), reports, strict=True):
        for diagnostic in report.diagnostics:
            found.setdefault(diagnostic, []).append(subject.files[0].loader)
    diagnostics = in_order(
        _said_of(diagnostic, loaders, len(subjects))
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


def _summaries(subject: Subject) -> Iterator[SourceSummary]:
    for file in subject.all_files:
        if file.kind is SourceKind.FILE_VARIABLE and file.trouble:
            continue  # It gives nothing, and what stands behind `TOKEN_FILE` may be the token itself.
        loader = None if file.holds_one_value else file.loader
        yield SourceSummary(file.kind, printable(file.path), loader, len(file.variables))
    if subject.environment is not None:
        contracts = (subject.contract, *subject.beside)
        known = [name for name in subject.environment.variables if any(each.find(name) for each in contracts)]
        yield SourceSummary(subject.environment.kind, variables=len(known))


def _diagnostic(rule: Rule[Any], finding: Finding, places: "_Places | None") -> Diagnostic:
    place = finding.place
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        severity=finding.severity or rule.severity,
        message=printable_lines(finding.message),
        variable=None if finding.variable is None else printable(finding.variable),
        label=None if finding.label is None else printable(finding.label),
        hint=None if finding.hint is None else printable(finding.hint),
        location=places.location(place) if places and place else None,
        excerpt=places.excerpt(place) if places and place else None,
        unable=rule.unable,
    )


class _Places:
    """Turns places in files into locations and excerpts."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._shown: dict[tuple[int, int], ShownLine] = {}
        self._by_number: dict[tuple[int, int], Line] = {}
        for line in subject.lines:
            for number in self._numbers(line.file, line.span):
                self._by_number.setdefault((id(line.file), number), line)

    def location(self, place: Place) -> Location:
        """Return where `place` is, as editors count it; one character for what is hidden, whatever its length."""
        source, line = place.file.source, self._line(place)
        first = line.told(place.span.start) if line else place.span.start
        start, end = source.position(first), source.position(self._told_end(place, first))
        return Location(printable(place.file.path), start.line, start.column, end.line, end.column)

    def excerpt(self, place: Place) -> Excerpt | None:
        """Return the line of `place`, fit to print; None for a place in a file that could not be read."""
        line, start = self._line(place), place.span.start
        if start == place.span.end:  # Blanks before a comment are what an empty value looks like.
            text = place.file.source.text
            start -= len(text[:start]) - len(text[:start].rstrip(" \t"))
        return Excerpt(*line.excerpt(start, place.span.end)) if line else None

    def _told_end(self, place: Place, first: int) -> int:
        """Return the end of `place` to tell, which begins at `first`: nothing behind the start of something hidden."""
        source = place.file.source
        for number in range(source.position(first).line, source.position(place.span.end).line + 1):
            line, end = self._numbered(place.file, number), min(place.span.end, source.line_span(number).end)
            if line and (told := line.told(end)) < end:
                return max(told, first + 1)
        return place.span.end

    def _line(self, place: Place) -> ShownLine | None:
        return self._numbered(place.file, place.file.source.position(place.span.start).line)

    def _numbered(self, file: EnvFile, number: int) -> ShownLine | None:
        """Return line `number` of `file` as it may be shown; None for a file that could not be read."""
        if file.trouble:
            return None
        key = (id(file), number)
        if key not in self._shown:
            line = self._by_number.get(key)
            shows = isinstance(line, Statement) and self._subject.shown.shows_as_written(line)
            self._shown[key] = shown_line(file.source, number, line, shows_value=shows)
        return self._shown[key]

    @staticmethod
    def _numbers(file: EnvFile, span: Span) -> range:
        return range(file.source.position(span.start).line, file.source.position(span.end).line + 1)
