"""What the formats for people share: colours for a terminal, and the last line."""

from setpoint.check.outcome import Severity, Status
from setpoint.check.report import Report
from setpoint.envfile.loaders import PORTABLE
from setpoint.sources.env_file import SourceKind
from setpoint.text.join import counted, joined, said_of

_CODES = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36", "bold": "1", "frame": "1;34"}
_FILES = {SourceKind.ENV_FILE, SourceKind.DEPLOY_FILE}
_MOST_NAMED = 3
_ONE_VALUE = {SourceKind.SECRETS_DIRECTORY, SourceKind.FILE_VARIABLE}


class Style:
    """Paints pieces of text with ANSI escapes (ECMA-48), or leaves them as they are: they are complete without."""

    def __init__(self, *, colored: bool) -> None:
        self._colored = colored

    def paint(self, what: Severity | str, text: str) -> str:
        """Return `text` in the colour of a severity, in `bold`, or as part of the `frame`."""
        return f"\x1b[{_CODES[what]}m{text}\x1b[0m" if self._colored and text else text


def summary(report: Report) -> str:
    """Return the last line, without a line ending: how many problems there are, in what."""
    counts = [counted(report.number_of(severity), str(severity)) for severity in Severity if report.number_of(severity)]
    found = joined(counts) or "no problems"
    files = list(dict.fromkeys(each.path for each in report.sources if each.kind in _FILES and each.path is not None))
    if report.status is Status.UNABLE:
        return f"unable to check {joined(files) or report.settings or 'anything'}: {found}"
    in_environment = any(source.kind is SourceKind.PROCESS_ENVIRONMENT for source in report.sources)
    secret = {each.path for each in report.sources if each.kind in _ONE_VALUE}
    where = joined(
        [
            *files,
            *(["the process environment"] if in_environment else []),
            *([counted(len(secret), "secret file")] if secret else []),
        ]
    )
    return f"{found} in {where} ({_looked_at(report)})" if where else found


def _looked_at(report: Report) -> str:
    """Return how many variables were read, and how; a file that several programs read counts once."""
    numbers: dict[str | None, int] = {}
    for source in report.sources:
        numbers[source.path] = max(source.variables, numbers.get(source.path, 0))
    loaders = list(dict.fromkeys(source.loader for source in report.sources if source.loader))
    programs = [name for name in loaders if name != PORTABLE.name]
    how = f", read as {said_of(programs, 'read them')}" if programs else ""
    held = f", held to {PORTABLE.label}" if PORTABLE.name in loaders else ""
    return f"{counted(sum(numbers.values()), 'variable')}{_receivers(report)}{how}{held}"


def _receivers(report: Report) -> str:
    """Return which processes of a deploy get the variables, if a deploy was checked."""
    names = report.services
    return f" of {joined(names) if len(names) <= _MOST_NAMED else f'{len(names)} services'}" if names else ""
