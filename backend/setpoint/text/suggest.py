"""Finds the known name that a misspelt one was meant to be."""

from collections.abc import Iterable

_LETTERS_AN_EDIT = 4
# Nobody misspells a name of more; measuring a distance takes time by the product of two lengths.
_LONGEST_NAME = 100


def distance(one: str, other: str, limit: int) -> int:
    """Return in how many steps `one` becomes `other`, or `limit` + 1 if it takes more than `limit`.

    A step inserts, deletes or replaces a character or swaps two neighbours (the optimal string
    alignment distance: Damerau 1964, without editing a piece twice).
    """
    # A step changes the length by one at most, and the set of letters by two.
    if abs(len(one) - len(other)) > limit or len({*one} ^ {*other}) > 2 * limit:
        return limit + 1
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, start=1):
        current = [row]
        for column, right in enumerate(other, start=1):
            steps = min(last[column] + 1, current[-1] + 1, last[column - 1] + (left != right))
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                steps = min(steps, before_last[column - 2] + 1)
            current.append(steps)
        if min(current) > limit and min(last) > limit:
            return limit + 1
        before_last, last = last, current
    return min(last[-1], limit + 1)


def allowed_steps(name: str) -> int:
    """Return how far from `name` a known one may be to count as what was meant: a step for every four letters."""
    return len(name) // _LETTERS_AN_EDIT


def nearest(name: str, known: Iterable[str], limit: int) -> str | None:
    """Return the name of `known` that is nearest to `name` and at most `limit` steps away."""
    if len(name) > _LONGEST_NAME:
        return None
    wanted = name.upper()
    found, steps = None, limit + 1
    for candidate in known:
        step = distance(wanted, candidate.upper(), steps - 1)
        if step < steps:
            found, steps = candidate, step
    return found
