"""Joins words as sentences do."""

from collections.abc import Sequence

_MOST_NAMED = 5


def joined(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`; an empty string for no words."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def either(words: Sequence[str]) -> str:
    """Return `a`, `a or b`, or `a, b or c`; an empty string for no words."""
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def some_joined(words: Sequence[str]) -> str:
    """Return the first words like `joined`, and how many more there are: a sentence names five at most."""
    left_out = len(words) - _MOST_NAMED
    return joined([*words[:_MOST_NAMED], f"{left_out} more"] if left_out > 0 else words)


def said_of(subjects: Sequence[str], words: str) -> str:
    """Return a sentence about `subjects` with the plural predicate `words`: `a and b keep it`, `a keeps it`."""
    verb, _, rest = words.partition(" ")
    is_singular = len(subjects) == 1 and verb != "would"
    return f"{joined(subjects)} {verb}{'s' if is_singular else ''} {rest}"


def counted(number: int, word: str) -> str:
    """Return `1 error` or `2 errors`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
