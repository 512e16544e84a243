"""What changed between two sets of variables, without the values of secrets."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.variables import fit_to_show

Same = Callable[[str, str, str], bool]
"""Whether two texts of a variable mean the same value to the app: its name, the old text, the new one."""


class Change(StrEnum):
    """How the second set differs from the first."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RESPELLED = "respelled"
    """A different text for the same value, such as `1` for `true`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One variable that differs between the two sides.

    Attributes:
        name: The variable.
        change: How it differs.
        secret: Whether its values are withheld.
        old: The first text; None if there is none, or if it is withheld.
        new: The second text; None if there is none, or if it is withheld.
    """

    name: str
    change: Change
    secret: bool
    old: str | None = None
    new: str | None = None


def differences(
    old: Mapping[str, str], new: Mapping[str, str], shown: Collection[str], same: Same
) -> tuple[Difference, ...]:
    """Return what differs, by name.

    Args:
        old: The first set.
        new: The second set.
        shown: The names whose values may be shown, unless they hold those of others, which are treated as secrets.
        same: Whether two texts of a variable mean the same value to the app.
    """
    return tuple(_differences(old, new, fit_to_show(shown, old, new), same))


def _differences(
    old: Mapping[str, str], new: Mapping[str, str], shown: Collection[str], same: Same
) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        change = _change(name, before, after, same)
        if name in shown:
            yield Difference(name, change, secret=False, old=before, new=after)
        else:
            yield Difference(name, change, secret=True)


def _change(name: str, before: str | None, after: str | None, same: Same) -> Change:
    if before is None:
        return Change.ADDED
    if after is None:
        return Change.REMOVED
    return Change.RESPELLED if same(name, before, after) else Change.CHANGED
