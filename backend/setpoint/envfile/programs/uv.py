"""Reads an env file as `uv run --env-file` 0.13 does: it stops at the first line that it cannot read."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from setpoint.envfile.draft import Draft, ExpansionLimit
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.programs.uv_value import UnreadableValueError, UvValue
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span, first_bad_byte

_BLANKS_IN_LINE = "\t\v\f \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_BLANKS = _BLANKS_IN_LINE + "\n\r"
_BLANK_RUN = re.compile(f"[{_BLANKS}]*+")
_BLANKS_BEFORE_COMMENT = re.compile(rf"[{_BLANKS_IN_LINE}\r]*+")
_SIMPLE_LINE = re.compile(
    rf"(?P<name>[A-Za-z_][A-Za-z0-9_.]*+)=(?P<value>(?![#])[^\\'\"${_BLANKS}]*+|'[^\\'\n]*+'|\"[^\\\"$\n]*+\")\r?(?:\n|\Z)"
)
_NEXT_MARK = re.compile(rf"\\.?|['\"\n]|[{_BLANKS_IN_LINE}]++(?P<hash>#)?", re.DOTALL)
_END_OF_QUOTE = {
    "'": re.compile(r"[^'\\]*+(?:\\.[^'\\]*+)*+", re.DOTALL),
    '"': re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL),
}
_REST_OF_LINE = re.compile(r"[^\n]*+\n?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*+")
_STOPPED = ", so uv stops here and drops every later line"


class _LogicalLine(NamedTuple):
    """Lines that uv takes together: where their text ends, and where the last of them ends."""

    text_end: int
    end: int
    problem: str | None = None


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as uv does; a variable in `environment` wins, and so does the first of equal names."""
    return _Reader(text, environment).read()


class _Reader:
    def __init__(self, text: str, environment: Mapping[str, str]) -> None:
        self.text = text
        self.environment = environment
        self.draft = Draft()
        self.limit = ExpansionLimit()
        self.variables: dict[str, str] = {}
        self.has_bad_bytes = first_bad_byte(text) is not None

    def read(self) -> Reading:
        at = 0
        while at < len(self.text):
            after = self._read_line(at)
            if after is None:
                break
            at = after
        return self.draft.reading(self.variables)

    def _read_line(self, start: int) -> int | None:
        """Read the line at `start`, and return where the next one begins; None if uv stops."""
        simple = None if self.has_bad_bytes else _SIMPLE_LINE.match(self.text, start)
        if simple:
            value, span = simple["value"], Span(*simple.span("value"))
            value = value[1:-1] if value[:1] in ("'", '"') else value
            taken = self._take(simple["name"], value, Span(*simple.span("name")), span)
            return simple.end() if taken else None
        line = self._logical_line(start)
        if self.has_bad_bytes and (bad := first_bad_byte(self.text[start : line.end])) is not None:
            message = "the line is not UTF-8, so uv rejects the file"
            place = Span(start + bad, start + bad + 1)
            self.draft.refuse(ProblemKind.NOT_UTF_8, place, message, hint="save the file as UTF-8")
            return None
        if line.problem:
            self._stop(ProblemKind.UNCLOSED_QUOTE, Span(line.text_end, line.text_end + 1), line.problem)
            return None
        return line.end if self._read_statement(start, line) else None

    def _logical_line(self, start: int) -> _LogicalLine:
        """Find the end of the line; an open quote extends it."""
        begin = self._end(_BLANKS_BEFORE_COMMENT, start)
        if self.text.startswith("#", begin):
            end = self._end(_REST_OF_LINE, begin)
            return _LogicalLine(start, end)
        at = start
        while mark := _NEXT_MARK.search(self.text, at):
            at = mark.end()
            found = mark[0]
            if found in ("\n", "\\\n"):
                return _LogicalLine(at - 1, at)
            if mark["hash"] and len(found) % 2 == 0:
                return _LogicalLine(at - 1, self._end(_REST_OF_LINE, at))
            if found in _END_OF_QUOTE:
                at = self._end(_END_OF_QUOTE[found], at) + 1
                if not self.text.startswith(found, at - 1):
                    return _LogicalLine(mark.start(), len(self.text), "this quote is never closed")
            elif at == len(self.text) and not mark["hash"] and len(found) % 2:
                return _LogicalLine(mark.start(), at, "the file ends with whitespace or `\\` and no newline")
        return _LogicalLine(len(self.text), len(self.text))

    def _read_statement(self, start: int, line: _LogicalLine) -> bool:
        """Read `[export] NAME=value`, and return whether uv continues."""
        end = start + len(self.text[start : line.text_end].rstrip(_BLANKS))
        at = self._after_blanks(start, end)
        if at >= end or self.text[at] == "#":
            return True
        name = _NAME.match(self.text, at, end)
        equal_sign = self._equal_sign(name, end)
        if name and name[0] == "export" and equal_sign is None:
            name = _NAME.match(self.text, self._after_blanks(name.end(), end), end)
            equal_sign = self._equal_sign(name, end)
        if name is None or equal_sign is None:
            hint = "write `NAME=value` with only letters, digits, `_` and `.` in the name, or comment the line out"
            self._stop(ProblemKind.MALFORMED_LINE, Span(at, end), "the line is not `NAME=value`", hint=hint)
            return False
        return self._read_value(name, equal_sign + 1, end)

    def _equal_sign(self, name: re.Match[str] | None, end: int) -> int | None:
        if name is None:
            return None
        at = self._after_blanks(name.end(), end)
        return at if at < end and self.text[at] == "=" else None

    def _read_value(self, name: re.Match[str], start: int, end: int) -> bool:
        at = self._after_blanks(start, end)
        name_span = Span(*name.span())
        if at == end or self.text[at] == "#":
            return self._take(name[0], "", name_span, Span(start, start))
        try:
            value = UvValue(self.text, at, end, self._looked_up).read()
        except UnreadableValueError as unreadable:
            self._stop(unreadable.kind, unreadable.span, unreadable.message, name[0], unreadable.hint)
            return False
        return self._take(name[0], value.text, name_span, Span(at, value.end))

    def _looked_up(self, name: str, place: Span) -> str:
        if name in self.variables and name not in self.environment:
            self.draft.referred.add(name)
        value = self.environment.get(name, self.variables.get(name))
        if value is None:
            message = "it refers to a variable that is not set at this point, so it expands to an empty string"
            hint = "put the value in single quotes if `$` is meant literally"
            self.draft.report(ProblemKind.UNDEFINED_REFERENCE, place, message, hint=hint)
            return ""
        if not self.limit.allows(value):
            message, hint = (
                "the references expand to more text than a process can receive",
                "write the value without references",
            )
            raise UnreadableValueError(ProblemKind.TOO_LONG_EXPANSION, place, message, hint)
        return value

    def _take(self, name: str, value: str, name_span: Span, value_span: Span) -> bool:
        """Add a binding unless the name is already set, and return whether uv continues."""
        if name in self.environment:
            message, hint = "the process already has this variable, and keeps its value", "unset it in the process"
            self.draft.report(ProblemKind.ALREADY_SET, name_span, message, name, hint)
        elif name in self.variables:
            message, hint = "the variable is already set above, and uv keeps the first value", "remove one of them"
            self.draft.report(ProblemKind.DUPLICATE_NAME, name_span, message, name, hint)
        elif "\0" in value:
            message = "the value contains a NUL byte, so uv exits without starting anything"
            self.draft.refuse(ProblemKind.NUL_BYTE, value_span, message, name, "remove the NUL byte")
            return False
        else:
            self.variables[name] = value
        self.draft.bind(name, value, name_span, value_span)
        return True

    def _stop(
        self, kind: ProblemKind, span: Span, message: str, name: str | None = None, hint: str | None = None
    ) -> None:
        self.draft.report(kind, span, message + _STOPPED, name, hint)

    def _after_blanks(self, start: int, end: int) -> int:
        match = _BLANK_RUN.match(self.text, start, end)
        return match.end() if match else start

    def _end(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self.text, at)
        return match.end() if match else at
