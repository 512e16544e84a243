"""Reads an env file as systemd 262 reads `EnvironmentFile=`: quotes may join, nothing is a comment after a value."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span, first_bad_byte

_BETWEEN_STATEMENTS = re.compile(r"[ \t\n\r]*+(?:[#;][^\n\r]*+[ \t\n\r]*+)*+")
_NAME = re.compile(r".[^=\n\r]*+", re.DOTALL)
_BLANKS = re.compile(r"[ \t]*+")
_PLAIN_VALUE = re.compile(r"[ \t]*+([^\s'\"\\][^\n\r\\]*+)(?=[\n\r]|\Z)")
_INSIDE_DOUBLE_QUOTES = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_ESCAPE_INSIDE_DOUBLE_QUOTES = re.compile(r'\\(?:(["\\`$])|\n)')
_UNQUOTED = re.compile(r"[^\n\r\\]*+(?:\\.[^\n\r\\]*+)*+\\?", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([^\n\r])|[\n\r])")
_GOOD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NONCHARACTER = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(chr(plane + last) for plane in range(0, 0x11_0000, 0x1_0000) for last in (0xFFFE, 0xFFFF))
    + "]"
)


class _Piece(NamedTuple):
    """A part of a value: what it means, where its text ends, and whether its quote is closed."""

    text: str
    end: int
    closed: bool = True


def read(text: str, environment: Mapping[str, str]) -> Reading:  # noqa: ARG001 - every loader has the same signature
    """Read `text` as systemd does; it looks nothing up in `environment`."""
    draft = Draft()
    if (nul := text.find("\0")) >= 0:
        message = "the file contains a NUL byte, so systemd rejects it"
        draft.refuse(ProblemKind.NUL_BYTE, Span(nul, nul + 1), message, hint="remove the NUL byte")
        return draft.reading()
    at = _end(_BETWEEN_STATEMENTS, text, 0)
    while at < len(text):
        at = _end(_BETWEEN_STATEMENTS, text, _read_statement(text, at, draft))
    return draft.reading()


def _read_statement(text: str, start: int, draft: Draft) -> int:
    """Read the statement that begins at `start`, and return where it ends."""
    equal_sign = _end(_NAME, text, start)
    name = text[start:equal_sign].rstrip(" \t")
    name_span = Span(start, start + len(name))
    if not text.startswith("=", equal_sign):
        message = "the line has no `=`, so it is ignored"
        draft.report(
            ProblemKind.MALFORMED_LINE, name_span, message, name, "write `NAME=value`, or comment the line out"
        )
        return equal_sign
    plain = _PLAIN_VALUE.match(text, equal_sign + 1)
    if plain:
        value = plain[1].rstrip(" \t")
        _take(name, value, name_span, Span(plain.start(1), plain.start(1) + len(value)), draft)
        return plain.end()
    return _read_value(text, name, name_span, equal_sign + 1, draft)


def _read_value(text: str, name: str, name_span: Span, start: int, draft: Draft) -> int:
    """Read quoted parts and finally an unquoted one, and return where the line ends."""
    first = at = _end(_BLANKS, text, start)
    value, written_end = [], start
    while at < len(text) and text[at] not in "\n\r":
        piece = _piece(text, at, name, draft)
        value.append(piece.text)
        if not piece.closed:
            message = "this quote is never closed, so everything after it becomes part of the value"
            draft.report(ProblemKind.UNCLOSED_QUOTE, Span(at, at + 1), message, name, "close the quote")
        written_end = piece.end
        at = _end(_BLANKS, text, piece.end)
    span = Span(first, written_end) if written_end > start else Span(start, start)
    _take(name, "".join(value), name_span, span, draft)
    return at


def _piece(text: str, start: int, name: str, draft: Draft) -> _Piece:
    if text[start] == "'":
        end = text.find("'", start + 1)
        return (
            _Piece(text[start + 1 : end], end + 1) if end >= 0 else _Piece(text[start + 1 :], len(text), closed=False)
        )
    if text[start] == '"':
        end = _end(_INSIDE_DOUBLE_QUOTES, text, start + 1)
        inside = _ESCAPE_INSIDE_DOUBLE_QUOTES.sub(_meant, text[start + 1 : end])
        return _Piece(inside, end + 1) if text.startswith('"', end) else _Piece(inside, len(text), closed=False)
    end = _end(_UNQUOTED, text, start)
    if (joint := _joint(text, start, end)) >= 0:
        message = "the line ends with `\\`, so the next line becomes part of the value"
        draft.report(ProblemKind.CONTINUED_LINE, Span(joint, joint + 1), message, name, "put the value in quotes")
    return _unquoted(text, start, end)


def _unquoted(text: str, start: int, end: int) -> _Piece:
    pieces: list[str] = []
    at = start
    for escape in _ESCAPE.finditer(text, start, end):
        pieces += text[at : escape.start()], escape[1] or ""
        at = escape.end()
    tail = text[at:end]
    if tail.endswith("\\"):
        return _Piece("".join(pieces) + tail[:-1], end)
    kept = tail.rstrip(" \t")
    return _Piece("".join(pieces) + kept, at + len(kept))


def _take(name: str, value: str, name_span: Span, value_span: Span, draft: Draft) -> None:
    if (unreadable := _first_unreadable(name, value)) is not None:
        message = "it is not UTF-8, so systemd rejects the file"
        place = name_span if unreadable == name else value_span
        draft.refuse(ProblemKind.NOT_UTF_8, place, message, name, "save the file as UTF-8")
    elif _GOOD_NAME.fullmatch(name):
        draft.bind(name, value, name_span, value_span)
    else:
        message = "systemd accepts only letters, digits and `_` in a name, and ignores this one"
        hint = "write `NAME=value` without `export`"
        draft.report(ProblemKind.INVALID_NAME, name_span, message, name, hint)


def _first_unreadable(*texts: str) -> str | None:
    for text in texts:
        if not text.isascii() and (first_bad_byte(text) is not None or _NONCHARACTER.search(text)):
            return text
    return None


def _joint(text: str, start: int, end: int) -> int:
    return min((at for at in (text.find("\\\n", start, end), text.find("\\\r", start, end)) if at >= 0), default=-1)


def _meant(escape: re.Match[str]) -> str:
    return escape[1] or ""


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
