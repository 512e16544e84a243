"""Which names of a class begin alike, to tell whose an unknown name is that begins so as well."""

from dataclasses import dataclass

from setpoint.contract.settings_class import SettingsContract


@dataclass(frozen=True, slots=True)
class Family:
    """The names of a class that begin alike.

    Attributes:
        beginning: What they begin with.
        is_ours: Whether all names that begin so belong to the class.
    """

    beginning: str
    is_ours: bool


class Families:
    """What the names of a class begin with."""

    def __init__(self, contract: SettingsContract) -> None:
        beginnings = dict.fromkeys(contract.shared_beginnings, False) | dict.fromkeys(contract.namespaces, True)
        self._canonical = contract.canonical
        self._families = [
            Family(each, is_ours)
            # Of a beginning and a longer one, the longer one says more.
            for each, is_ours in sorted(beginnings.items(), key=lambda item: -len(item[0]))
        ]

    def of(self, name: str) -> Family | None:
        """Return the family in which `name` would be."""
        wanted = self._canonical(name)
        return next((each for each in self._families if wanted.startswith(each.beginning)), None)
