"""Comments in env files that keep findings from being reported: `# setpoint: ignore=SP104 the reason`."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from setpoint.check.diagnostic import Severity
from setpoint.check.finding import Finding, Place
from setpoint.check.report import UNABLE
from setpoint.check.rule import CATALOGUE, Rule
from setpoint.check.selection import find_code, nearest_rule
from setpoint.envfile.source_text import Span
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import DEFAULT_LOADER, EnvFile

UNUSED = "SP110"
_MARK = "setpoint:"
_COMMENT = re.compile(r"(?:(?<=[\r\n])|\A)[ \t]*(?P<comment>#[ \t]*setpoint:[ \t]*ignore\b(?P<rest>[^\r\n]*))")
_REST = re.compile(r"[ \t]*=[ \t]*(?P<rules>[\w-]+(?:,[ \t]*[\w-]+){0,31})(?:[ \t]+(?P<reason>\S.*))?[ \t]*")
# Nothing starts with what these are about, so that hiding them would hide only why.
_ENDS_THE_START = {"SP003", "SP005", "SP102", "SP202", "SP207", "SP302", "SP401", "SP404"}
_ABOUT_OTHER_PROGRAMS = "SP2"


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """One comment.

    Attributes:
        place: Where it stands.
        codes: What it keeps from being reported; nothing if it is invalid.
        lines: The lines for which it does so, those of the next variable.
        fault: What is wrong with it, in words that quote nothing of it.
        hint: What to write instead.
    """

    place: Place
    codes: tuple[str, ...] = ()
    lines: range = range(0)
    fault: str | None = None
    hint: str | None = None


def suppressions(subject: Subject) -> Iterator[Suppression]:
    """Yield the comments of the files of `subject` that are there to suppress findings."""
    for file in subject.files:
        if _MARK in file.source.text:
            statements = [each for each in subject.statements if each.file is file]
            yield from _suppressions_in(file, statements)


def reported(subject: Subject, found: Iterable[tuple[Rule, Finding]]) -> Iterator[tuple[Rule, Finding]]:
    """Yield what of `found` no comment suppresses, and then each comment that suppresses nothing.

    An error that a comment suppresses is yielded all the same where the settings class does not take the values
    and no other error says so: a required variable may be misspelt, and nothing would start with it.
    """
    valid = _Valid(each for each in suppressions(subject) if each.codes)
    used: set[tuple[Suppression, str]] = set()
    suppressed: list[tuple[Rule, Finding]] = []
    tells_why = False
    for rule, finding in found:
        suppression = valid.find(rule.code, finding.place)
        is_error = (finding.severity or rule.severity) is Severity.ERROR
        if suppression is None:
            tells_why = tells_why or is_error
            yield rule, finding
        else:
            used.add((suppression, rule.code))
            suppressed += [(rule, finding)] if is_error else []
    if suppressed and not tells_why and subject.verdict.settings is None:
        yield from suppressed
    for each in valid.all:
        yield from _unused(each, (code for code in each.codes if (each, code) not in used))


class _Valid:
    """Valid comments, to be found by what they are about."""

    def __init__(self, all_: Iterable[Suppression]) -> None:
        self.all = tuple(all_)
        # Thousands of comments may stand before one value of thousands of lines.
        self._first_line: dict[tuple[int, int], int] = {}
        self._by_first_line: dict[tuple[int, int, str], Suppression] = {}
        for each in self.all:
            file, first = id(each.place.file), each.lines.start
            if (file, first) not in self._first_line:
                self._first_line.update(((file, line), first) for line in each.lines)
            for code in each.codes:
                self._by_first_line.setdefault((file, first, code), each)

    def find(self, code: str, place: Place | None) -> Suppression | None:
        """Return the comment that is about the rule `code` at `place`, if there is one."""
        if place is None or not self.all:
            return None
        line = place.file.source.position(place.span.start).line
        first = self._first_line.get((id(place.file), line))
        return None if first is None else self._by_first_line.get((id(place.file), first, code))


def _unused(suppression: Suppression, codes: Iterable[str]) -> Iterator[tuple[Rule, Finding]]:
    for code in codes:
        # Whether other programs stumble is not known while python-dotenv alone is asked.
        if not (code.startswith(_ABOUT_OTHER_PROGRAMS) and suppression.place.file.loader == DEFAULT_LOADER):
            message = f"the comment ignores `{code}`, which is not found here"
            yield CATALOGUE[UNUSED], Finding(message, suppression.place, hint="take it out")


def _suppressions_in(file: EnvFile, statements: list[Statement]) -> Iterator[Suppression]:
    starts = [each.span.start for each in statements]
    for match in _COMMENT.finditer(file.source.text):
        span = Span(match.start("comment"), match.end("comment"))
        following = bisect_right(starts, span.start)
        if following and statements[following - 1].span.end > span.start:
            continue  # It is a line of a value.
        lines = _lines(statements[following]) if following < len(statements) else range(0)
        yield _suppression(Place(file, span), match["rest"], lines)


def _lines(statement: Statement) -> range:
    position = statement.file.source.position
    return range(position(statement.span.start).line, position(statement.span.end).line + 1)


def _suppression(place: Place, rest: str, lines: range) -> Suppression:
    match = _REST.fullmatch(rest)
    if match is None:
        hint = "write `# setpoint: ignore=CODE` and the reason"
        return Suppression(place, fault="the comment does not say which rule it ignores", hint=hint)
    codes: list[str] = []
    for word in re.split(r",[ \t]*", match["rules"]):
        code = find_code(word)
        if code is None:
            meant = nearest_rule(word)
            hint = f"did you mean `{meant}`?" if meant else "`setpoint rule` lists them"
            return Suppression(place, fault="the comment ignores a rule that does not exist", hint=hint)
        if code in UNABLE or code in _ENDS_THE_START:
            fault = f"the comment ignores `{code}`, which cannot be ignored"
            return Suppression(place, fault=fault, hint="nothing starts with such a file; mend it instead")
        codes.append(code)
    if match["reason"] is None:
        hint = "write why behind the code: `# setpoint: ignore=CODE` and the reason"
        return Suppression(place, fault="the comment gives no reason", hint=hint)
    return Suppression(place, tuple(dict.fromkeys(codes)), lines)
