"""The formats of a report by name, each imported when it is asked for."""

import importlib

from setpoint.check.report import Report
from setpoint.formats.for_people import Style

_FOR_PEOPLE = {"full": "setpoint.formats.full", "concise": "setpoint.formats.concise"}
_FOR_PROGRAMS = {
    "json": "setpoint.formats.json_report",
    "github": "setpoint.formats.github",
    "gitlab": "setpoint.formats.gitlab",
    "sarif": "setpoint.formats.sarif",
    "junit": "setpoint.formats.junit",
}
FORMATS = {**_FOR_PEOPLE, **_FOR_PROGRAMS}


def render(name: str, report: Report, style: Style, *, quiet: bool = False) -> str:
    """Return `report` in the format `name`.

    Args:
        name: A key of `FORMATS`.
        report: What was found.
        style: The colours of formats for people; programs get none.
        quiet: Whether formats for people leave out the summary.
    """
    module = importlib.import_module(FORMATS[name])
    text: str = module.render(report, style, quiet=quiet) if name in _FOR_PEOPLE else module.render(report)
    return text
