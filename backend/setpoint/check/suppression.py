"""Comments in env files that suppress findings: `# setpoint: ignore=SP104 the reason`."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.check.catalogue.selection import find_code, nearest_rule
from setpoint.check.finding import Region
from setpoint.envfile.source_text import Span
from setpoint.resolution.statement import Line
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile

_MARK = "setpoint:"
_COMMENT = r"(?:(?<=[\r\n])|\A)[ \t]*(?P<comment>#[ \t]*setpoint:[ \t]*ignore\b(?P<rest>[^\r\n]*))"
_REST = r"[ \t]*=[ \t]*(?P<rules>[\w-]+(?:,[ \t]*[\w-]+){0,31})(?:[ \t]+(?P<reason>\S.*))?[ \t]*"


class Suppression(NamedTuple):
    """One comment.

    Attributes:
        region: Where it is.
        codes: The rules that it suppresses; none if it is invalid.
        lines: The lines that it applies to, those of the next variable.
        fault: What is wrong with it, without quoting any of it.
        hint: What to write instead.
    """

    region: Region
    codes: tuple[str, ...] = ()
    lines: range = range(0)
    fault: str | None = None
    hint: str | None = None


class UnusedSuppression(NamedTuple):
    """A comment that ignores the rule `code`, which finds nothing at `region`."""

    region: Region
    code: str


def suppressions(subject: Subject) -> Iterator[Suppression]:
    """Yield the comments in the files of `subject` that are meant to suppress findings."""
    for file in subject.gathered.files:
        if _MARK in file.source.text:
            found = _suppressions_in(file, [each for each in subject.lines if each.file is file])
            yield from (each for each in found if not file.is_deployed or _is_about(subject, each))


def _is_about(subject: Subject, suppression: Suppression) -> bool:
    """Return whether the lines of a comment in a deploy file concern the process: the file may hold others, too."""
    file = suppression.region.file
    process = subject.gathered.process
    problems = process.problems if process else ()
    spans = [each.span for each in subject.lines if each.file is file]
    spans += [each.where.span for each in problems if each.where and each.where.file is file]
    return any(file.source.line_at(each.start) in suppression.lines for each in spans)


def _suppressions_in(file: EnvFile, parts: list[Line]) -> Iterator[Suppression]:
    starts = [each.span.start for each in parts]
    for match in re.finditer(_COMMENT, file.source.text):
        span = Span(match.start("comment"), match.end("comment"))
        following = bisect_right(starts, span.start)
        if following and parts[following - 1].span.end > span.start:
            continue  # It is a line of a value.
        lines = _lines(parts[following]) if following < len(parts) else range(0)
        if file.is_deployed:
            lines = _lines_after(file, span, lines)
        yield _suppression(Region(file, span), match["rest"], lines)


def _lines(part: Line) -> range:
    line_at = part.file.source.line_at
    return range(line_at(part.span.start), line_at(part.span.end) + 1)


def _lines_after(file: EnvFile, comment: Span, following: range) -> range:
    """Return the lines of what follows a comment in a deploy file, be it the `following` variable or something else."""
    at = comment.end
    while match := re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)").match(file.source.text, at):
        at = match.end()
    first = file.source.line_at(at)
    return following if first in following else range(first, first + 1)


def _suppression(region: Region, rest: str, lines: range) -> Suppression:
    match = re.fullmatch(_REST, rest)
    if match is None:
        hint = "write `# setpoint: ignore=CODE` and the reason"
        return Suppression(region, fault="the comment does not say which rule it ignores", hint=hint)
    codes: list[str] = []
    for word in re.split(r",[ \t]*", match["rules"]):
        code = find_code(word)
        if code is None:
            meant = nearest_rule(word)
            hint = f"did you mean `{meant}`?" if meant else "`setpoint rule` lists them"
            return Suppression(region, fault="the comment ignores a rule that does not exist", hint=hint)
        if not CATALOGUE[code].yields_to_comments:
            fault = f"the comment ignores `{code}`, which cannot be ignored"
            return Suppression(region, fault=fault, hint="an app can't start with such a file; fix it instead")
        codes.append(code)
    if match["reason"] is None:
        hint = "write the reason after the code: `# setpoint: ignore=CODE` and why"
        return Suppression(region, fault="the comment gives no reason", hint=hint)
    return Suppression(region, tuple(dict.fromkeys(codes)), lines)
