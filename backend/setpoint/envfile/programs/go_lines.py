"""Splits a text into lines as Go's `bufio.Scanner` does, for the loaders that are written in Go."""

from collections.abc import Iterator
from typing import NamedTuple

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.source_text import Span, first_bad_byte

GO_BLANKS = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What counts as a blank for Go's `unicode.IsSpace`."""

_LONGEST_LINE = 65_536
_MOST_BYTES_A_CHARACTER = 4


class GoLine(NamedTuple):
    """One line: where it begins, its text without the line ending, and whether the scanner gives up at it."""

    start: int
    text: str
    too_long: bool

    @property
    def span(self) -> Span:
        """Where the line is."""
        return Span(self.start, self.start + len(self.text))

    def without_blanks_before_it(self, blanks: str) -> "GoLine":
        """Return the line without the `blanks` that it begins with."""
        text = self.text.lstrip(blanks)
        return GoLine(self.start + len(self.text) - len(text), text, self.too_long)

    def without_byte_order_mark(self) -> "GoLine":
        """Return the line without the byte order mark that it begins with."""
        return GoLine(self.start + 1, self.text[1:], self.too_long)


def go_lines(text: str) -> Iterator[GoLine]:
    """Yield the lines of `text`; after one that is too long, there are no more."""
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


def written_lines(text: str, draft: Draft, program: str) -> Iterator[GoLine]:
    """Yield the non-empty lines of `text`, preprocessed as docker's and kubectl's clients do.

    Args:
        text: The file.
        draft: Records a line that is not UTF-8, for which the file is rejected, and a byte order mark.
        program: Its name for people.
    """
    for line in go_lines(text):
        bad_byte = None if line.too_long else first_bad_byte(line.text)
        if bad_byte is not None:
            place = Span(line.start + bad_byte, line.start + bad_byte + 1)
            message = f"the line is not UTF-8, so {program} rejects the file"
            draft.refuse(ProblemKind.NOT_UTF_8, place, message, hint="save the file as UTF-8")
        elif line.too_long:
            yield line
        else:
            begun = _begun(line, draft)
            if begun.text and not begun.text.startswith("#"):
                yield begun


def _begun(line: GoLine, draft: Draft) -> GoLine:
    if line.start == 0 and line.text.startswith("\ufeff"):
        draft.report(ProblemKind.BYTE_ORDER_MARK, Span(0, 1), "the file starts with a byte order mark")
        line = line.without_byte_order_mark()
    return line.without_blanks_before_it(GO_BLANKS)


def _is_too_long(piece: str) -> bool:
    if len(piece) * _MOST_BYTES_A_CHARACTER < _LONGEST_LINE:
        return False
    return len(piece.encode("utf-8", "surrogateescape")) >= _LONGEST_LINE
