"""Keeps values that are not fit to print out of every text that is."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

MASK = "********"
_REPEATED_MASK = re.compile(rf"(?:{re.escape(MASK)})+")
_SHORTEST_PIECE = 4
_LONG_PIECE = 12
# A set of as many takes about 100 MB.
_MOST_PIECES = 1 << 20


class Redactor:
    """Masks a set of values wherever they, or pieces of them, stand in a text.

    A short piece counts as it is written, because `shop` inside a secret URL is not what `SHOP_PORT` is
    about; a long one counts in whatever case.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted({value for value in values if value}, key=len)

    def redact(self, text: str) -> str:
        """Return `text` with the values masked in it, and with every piece of them of four characters or more."""
        kept, last = list[str](), 0
        for start, end in self._spans(text):
            # Masks in a row are one, because their number would tell the length.
            kept += [text[last:start], MASK] if start > last or not kept else []
            last = max(last, end)
        return _REPEATED_MASK.sub(MASK, "".join([*kept, text[last:]]))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where something stands in `text` that is to be masked, from the left."""
        folded = _folded(text)
        for at in range(len(text)):
            if self._in_any_case.has(folded[at : at + _LONG_PIECE]):
                yield at, at + _LONG_PIECE
            for size in range(_SHORTEST_PIECE, 0, -1):
                if at + size <= len(text) and self._as_written.has(text[at : at + size]):
                    yield at, at + size
                    break

    @cached_property
    def _as_written(self) -> "_Pieces":
        return _Pieces(self._values, _SHORTEST_PIECE)

    @cached_property
    def _in_any_case(self) -> "_Pieces":
        return _Pieces((_folded(value) for value in self._values if len(value) >= _LONG_PIECE), _LONG_PIECE)


class _Pieces:
    """The pieces of values that have one size, and values that are shorter."""

    def __init__(self, values: Iterable[str], size: int) -> None:
        self._size = size
        self._pieces: set[str] = set()
        long: list[str] = []
        for value in values:
            if len(self._pieces) > _MOST_PIECES:
                long.append(value)
            else:
                self._pieces.update(value[at : at + size] for at in range(max(1, len(value) - size + 1)))
        self._long = "\n".join(long)

    def has(self, piece: str) -> bool:
        return piece in self._pieces or (len(piece) == self._size and piece in self._long)


def _folded(text: str) -> str:
    """Return `text` without differences of case; a character stays one, so that places stay the same."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(lower if len(lower := character.lower()) == 1 else character for character in text)
