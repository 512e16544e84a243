"""The report as Markdown, for the page on which a CI system sums up a step."""

import re

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.report import Report
from setpoint.formats.for_people import summary

# GitHub drops a summary of more than 1 MiB as a whole.
_MOST_ROWS = 200
_SPECIAL = r"([\\`*_\[\]<>|~&$@#])"


def render(report: Report) -> str:
    """Return a heading, the status and a table of what was found, followed by an empty line."""
    rows = [_row(diagnostic) for diagnostic in report.diagnostics[:_MOST_ROWS]]
    table = ["| severity | rule | place | problem |", "|---|---|---|---|", *rows, ""] if rows else []
    if len(report.diagnostics) > _MOST_ROWS:
        table += [f"… and {len(report.diagnostics) - _MOST_ROWS} more", ""]
    head = [f"### `setpoint check`: {report.status}", "", _text(summary(report)), ""]
    return "".join(f"{line}\n" for line in [*head, *table])


def _row(diagnostic: Diagnostic) -> str:
    place = diagnostic.location
    where = _text(f"{place.path}:{place.line}:{place.column}") if place else ""
    message = "<br>".join(map(_text, diagnostic.message.split("\n")))
    advice = f"<br>{_text(diagnostic.advice)}" if diagnostic.advice else ""
    return f"| {diagnostic.severity} | {diagnostic.code} {diagnostic.name} | {where} | {message}{advice} |"


def _text(text: str) -> str:
    """Return `text` escaped so that only its pairs of backticks have a meaning in Markdown."""
    parts = text.split("`")
    if len(parts) % 2 == 0 or not all(parts[1:-1]):
        return re.sub(_SPECIAL, r"\\\1", text)
    return "`".join(
        part.replace("|", "\\|") if number % 2 else re.sub(_SPECIAL, r"\\\1", part) for number, part in enumerate(parts)
    )
