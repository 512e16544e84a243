"""The report with one line per problem, for editors and for searching."""

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.report import Report
from setpoint.formats.for_people import Style, summary
from setpoint.text.escape import in_one_line


def render(report: Report, style: Style, *, quiet: bool = False) -> str:
    """Return `report` as text; without the summary if `quiet`."""
    lines = [_line(diagnostic, style) for diagnostic in report.diagnostics]
    return "".join(f"{line}\n" for line in (lines if quiet else [*lines, summary(report)]))


def _line(diagnostic: Diagnostic, style: Style) -> str:
    location = diagnostic.location
    place = f"{location.path}:{location.line}:{location.column}: " if location else ""
    kind = style.paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    advice = f"; {diagnostic.advice}" if diagnostic.advice else ""
    return f"{place}{kind} {in_one_line(diagnostic.message)}{advice}"
