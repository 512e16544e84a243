"""The checks that a contract names and can't carry: the class that it was exported of makes them alone."""

from collections.abc import Mapping
from typing import Any, NamedTuple

ACROSS_FIELDS = "validator across fields"
ELSEWHERE = "values from elsewhere"

_OF_ALL = {ACROSS_FIELDS: "fields together", ELSEWHERE: "values from its other sources"}


class ClassCheck(NamedTuple):
    """One check, or several at one place.

    Attributes:
        place: What is checked, `pool.size`; empty for the settings as a whole.
        reason: Why the contract can't carry it.
    """

    place: str
    reason: str

    @property
    def name(self) -> str:
        """What is checked, for programs and people."""
        return self.place or _OF_ALL.get(self.reason, "the settings as a whole")

    @property
    def in_words(self) -> str:
        """What is checked, as a part of a sentence."""
        return f"`{self.place}`" if self.place else self.name


def class_checks(document: Mapping[str, Any]) -> tuple[ClassCheck, ...]:
    """Return the checks that `document`, a contract, names."""
    return tuple(ClassCheck(".".join(each["place"]), each["reason"]) for each in document["checked_by_class_alone"])
