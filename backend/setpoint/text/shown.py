"""The one door through which values, and lines that hold them, show to people.

Nothing passes by default. Who asks hands in what a contract says of a value (`secret`); the door knows
every secret of the same file or process, and lets none through behind another name.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from setpoint.text.escape import printable
from setpoint.text.mask import MASK, Redactor

_LONGEST_LINE = 160
_CONTEXT = 40
COMMENT = "#…"
"""What shows of a comment: that there is one."""

_COMMENT = r"\s#"
_QUOTED = r"(?s)\s*(['\"`]).*\1\s*"


@dataclass(frozen=True, slots=True, repr=False)
class Guarded:
    """A value that no text shows by mistake: wherever one puts it in, it is a mask.

    Attributes:
        raw: The value itself, for code that judges it or hands it on, and for no text that people read.
    """

    raw: str

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return MASK

    def __format__(self, _: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self.raw)


class Door:
    """Decides whether and how a value shows."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take every secret that is known."""
        self._masks = Redactor(secrets)

    def lets_through(self, value: Guarded, *, secret: bool) -> bool:
        """Return whether `value`, which is a `secret` or not by itself, may show: it holds no other secret either."""
        return not secret and not self._masks.holds(value.raw)

    @staticmethod
    def opened(value: Guarded, written: str | None) -> str:
        """Return `value`, which was let through, as it shows.

        Args:
            value: What a program reads.
            written: What its file says, where it comes from one.
        """
        comment = None if written is None else comment_in(value.raw, written)
        shown = printable(value.raw[:comment])
        return shown if comment is None else f"{shown}{COMMENT}"

    def words(self, text: str) -> str:
        """Return words of somebody else, a validator's for instance, with every secret masked in them."""
        return self._masks.redact(text)


def comment_in(value: str, written: str) -> int | None:
    """Return where in `value` the part begins that its writer took for a comment and the program does not.

    Args:
        value: What the program reads.
        written: What the file says; in quotes, `#` is no comment.
    """
    found = None if re.fullmatch(_QUOTED, written) else re.search(_COMMENT, value)
    return found.start() + 1 if found else None


class Piece(NamedTuple):
    """A piece of a line and what shows of it.

    Attributes:
        start: Where it begins in the file, in code points from 0.
        end: Where it ends, exclusive.
        shown: What is printed for it.
        hidden: Whether that is a mask, behind which no place may be told: it would tell the length.
        written: What is written, where it shows.
    """

    start: int
    end: int
    shown: str
    hidden: bool = False
    written: str | None = None

    @classmethod
    def plain(cls, text: str, start: int, end: int) -> "Piece":
        """Return the piece of `text`, a whole file, from `start` to `end`, to be shown as it is written."""
        written = text[start:end].replace("\t", " ")
        return cls(start, end, printable(written), written=written)

    @classmethod
    def masked(cls, start: int, end: int) -> "Piece":
        """Return a piece of which nothing shows."""
        return cls(start, end, MASK if end > start else "", hidden=True)

    def width_to(self, offset: int, *, is_end: bool) -> int:
        """Return how many characters show of it before `offset`; all or nothing of what is masked."""
        if self.written is None:
            return len(self.shown) * is_end
        return len(printable(self.written[: offset - self.start]))


class ShownLine:
    """A line of a file as it may be shown."""

    def __init__(self, pieces: Sequence[Piece], end: int) -> None:
        """Take the pieces of the line in their order, and where in the file the line ends."""
        self._pieces = pieces
        self._end = end
        self.text = "".join(piece.shown for piece in pieces)

    def told(self, offset: int) -> int:
        """Return the offset to tell for `offset` of the file: behind something hidden, where that begins."""
        for piece in self._pieces:
            if piece.hidden and piece.start < offset and piece.end > piece.start:
                return piece.start
        return offset

    def excerpt(self, start: int, end: int) -> tuple[str, int, int]:
        """Return the line, cut if it is long, and where in that the place from `start` to `end` of the file is."""
        first = self._column(start)
        last = max(self._column(max(min(end, self._end), start), is_end=True), first)
        return _windowed(self.text, first, last)

    def _column(self, offset: int, *, is_end: bool = False) -> int:
        """Return where `offset` of the file is in the line as it is shown."""
        column = 0
        for piece in self._pieces:
            if offset < piece.end or (is_end and offset == piece.end):
                if offset <= piece.start:
                    return column
                return column + piece.width_to(offset, is_end=is_end)
            column += len(piece.shown)
        return column


def _windowed(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the line, cut to what surrounds the place if it is long."""
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
