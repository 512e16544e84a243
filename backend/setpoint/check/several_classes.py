"""Puts together what the settings classes of one app say of the same sources: one report, each finding once."""

from collections.abc import Iterable, Sequence

from setpoint.check.diagnostic import Diagnostic, Severity
from setpoint.check.report import Report, in_order
from setpoint.check.rules.suppressions import unused_suppression
from setpoint.text.mask import MASK


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
