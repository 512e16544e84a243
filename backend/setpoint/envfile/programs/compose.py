"""Reads an env file as `env_file:` of docker compose 2.40 does: YAML-like names, quotes, escapes and references."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.programs.compose_references import (
    InvalidReferenceError,
    References,
    TooLongExpansionError,
)
from setpoint.envfile.programs.go_lines import GO_BLANKS
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span, first_bad_byte, with_each_byte_replaced

_BLANKS_IN_LINE = "\t\v\f\r \x85\xa0"
_BETWEEN_STATEMENTS = re.compile(f"[{GO_BLANKS}]*+(?:#[^\n]*+[{GO_BLANKS}]*+)*+")
_EXPORT = re.compile(rf"export(?=[\t\n\f\r ])[{_BLANKS_IN_LINE}]*+")
_NAME = re.compile(rf"[\w.\-\[\]{_BLANKS_IN_LINE}]*+")
_AFTER_SEPARATOR = re.compile(rf"[{_BLANKS_IN_LINE}]*+")
_LINE = re.compile(r"[^\n]*+")
_INSIDE_QUOTES = {
    "'": re.compile(r"[^'\\]*+(?:\\.[^'\\]*+)*+", re.DOTALL),
    '"': re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL),
}
_ESCAPED_QUOTE = {"'": re.compile(r"\\(?:(')|(.))", re.DOTALL), '"': re.compile(r'\\(?:(")|(.))', re.DOTALL)}
_ESCAPE = re.compile(r'\\(?:([abcfnrtv$"\\])|0([0-9]{0,3}))')
_ESCAPED = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    '"': '"',
    "\\": "\\",
    "$": "$$",
}
_OCTAL = re.compile(r"[0-3][0-7]{2}")
_REFUSED = ", so compose rejects the file"


class _Statement(NamedTuple):
    """A name, what separates it from its value, and where that value begins."""

    name: str
    name_span: Span
    separator: str
    value_start: int


class _RefusedError(Exception):
    """Compose rejects the file at this place."""

    def __init__(self, kind: ProblemKind, span: Span, message: str, name: str | None, hint: str) -> None:
        super().__init__(message)
        self.problem = (kind, span, message + _REFUSED, name, hint)


def read(text: str, environment: Mapping[str, str], earlier: Mapping[str, str] | None = None) -> Reading:
    """Read `text` as compose does.

    Args:
        text: The file.
        environment: What overrides the file's own names in its references.
        earlier: The variables of earlier files, which the file's own names override.
    """
    reader = _Reader(text, environment)
    for name, value in (earlier or {}).items():
        reader.references.define(name, value)
    try:
        reader.read_statements()
    except _RefusedError as refused:
        reader.draft.refuse(*refused.problem)
    reader.draft.referred = reader.references.referred
    return reader.draft.reading()


class _Reader:
    def __init__(self, text: str, environment: Mapping[str, str]) -> None:
        self.text = text
        self.environment = environment
        self.draft = Draft()
        self.references = References(environment)
        bad_byte = first_bad_byte(text)
        if bad_byte is not None:
            message = "the file is not UTF-8, and each invalid byte becomes U+FFFD"
            place = Span(bad_byte, bad_byte + 1)
            self.draft.report(ProblemKind.NOT_UTF_8, place, message, hint="save the file as UTF-8")

    def read_statements(self) -> None:
        at = 0
        if self.text.startswith("\ufeff"):
            at = 1
            message = "the file starts with a byte order mark"
            self.draft.report(ProblemKind.BYTE_ORDER_MARK, Span(0, 1), message)
        while (at := self._end(_BETWEEN_STATEMENTS, at)) < len(self.text):
            statement = self._statement(at)
            if statement.separator == "\n":
                self._take_from_the_process(statement)
                at = statement.value_start
            else:
                at = self._read_value(statement)

    def _statement(self, start: int) -> _Statement:
        start = self._end(_EXPORT, start)
        end = self._end(_NAME, start)
        if start == len(self.text):
            message, hint = "nothing follows `export`", "write `NAME=value`"
            raise _RefusedError(ProblemKind.MALFORMED_LINE, Span(start - 1, start), message, None, hint)
        if end == len(self.text):
            message = "the last line has no `=` and no newline, so it becomes the value of an empty name"
            place, hint = Span(start, end), "write `NAME=value`, or comment the line out"
            self.draft.report(ProblemKind.MALFORMED_LINE, place, message, hint=hint)
            return _Statement("", Span(start, start), "", start)
        name = self.text[start:end].rstrip(GO_BLANKS)
        name_span = Span(start, start + len(name))
        separator = self.text[end]
        if separator not in "=:\n":
            message = "a name contains a character other than letters, digits and `_.-[]`"
            hint = "write `NAME=value`, or comment the line out"
            raise _RefusedError(ProblemKind.INVALID_NAME, Span(end, end + 1), message, name or None, hint)
        if " " in name:
            message = "the name contains whitespace"
            hint = "write `NAME=value`, or comment the line out"
            raise _RefusedError(ProblemKind.INVALID_NAME, name_span, message, name, hint)
        return _Statement(name, name_span, separator, self._end(_AFTER_SEPARATOR, end + 1))

    def _take_from_the_process(self, statement: _Statement) -> None:
        name, span = statement.name, statement.name_span
        value = self.environment.get(name)
        if name:
            self._take(statement, value, Span(span.end, span.end))
        if name and value is None:
            message = "the line has no `=` and the process has no such variable, so it is ignored"
            self.draft.report(ProblemKind.MALFORMED_LINE, span, message, name, "write `NAME=value`")

    def _read_value(self, statement: _Statement) -> int:
        start = statement.value_start
        quote = self.text[start : start + 1]
        if quote in _INSIDE_QUOTES:
            return self._read_quoted(statement, quote)
        end = self._end(_LINE, start)
        value = self.text[start:end].partition(" #")[0].rstrip(GO_BLANKS)
        span = Span(start, start + len(value))
        self._take(statement, self._with_references(value, statement, span), span)
        return end

    def _read_quoted(self, statement: _Statement, quote: str) -> int:
        start = statement.value_start
        end = self._end(_INSIDE_QUOTES[quote], start + 1)
        if not self.text.startswith(quote, end):
            message, hint = "this quote is never closed", "close the quote, or remove it"
            raise _RefusedError(ProblemKind.UNCLOSED_QUOTE, Span(start, start + 1), message, statement.name, hint)
        span = Span(start, end + 1)
        value = _ESCAPED_QUOTE[quote].sub(_without_backslash_before_quote, self.text[start + 1 : end])
        if quote == "'":
            self._take(statement, value, span)
        else:
            self._take(statement, self._with_references(_ESCAPE.sub(_meant, value), statement, span), span)
        self._report_text_after_quote(statement.name, end + 1)
        return end + 1

    def _with_references(self, value: str, statement: _Statement, span: Span) -> str | None:
        if "$" not in value:
            return value
        try:
            value = self.references.replaced_in(value)
        except InvalidReferenceError as invalid:
            kind = ProblemKind.INVALID_REFERENCE
            raise _RefusedError(kind, span, invalid.message, statement.name, invalid.hint) from None
        except TooLongExpansionError:
            message, hint = (
                "the references expand to more text than a process can receive",
                "write the value without references",
            )
            self.draft.report(ProblemKind.TOO_LONG_EXPANSION, span, message, statement.name, hint)
            return None
        if self.references.unset:
            message = "it refers to a variable that is not set at this point, so it expands to an empty string"
            hint = "write `$$` if `$` is meant literally, or add a default: `${NAME:-default}`"
            self.draft.report(ProblemKind.UNDEFINED_REFERENCE, span, message, statement.name, hint)
        return value

    def _take(self, statement: _Statement, value: str | None, span: Span) -> None:
        if value is not None:
            value = with_each_byte_replaced(value)
            self.references.define(statement.name, value)
        self.draft.bind(statement.name, value, statement.name_span, span)

    def _report_text_after_quote(self, name: str, start: int) -> None:
        at = self._end(_AFTER_SEPARATOR, start)
        if at < len(self.text) and self.text[at] not in "\n#":
            message = "text follows the closing quote, and is read as a variable of its own"
            hint = "write a quote inside the value with `\\` before it, or begin a comment with `#`"
            self.draft.report(ProblemKind.MALFORMED_LINE, Span(at, at + 1), message, name, hint)

    def _end(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self.text, at)
        return match.end() if match else at


def _without_backslash_before_quote(escape: re.Match[str]) -> str:
    return escape[1] or escape[0]


def _meant(escape: re.Match[str]) -> str:
    """Return what an escape in double quotes means; an octal one takes exactly three digits, or only loses its `0`."""
    letter, digits = escape[1], escape[2]
    if letter:
        return _ESCAPED.get(letter, escape[0])
    return chr(int(digits, 8)) if _OCTAL.fullmatch(digits) else "\\" + digits
