"""The text of one source, with lines and columns for every offset in it."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_LINE_END = re.compile(r"\r\n|\n|\r")


class Span(NamedTuple):
    """A piece of a text: offsets in code points, the end exclusive."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the piece of `text` that this span covers."""
        return text[self.start : self.end]


class Position(NamedTuple):
    """A place in a text as editors count it: lines and columns from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True)
class SourceText:
    """A decoded env file.

    Attributes:
        path: The name under which people know the file (`prod.env`, `-` for standard input).
        text: All of it. A byte that is not UTF-8 stands as a lone surrogate (PEP 383), so that
            `text.encode("utf-8", "surrogateescape")` gives the file's bytes back.
    """

    path: str
    text: str

    @classmethod
    def from_bytes(cls, path: str, content: bytes) -> "SourceText":
        """Decode `content` without losing a byte of it."""
        return cls(path, content.decode("utf-8", "surrogateescape"))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> Position:
        """Return line and column of the code point at `offset`."""
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def line_span(self, line: int) -> Span:
        """Return where line number `line` (from 1) stands, without its line end."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)
