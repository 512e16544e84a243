"""Keeps values that are not fit to print out of every text that is."""

import re
from collections.abc import Iterable

MASK = "********"
_REPEATED_MASK = re.compile(rf"(?:{re.escape(MASK)})+")
_SHORTEST_PIECE = 4
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""A character that could steer a terminal or hide from the eye."""


def printable(text: str) -> str:
    """Return `text` with everything escaped that could steer a terminal or hide from the eye."""
    return UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - the last code of two hex digits


class Redactor:
    """Masks a set of values wherever they, or pieces of them, stand in a text."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted({value for value in values if value}, key=len, reverse=True)

    def redact(self, text: str) -> str:
        """Return `text` with the values masked in it, and with every piece of them of four characters or more."""
        for value in self._values:
            text = text.replace(value, MASK)
            if len(value) > _SHORTEST_PIECE:
                text = _without_pieces(text, value)
        return _REPEATED_MASK.sub(MASK, text)


def _without_pieces(text: str, value: str) -> str:
    pieces = {value[at : at + _SHORTEST_PIECE] for at in range(len(value) - _SHORTEST_PIECE + 1)}
    kept: list[str] = []
    masked_to = 0
    for at, character in enumerate(text):
        if text[at : at + _SHORTEST_PIECE] in pieces:
            if masked_to <= at:
                kept.append(MASK)
            masked_to = at + _SHORTEST_PIECE
        if at >= masked_to:
            kept.append(character)
    return "".join(kept)
