"""Finds the known name that a misspelt one probably means."""

from collections.abc import Iterable

_LETTERS_AN_EDIT = 4
_MOST_EDITS = 3
# Longer names are not looked for: measuring a distance takes time in proportion to the length.
_LONGEST_NAME = 100
# About a microsecond each: even a file of thousands of names that almost match takes no more than 20 ms.
_MOST_WORK = 15_000
_WORK_A_NAME = 5
_CANDIDATES_A_WORK = 4


def measure(one: str, other: str, limit: int) -> tuple[int, int]:
    """Return how many steps turn `one` into `other`, `limit` + 1 if it takes more than `limit`, and the work done.

    The work is the number of rows of a table that were filled in.

    A step inserts, deletes or replaces a character, or swaps two neighbours (the optimal string
    alignment distance: Damerau 1964, without editing a piece twice). Only the cells of the table that
    `limit` steps can reach are looked at (Ukkonen 1985).
    """
    far, width = limit + 1, len(other) + 1
    if abs(len(one) - len(other)) > limit:
        return far, 0
    before_last: list[int] = []
    last = [min(column, far) for column in range(width)]
    for row, left in enumerate(one, start=1):
        current = [min(row, far)] + [far] * (width - 1)
        for column in range(max(1, row - limit), min(width, row + far)):
            right = other[column - 1]
            steps = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (left != right))
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                steps = min(steps, before_last[column - 2] + 1)
            current[column] = steps
        if min(current) > limit and min(last) > limit:
            return far, row
        before_last, last = last, current
    return min(last[-1], far), len(one)


def allowed_steps(name: str) -> int:
    """Return how far from `name` a known name may be to count as what was meant: one step for every four letters."""
    return min(len(name) // _LETTERS_AN_EDIT, _MOST_EDITS)


class KnownNames:
    """Names among which to find what misspelt ones were meant to be.

    Each name is looked up once, and all look-ups together take a bounded time: once that
    is used up, nothing more is found.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_length: dict[int, list[tuple[int, str, str, frozenset[str]]]] = {}
        for index, name in enumerate(names):
            upper = name.upper()
            self._by_length.setdefault(len(upper), []).append((index, name, upper, frozenset(upper)))
        self._found: dict[tuple[str, int], str | None] = {}
        self._work_left = _MOST_WORK

    def nearest(self, name: str, limit: int) -> str | None:
        """Return the name that is nearest to `name` and at most `limit` steps away; the first if there are several."""
        wanted = name.upper()
        if (wanted, limit) not in self._found:
            self._found[wanted, limit] = self._nearest(wanted, limit) if len(wanted) <= _LONGEST_NAME else None
        return self._found[wanted, limit]

    def _nearest(self, wanted: str, limit: int) -> str | None:
        if self._work_left <= 0:
            return None
        found, steps, letters = None, limit + 1, frozenset(wanted)
        lengths = range(len(wanted) - limit, len(wanted) + limit + 1)
        candidates = sorted(each for length in lengths for each in self._by_length.get(length, ()))
        self._work_left -= _WORK_A_NAME + len(candidates) // _CANDIDATES_A_WORK
        for _, name, upper, its_letters in candidates:
            # A step changes the set of letters by two at most.
            if len(letters ^ its_letters) <= 2 * (steps - 1) and self._work_left > 0:
                step, rows = measure(wanted, upper, steps - 1)
                self._work_left -= rows * (1 + limit // _MOST_EDITS)
                if step < steps:
                    found, steps = name, step
        return found


def nearest(name: str, known: Iterable[str], limit: int) -> str | None:
    """Return the name of `known` that is nearest to `name` and at most `limit` steps away."""
    return KnownNames(known).nearest(name, limit)
