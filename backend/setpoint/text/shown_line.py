"""A line of an env file in a form that may be shown: what the door lets through, and masks for the rest."""

from collections.abc import Sequence
from typing import NamedTuple

from setpoint.text.escape import printable
from setpoint.text.guarded import MASK
from setpoint.text.shown import COMMENT, comment_in, with_blanks

_LONGEST_LINE = 160
_CONTEXT = 40


class Extent(NamedTuple):
    """Where something is in a file, in code points from 0, the end exclusive."""

    start: int
    end: int


class Name(NamedTuple):
    """The name on a line.

    Attributes:
        extent: Where it is.
        written: How it is written.
        shown: The same if it may be shown, otherwise a mask.
    """

    extent: Extent
    written: str
    shown: str


class Piece(NamedTuple):
    """A part of a line, and what is shown of it.

    Attributes:
        start: Where it begins in the file, in code points from 0.
        end: Where it ends, exclusive.
        shown: What is printed for it.
        hidden: Whether that is a mask; places after it must not be given, because they would give away the length.
        written: What is written, if it may be shown.
    """

    start: int
    end: int
    shown: str
    hidden: bool = False
    written: str | None = None

    @classmethod
    def plain(cls, text: str, start: int, end: int) -> "Piece":
        """Return the part of `text`, a whole file, from `start` to `end`, to be shown as it is written."""
        written = text[start:end].replace("\t", " ")
        return cls(start, end, printable(written), written=written)

    @classmethod
    def masked(cls, start: int, end: int) -> "Piece":
        """Return a part of which nothing is shown."""
        return cls(start, end, MASK if end > start else "", hidden=True)

    def width_to(self, offset: int, *, is_end: bool) -> int:
        """Return how many of its characters are shown before `offset`; all or none of a mask."""
        if self.written is None:
            return len(self.shown) * is_end
        return len(printable(self.written[: offset - self.start]))


class ShownLine:
    """A line of a file in a form that may be shown."""

    def __init__(self, pieces: Sequence[Piece], end: int) -> None:
        """Take the parts of the line in their order, and where in the file the line ends."""
        self._pieces = pieces
        self._end = end
        self.text = "".join(piece.shown for piece in pieces)

    @classmethod
    def of(cls, pieces: Sequence[Piece], line: Extent) -> "ShownLine":
        """Return what is shown of `line`; nothing after the last of the `pieces` is."""
        last = pieces[-1].end if pieces else line.start
        return cls([*pieces, Piece(last, max(last, line.end), "", hidden=True)], line.end)

    def told(self, offset: int) -> int:
        """Return the offset to report for `offset` of the file: after something hidden, the place where that begins."""
        for piece in self._pieces:
            if piece.hidden and piece.start < offset and piece.end > piece.start:
                return piece.start
        return offset

    def excerpt(self, start: int, end: int) -> tuple[str, int, int]:
        """Return the line, shortened if it is long, and where in it the place from `start` to `end` of the file is."""
        first = self._column(start)
        last = max(self._column(max(min(end, self._end), start), is_end=True), first)
        return _windowed(self.text, first, last)

    def _column(self, offset: int, *, is_end: bool = False) -> int:
        """Return where `offset` of the file is in the shown line."""
        column = 0
        for piece in self._pieces:
            if offset < piece.end or (is_end and offset == piece.end):
                if offset <= piece.start:
                    return column
                return column + piece.width_to(offset, is_end=is_end)
            column += len(piece.shown)
        return column


def line_of_binding(
    text: str, line: Extent, name: Name | None, value: Extent, *, is_empty: bool, shows_value: bool
) -> ShownLine:
    """Return a line of `text` that holds a binding, or a part of one.

    Nothing is shown by default: the name is if it may be shown, and so is the value, but no
    comment ever does.

    Args:
        text: The whole file.
        line: Which line.
        name: The name of the binding; None if what is before the value is not a name.
        value: Where the value is.
        is_empty: Whether the program reads an empty value, or none.
        shows_value: Whether the value may be shown.
    """
    start, end = max(value.start, line.start), min(value.end, line.end)
    pieces = _before_value(text, line, name, value)
    if start >= end:
        pieces += _comment_after(text, line, end) if is_empty else []
    elif shows_value:
        pieces += pieces_of_value(text, start, end)
    else:
        pieces.append(Piece.masked(start, end))
    return ShownLine.of(pieces, line)


def line_that_is_not_read(text: str, line: Extent, written: str | None, shown: str) -> ShownLine:
    """Return a line of `text` of which only the name may be shown, with the equals sign after it.

    Args:
        text: The whole file.
        line: Which line.
        written: What looks like a name on it, if anything.
        shown: The same if it may be shown, otherwise a mask.
    """
    at = -1 if written is None or shown == MASK else text.find(written, line.start, line.end)
    if written is None or at < 0:
        return ShownLine.of([Piece.masked(*line)], line)
    name = Name(Extent(at, at + len(written)), written, shown)
    rest = name.extent.end
    pieces = [Piece(line.start, at, " " * (at - line.start)), piece_of_name(name)]
    equal_sign = text.find("=", rest, line.end) + 1
    if equal_sign and not text[rest : equal_sign - 1].strip():
        pieces.append(Piece.plain(text, rest, equal_sign))
        rest = equal_sign
    if rest < line.end:
        pieces.append(Piece.masked(rest, line.end))
    return ShownLine.of(pieces, line)


def _before_value(text: str, line: Extent, name: Name | None, value: Extent) -> list[Piece]:
    if name is None:
        return [Piece.plain(text, line.start, value.start)] if line.start <= value.start <= line.end else []
    if not line.start <= name.extent.start <= line.end:
        return []
    before = Piece.plain(text, line.start, name.extent.start)
    return [before, piece_of_name(name), Piece.plain(text, name.extent.end, min(value.start, line.end))]


def pieces_of_value(text: str, start: int, end: int) -> list[Piece]:
    """Return what is shown of a value that may be shown: not what was meant as a comment."""
    comment = comment_in(text[start:end], with_blanks(text, start, end))
    if comment is None:
        return [Piece.plain(text, start, end)]
    return [Piece.plain(text, start, start + comment), Piece(start + comment, end, COMMENT, hidden=True)]


def _comment_after(text: str, line: Extent, end: int) -> list[Piece]:
    """Return what is shown of a comment after an empty value: that there is one, as it may be taken for the value."""
    is_here = line.start <= end <= line.end and text[end : line.end].lstrip().startswith("#")
    return [Piece(end, line.end, COMMENT, hidden=True)] if is_here else []


def piece_of_name(name: Name) -> Piece:
    """Return what is shown of a name."""
    if name.shown == MASK:
        return Piece.masked(*name.extent)
    shown = printable(name.shown)
    return Piece(*name.extent, shown, hidden=MASK in shown, written=name.written if name.written == shown else None)


def _windowed(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the line, cut to the surroundings of the place if it is long."""
    if len(text) <= _LONGEST_LINE:
        return text, start, end
    first = max(0, min(start - _CONTEXT, len(text) - _LONGEST_LINE))
    last = first + _LONGEST_LINE
    shown = text[first:last]
    if last < len(text):
        shown = shown[:-1] + "…"
    if first:
        shown = "…" + shown[1:]
    return shown, start - first, min(end - first, len(shown))
