"""Works out the value of one line for uv: quotes join, `$` refers to a variable even before a closing quote."""

import re
from collections.abc import Callable
from typing import NamedTuple

from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.source_text import Span

_PLAIN = {
    "": re.compile(r"[^\\'\"$ \t]++"),
    '"': re.compile(r'[^\\"$]++'),
    "'": re.compile(r"[^']++"),
}
_ESCAPED = {"\\": "\\", "'": "'", '"': '"', "$": "$", " ": " ", "n": "\n"}
_LETTERS_AND_DIGITS = re.compile(r"[^\W_]*+")
_END_OF_LINE = re.compile(r"[ \t]*+(?:#.*+)?", re.DOTALL)


class UnreadableValueError(Exception):
    """A value at which uv stops."""

    def __init__(self, kind: ProblemKind, span: Span, message: str, hint: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.span = span
        self.message = message
        self.hint = hint


class _Value(NamedTuple):
    text: str
    end: int


class UvValue:
    """A value between two offsets of a text."""

    def __init__(self, text: str, start: int, end: int, look_up: Callable[[str, Span], str]) -> None:
        self._text = text
        self._at = start
        self._end = end
        self._look_up = look_up
        self._pieces: list[str] = []

    def read(self) -> _Value:
        """Return what the value means and where it ends.

        Raises:
            UnreadableValueError: uv cannot read it.
        """
        quote = ""
        quote_start = self._at
        while self._at < self._end:
            character = self._text[self._at]
            if plain := _PLAIN[quote].match(self._text, self._at, self._end):
                self._pieces.append(plain[0])
                self._at = plain.end()
            elif character == quote:
                quote = ""
                self._at += 1
            elif character == "\\":
                self._read_escape()
            elif character == "$":
                self._read_reference()
            elif character in " \t":
                return self._ended_by_a_blank()
            else:
                quote, quote_start = character, self._at
                self._at += 1
        if quote:
            message = "this quote is never closed"
            hint = "write `${NAME}` for a reference before a closing quote" if quote == '"' else "close the quote"
            raise UnreadableValueError(ProblemKind.UNCLOSED_QUOTE, Span(quote_start, quote_start + 1), message, hint)
        return _Value("".join(self._pieces), self._end)

    def _read_escape(self) -> None:
        following = self._text[self._at + 1 : min(self._at + 2, self._end)]
        if following and following not in _ESCAPED:
            message = "uv does not accept `\\` before this character"
            hint = "put the value in single quotes"
            raise UnreadableValueError(ProblemKind.MALFORMED_LINE, Span(self._at, self._at + 2), message, hint)
        self._pieces.append(_ESCAPED.get(following, ""))
        self._at = min(self._at + 2, self._end)

    def _read_reference(self) -> None:
        """Read `$NAME` or `${anything}`; the character after `$NAME` is taken literally, even a quote."""
        start = self._at
        name_end = self._name_end(start + 1)
        if name_end == start + 1 and self._text.startswith("{", name_end, self._end):
            closing = self._text.find("}", name_end, self._end)
            if closing < 0:
                message, hint = "this `${` is never closed", "write `${NAME}`, or use single quotes"
                raise UnreadableValueError(ProblemKind.INVALID_REFERENCE, Span(start, start + 2), message, hint)
            self._at = closing + 1
            self._pieces.append(self._look_up(self._text[name_end + 1 : closing], Span(start, self._at)))
            return
        self._at = name_end
        self._pieces.append(self._look_up(self._text[start + 1 : name_end], Span(start, name_end)))
        if name_end < self._end and self._text[name_end] != "$":
            self._pieces.append(self._text[name_end])
            self._at += 1

    def _name_end(self, at: int) -> int:
        match = _LETTERS_AND_DIGITS.match(self._text, at, self._end)
        return match.end() if match else at

    def _ended_by_a_blank(self) -> _Value:
        value = _Value("".join(self._pieces), self._at)
        rest = _END_OF_LINE.match(self._text, self._at, self._end)
        at = rest.end() if rest else self._at
        if at < self._end:
            message = "whitespace ends the value, and more text follows"
            hint = "put the value in quotes, or start a comment with ` #`"
            raise UnreadableValueError(ProblemKind.MALFORMED_LINE, Span(at, self._end), message, hint)
        return value
