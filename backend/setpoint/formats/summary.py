"""The last line of a report for people: how many problems, in what."""

from setpoint.diagnostic import Severity
from setpoint.report import Report, SourceSummary, Status
from setpoint.sources import SourceKind


def summary(report: Report) -> str:
    """Return the line, without a line end."""
    counts = [_counted(report.count(severity), str(severity)) for severity in Severity if report.count(severity)]
    found = _joined(counts) or "no problems"
    where = _joined([source.path or "" for source in report.sources if source.kind is SourceKind.ENV_FILE])
    if report.status is Status.UNABLE:
        return f"unable to check {where or report.settings or 'anything'}: {found}"
    in_environment = any(source.kind is SourceKind.PROCESS_ENVIRONMENT for source in report.sources)
    where = _joined([part for part in (where, "the process environment" if in_environment else "") if part])
    return f"{found} in {where} ({_looked_at(report)})" if where else found


def _looked_at(report: Report) -> str:
    total = sum(source.variables for source in report.sources)
    loaders = list(dict.fromkeys(source.loader for source in report.sources if source.loader))
    read = f", read as {_joined(loaders)} reads them" if loaders else ""
    return f"{_counted(total, 'variable')}{read}"


def source_name(source: SourceSummary) -> str:
    """Return how people call the source."""
    return source.path or "the process environment"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _joined(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
