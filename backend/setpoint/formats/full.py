"""The report for people: each problem with its line, what would be right, and why."""

from typing import TYPE_CHECKING

from setpoint.check.report import Report
from setpoint.formats.for_people import Style, summary

if TYPE_CHECKING:
    from setpoint.check.diagnostic import Diagnostic


def render(report: Report, style: Style, *, quiet: bool = False) -> str:
    """Return `report` as text; without the summary if `quiet`."""
    lines = [line for diagnostic in report.diagnostics for line in lines_of(diagnostic, style)]
    if not quiet:
        lines += ["", summary(report)] if lines else [summary(report)]
    return "".join(f"{line}\n" for line in lines)


def lines_of(diagnostic: "Diagnostic", style: Style) -> list[str]:
    """Return `diagnostic` as lines without line endings."""
    head = style.paint(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    first, *others = diagnostic.message.split("\n")
    margin = " " * (len(str(diagnostic.location.line)) + 2 if diagnostic.location else 3)
    lines = [f"{head}: {style.paint('bold', first)}"]
    lines += [f"{margin}{style.paint('frame', '|')} {line}".rstrip() for line in others]
    lines += _place(diagnostic, style, margin)
    if diagnostic.label and diagnostic.excerpt is None:
        lines.append(f"{margin}{style.paint('frame', '=')} {diagnostic.label}")
    if diagnostic.hint:
        lines.append(f"{margin}{style.paint('frame', '=')} {style.paint('bold', 'hint')}: {diagnostic.hint}")
    return lines


def _place(diagnostic: "Diagnostic", style: Style, margin: str) -> list[str]:
    location, excerpt = diagnostic.location, diagnostic.excerpt
    if location is None:
        return []
    arrow = f"{margin[1:]}{style.paint('frame', '-->')} {location.path}"
    if excerpt is None:
        return [arrow]
    from setpoint.text.width import width  # noqa: PLC0415 - a good file has no excerpt

    bar = style.paint("frame", "|")
    offset = " " * width(excerpt.text[: excerpt.start])
    carets = "^" * max(1, width(excerpt.text[excerpt.start : excerpt.end]))
    label = f" {diagnostic.label}" if diagnostic.label else ""
    return [
        f"{arrow}:{location.line}:{location.column}",
        f"{margin}{bar}",
        f" {style.paint('frame', str(location.line))} {bar} {excerpt.text}".rstrip(),
        f"{margin}{bar} {offset}{style.paint(diagnostic.severity, carets + label)}",
    ]
