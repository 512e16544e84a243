"""The text of one source, with lines and columns for every offset in it, and bytes that are not UTF-8."""

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

_BAD_BYTE = "[\ud800-\udfff]"
_LINE_END = r"\r\n|\n|\r"


class Span(NamedTuple):
    """A part of a text: offsets in code points, the end exclusive."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the part of `text` that this span covers."""
        return text[self.start : self.end]


class SourceText:
    """A decoded env file.

    Attributes:
        path: The name under which people know the file (`prod.env`, `-` for standard input).
        text: All of it. A byte that is not UTF-8 is a lone surrogate (PEP 383), so that
            `text.encode("utf-8", "surrogateescape")` returns the file's bytes.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @classmethod
    def from_bytes(cls, path: str, content: bytes) -> "SourceText":
        """Decode `content` without losing a byte."""
        return cls(path, content.decode("utf-8", "surrogateescape"))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(_LINE_END, self.text))]

    def line_at(self, offset: int) -> int:
        """Return the number of the line with the code point at `offset`, from 1."""
        return bisect_right(self._line_starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of the code point at `offset` as editors count them: from 1, in code points."""
        line = self.line_at(offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_span(self, line: int) -> Span:
        """Return where line number `line` (from 1) is, without its line ending."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)


def first_bad_byte(text: str) -> int | None:
    """Return where the first byte that is not UTF-8 is, or None."""
    if text.isascii():
        return None
    match = re.search(_BAD_BYTE, text)
    return match.start() if match else None


def with_each_byte_replaced(text: str) -> str:
    """Replace every single bad byte with U+FFFD, as Go does."""
    return text if text.isascii() else re.sub(_BAD_BYTE, "\ufffd", text)


def with_each_sequence_replaced(text: str) -> str:
    """Replace every longest sequence that begins like a character with U+FFFD, as browsers, V8 and .NET do."""
    if first_bad_byte(text) is None:
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
