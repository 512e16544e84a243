"""The checks that a contract names but can't carry: only the class that it was exported from makes them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from setpoint.text.join import some_joined

ACROSS_FIELDS = "validator across fields"
ELSEWHERE = "values from elsewhere"

_OF_ALL = {ACROSS_FIELDS: "fields together", ELSEWHERE: "values from its other sources"}


class ClassCheck(NamedTuple):
    """One check, or several at one place.

    Attributes:
        place: What is checked, such as `pool.size`; empty for the settings as a whole.
        reason: Why the contract can't carry it.
    """

    place: str
    reason: str

    @property
    def name(self) -> str:
        """What is checked, for programs and people."""
        return self.place or _OF_ALL.get(self.reason, "the settings as a whole")


class Words(NamedTuple):
    """What a check against a contract says about what it leaves open."""

    message: str
    label: str
    hint: str


def in_words(checks: Sequence[ClassCheck]) -> Words:
    """Return what is left open because only the class makes `checks`."""
    named = [f"`{each.place}`" if each.place else each.name for each in checks]
    return Words(
        "values are checked as far as the schema says",
        f"only the settings class checks {some_joined(named)}",
        "check with the class itself where it can be imported",
    )


def left_to_the_class(settings_class: type) -> tuple[ClassCheck, ...]:
    """Return the checks that `settings_class` does not make, because it was built from an exported contract."""
    return tuple(getattr(settings_class, "checked_by_class_alone", ()))


def class_checks(document: Mapping[str, Any]) -> tuple[ClassCheck, ...]:
    """Return the checks that `document`, a contract, names."""
    return tuple(ClassCheck(".".join(each["place"]), each["reason"]) for each in document["checked_by_class_alone"])
