"""Finds the key inside a value that a misspelt one was meant to be."""

from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.text.suggest import KnownNames, allowed_steps

_MOST_LOOKED_FOR = 500
"""Nobody misspells that many; to look for each takes time."""


class UnknownKeys:
    """The keys that the class does not take where names lead to them."""

    def __init__(self, contract: SettingsContract) -> None:
        self._contract = contract
        self._known: dict[tuple[str, ...], KnownNames] = {}
        self._found: dict[str, Variable | None] = {}

    def meant_by(self, name: str) -> Variable | None:
        """Return the variable whose last keys `name` most likely misspells."""
        if name not in self._found and len(self._found) < _MOST_LOOKED_FOR:
            self._found[name] = self._meant_by(name)
        return self._found.get(name)

    def _meant_by(self, name: str) -> Variable | None:
        unknown = self._contract.unknown_key(name)
        if unknown is None:
            return None
        known = self._known.setdefault(unknown.known, KnownNames(unknown.known))
        closest = known.nearest(unknown.key, max(1, allowed_steps(unknown.key)))
        return self._contract.with_known_key(unknown, closest) if closest else None
