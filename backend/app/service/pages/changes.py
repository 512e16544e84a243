"""What a revision changed, short enough for a page; of secrets, only whether they changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.difference import Change, Difference
from app.domain.errors import DestroyedError
from app.domain.revision import Revision
from app.service.history import compared
from app.service.ports import SchemaValidator, Transaction

MOST_ROWS = 50
LONGEST_VALUE = 200
"""How much of a text is shown in a list of many, so that the page stays small."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One variable that differs.

    Attributes:
        name: The variable.
        change: How it differs.
        secret: Whether its values are withheld.
        before: The old value, or its beginning if it is long; None if there is none, or if it is withheld.
        after: The new value, likewise.
        origin: The revision of a base that the new value comes from; None if it is the environment's own.
    """

    name: str
    change: Change
    secret: bool
    before: str | None
    after: str | None
    origin: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two revisions, or between one and a proposal.

    Attributes:
        old: The number of the first, or a word for it.
        new: The number of the second, or a word for it.
        rows: What differs, by name.
        more: How many more variables differ than there are rows.
        unknown: Why it is not known; empty if it is.
    """

    old: int | str
    new: int | str
    rows: tuple[ChangeRow, ...] = ()
    more: int = 0
    unknown: str = ""


def changes_between(
    found: Transaction, validator: SchemaValidator, old: Revision, new: Revision, most: int = MOST_ROWS
) -> Changes:
    """Return what differs between two revisions, in at most `most` rows."""
    try:
        differences = compared(found, validator, old, new).differences
    except DestroyedError as error:
        return Changes(old.number, new.number, unknown=str(error))
    return changes_of(old.number, new.number, differences, new.origins, most)


def changes_of(
    old: int | str, new: int | str, differences: Sequence[Difference], origins: Mapping[str, str], most: int = MOST_ROWS
) -> Changes:
    """Return what differs, in at most `most` rows; `origins` are those of the second."""
    rows = tuple(_row(each, origins) for each in differences[:most])
    return Changes(old, new, rows, len(differences) - len(rows))


def _row(difference: Difference, origins: Mapping[str, str]) -> ChangeRow:
    return ChangeRow(
        name=difference.name,
        change=difference.change,
        secret=difference.secret,
        before=None if difference.old is None else shortened(difference.old),
        after=None if difference.new is None else shortened(difference.new),
        origin=origins.get(difference.name),
    )


def shortened(text: str) -> str:
    """Return a text, or the beginning of a long one."""
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
