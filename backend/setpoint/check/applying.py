"""Applies the rules, and drops the findings that comments in the file suppress."""

from collections.abc import Iterable, Iterator
from typing import Any

from setpoint.check import rules as _fill_the_catalogue  # noqa: F401 - importing the rules registers them
from setpoint.check.catalogue.rule import CATALOGUE, FailedRuleError, Rule
from setpoint.check.finding import Finding, Region
from setpoint.check.outcome import Severity
from setpoint.check.rules.file import unusable_rule
from setpoint.check.rules.suppressions import unused_suppression
from setpoint.check.suppression import Suppression, UnusedSuppression, suppressions
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import DEFAULT_LOADER

Found = tuple[Rule[Any], Finding]


def apply_rules(subject: Subject, *, deploy: bool) -> Iterator[Found]:
    """Yield what the rules find in `subject`, each finding with its rule; rules about a deploy only for a `deploy`."""
    return _unsuppressed(subject, _found(subject, deploy=deploy))


def _found(subject: Subject, *, deploy: bool) -> Iterator[Found]:
    for rule in CATALOGUE.values():
        if rule.looks_at_sources and (deploy or not rule.for_deploy):
            try:
                yield from ((rule, finding) for finding in rule.condition(subject))
            except FailedRuleError as error:
                yield from ((unusable_rule, finding) for finding in unusable_rule.condition(error))


def _unsuppressed(subject: Subject, found: Iterable[Found]) -> Iterator[Found]:
    """Yield those of `found` that no comment suppresses, then each comment that suppresses nothing.

    A suppressed error is yielded even so if the settings class does not accept the values
    and no other error says so: a required variable may be misspelt, and then nothing would start.
    """
    valid = _Valid(each for each in suppressions(subject) if each.codes)
    used: set[tuple[Suppression, str]] = set()
    suppressed: list[Found] = []
    tells_why = False
    for rule, finding in found:
        suppression = valid.find(rule.code, finding.region)
        is_error = (finding.severity or rule.severity) is Severity.ERROR
        if suppression is None:
            tells_why = tells_why or is_error
            yield rule, finding
        else:
            used.add((suppression, rule.code))
            suppressed += [(rule, finding)] if is_error else []
    if suppressed and not tells_why and subject.validated.settings is None:
        yield from suppressed
    for each in valid.all:
        yield from _unused(each, (code for code in each.codes if (each, code) not in used))


class _Valid:
    """Valid comments, looked up by what they apply to."""

    def __init__(self, all_: Iterable[Suppression]) -> None:
        self.all = tuple(all_)
        # There may be thousands of comments before one value of thousands of lines.
        self._first_line: dict[tuple[int, int], int] = {}
        self._by_first_line: dict[tuple[int, int, str], Suppression] = {}
        for each in self.all:
            file, first = id(each.region.file), each.lines.start
            if (file, first) not in self._first_line:
                self._first_line.update(((file, line), first) for line in each.lines)
            for code in each.codes:
                self._by_first_line.setdefault((file, first, code), each)

    def find(self, code: str, region: Region | None) -> Suppression | None:
        """Return the comment that applies to the rule `code` at `region`, if there is one."""
        if region is None or not self.all:
            return None
        line = region.file.source.line_at(region.span.start)
        first = self._first_line.get((id(region.file), line))
        return None if first is None else self._by_first_line.get((id(region.file), first, code))


def _unused(suppression: Suppression, codes: Iterable[str]) -> Iterator[Found]:
    region = suppression.region
    for code in codes:
        # Whether other programs have problems is not known if the file is read only as python-dotenv.
        if not (CATALOGUE[code].needs_other_loaders and region.file.loader == DEFAULT_LOADER):
            for finding in unused_suppression.condition(UnusedSuppression(region, code)):
                yield unused_suppression, finding
