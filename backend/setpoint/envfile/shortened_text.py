"""A text without the characters that a program drops, which still knows where the others were."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from setpoint.envfile.source_text import Span


class ShortenedText(NamedTuple):
    """What is left of a text.

    Attributes:
        text: The characters that are left.
        gaps: For every removed character, the offset in `text` before which it was.
    """

    text: str
    gaps: Sequence[int]

    @classmethod
    def without(cls, pattern: re.Pattern[str], text: str) -> "ShortenedText":
        """Return `text` without the matches of `pattern`, which match one character each."""
        gaps = [match.start() - count for count, match in enumerate(pattern.finditer(text))]
        return cls(pattern.sub("", text) if gaps else text, gaps)

    def original_span(self, start: int, end: int) -> Span:
        """Return where the part from `start` to `end` was in the whole text."""
        if not self.gaps:
            return Span(start, end)
        first = self._original(start)
        return Span(first, self._original(end - 1) + 1 if end > start else first)

    def _original(self, offset: int) -> int:
        return offset + bisect_right(self.gaps, offset)
