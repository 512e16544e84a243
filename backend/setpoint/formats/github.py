"""The report as workflow commands, which GitHub Actions turns into annotations of the changed files."""

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.envfile.location import Location

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_STANDARD_INPUT = "-"


def render(report: Report) -> str:
    """Return one command per line; an empty string if nothing was found."""
    return "".join(f"{_command(diagnostic)}\n" for diagnostic in report.diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    properties = {"title": f"{diagnostic.code} {diagnostic.name}"}
    if diagnostic.location is not None and diagnostic.location.path != _STANDARD_INPUT:
        properties = {**_place(diagnostic.location), **properties}
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    advice = f"; {diagnostic.advice}" if diagnostic.advice else ""
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(diagnostic.message + advice)}"


def _place(location: Location) -> dict[str, str]:
    place = {"file": location.path, "line": str(location.line)}
    if location.end_line != location.line:
        # GitHub accepts columns only for places within one line.
        return {**place, "endLine": str(location.end_line)}
    return {**place, "col": str(location.column), "endColumn": str(location.end_column)}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
