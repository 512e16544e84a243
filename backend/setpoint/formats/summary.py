"""The last line of a report for people: how many problems, in what."""

from setpoint.check.outcome import Severity, Status
from setpoint.check.report import Report
from setpoint.envfile.loaders import PORTABLE
from setpoint.sources.env_file import SourceKind
from setpoint.text.join import counted, joined, said_of

_FILES = {SourceKind.ENV_FILE, SourceKind.DEPLOY_FILE}
_MOST_NAMED = 3
_ONE_VALUE = {SourceKind.SECRETS_DIRECTORY, SourceKind.FILE_VARIABLE}


def summary(report: Report) -> str:
    """Return the line, without a line ending."""
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
