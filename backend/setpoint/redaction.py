"""Keeps values that are not fit to print out of every text that is."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

MASK = "********"
_REPEATED_MASK = re.compile(rf"(?:{re.escape(MASK)})+")
_SHORTEST_PIECE = 4
# A set of as many takes about 100 MB.
_MOST_PIECES = 1 << 20
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""A character that could steer a terminal or hide from the eye."""


def printable(text: str) -> str:
    """Return `text` with everything escaped that could steer a terminal or hide from the eye."""
    return UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - the last code of two hex digits


class Redactor:
    """Masks a set of values wherever they, or pieces of them, stand in a text, in whatever case."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = {value for value in values if value}

    def redact(self, text: str) -> str:
        """Return `text` with the values masked in it, and with every piece of them of four characters or more."""
        folded, kept, last = _folded(text), list[str](), 0
        for start, end in self._spans(folded):
            # Masks in a row are one, because their number would tell the length.
            kept += [text[last:start], MASK] if start > last or not kept else []
            last = max(last, end)
        return _REPEATED_MASK.sub(MASK, "".join([*kept, text[last:]]))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where something stands in `text` that is to be masked, from the left."""
        pieces, long = self._pieces
        for at in range(len(text)):
            for size in range(_SHORTEST_PIECE, 0, -1):
                piece = text[at : at + size]
                if len(piece) == size and (piece in pieces or (size == _SHORTEST_PIECE and piece in long)):
                    yield at, at + size
                    break

    @cached_property
    def _pieces(self) -> tuple[frozenset[str], str]:
        """Return the pieces of all values, and in one text those values whose pieces would take too much memory."""
        pieces: set[str] = set()
        long: list[str] = []
        for value in sorted(map(_folded, self._values), key=len):
            if len(pieces) > _MOST_PIECES:
                long.append(value)
            elif len(value) < _SHORTEST_PIECE:
                pieces.add(value)
            else:
                pieces.update(value[at : at + _SHORTEST_PIECE] for at in range(len(value) - _SHORTEST_PIECE + 1))
        return frozenset(pieces), "\n".join(long)


def _folded(text: str) -> str:
    """Return `text` without differences of case; a character stays one, so that places stay the same."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(lower if len(lower := character.lower()) == 1 else character for character in text)
