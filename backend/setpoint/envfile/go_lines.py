"""Splits a text into lines as Go's `bufio.Scanner` does, for the loaders that are written in Go."""

from collections.abc import Iterator
from typing import NamedTuple

from setpoint.envfile.source_text import Span

GO_BLANKS = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Go's `unicode.IsSpace` takes for a blank."""

_LONGEST_LINE = 65_536
_MOST_BYTES_A_CHARACTER = 4


class GoLine(NamedTuple):
    """One line: where it begins, its text without the line end, and whether the scanner gives up at it."""

    start: int
    text: str
    too_long: bool

    @property
    def span(self) -> Span:
        """Where the line stands."""
        return Span(self.start, self.start + len(self.text))

    def without_blanks_before_it(self, blanks: str) -> "GoLine":
        """Return the line without the `blanks` that it begins with."""
        text = self.text.lstrip(blanks)
        return GoLine(self.start + len(self.text) - len(text), text, self.too_long)

    def without_byte_order_mark(self) -> "GoLine":
        """Return the line without the byte order mark that it begins with."""
        return GoLine(self.start + 1, self.text[1:], self.too_long)


def go_lines(text: str) -> Iterator[GoLine]:
    """Yield the lines of `text`; after one that is too long there is none."""
    start = 0
    pieces = text.split("\n")
    if not pieces[-1]:
        pieces.pop()
    for piece in pieces:
        too_long = _is_too_long(piece)
        yield GoLine(start, piece.removesuffix("\r"), too_long)
        if too_long:
            return
        start += len(piece) + 1


def _is_too_long(piece: str) -> bool:
    if len(piece) * _MOST_BYTES_A_CHARACTER < _LONGEST_LINE:
        return False
    return len(piece.encode("utf-8", "surrogateescape")) >= _LONGEST_LINE
