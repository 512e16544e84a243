"""Finds the variable that a name sets, even if it leads to a key inside the value of an open one."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic.fields import FieldInfo

from setpoint.contract.open_keys import Level, levels_along, of_either, takes
from setpoint.contract.spelling import in_capitals
from setpoint.contract.variable import Variable
from setpoint.text.suggest import KnownNames, allowed_steps

_DEEPEST = 100
"""No real keys are nested deeper, and a hostile name could have a hundred thousand."""

_MOST_LOOKED_FOR = 500
"""No real file misspells more, and looking for each takes time."""


class SecretNames(NamedTuple):
    """How the files of nested secrets are named (`NestedSecretsSettingsSource` of pydantic-settings).

    Attributes:
        prefix: The prefix of all names.
        delimiter: What separates the names of nested settings; a slash if each has its own folder.
    """

    prefix: str
    delimiter: str


class VariableNames:
    """The names of `variables`, and names that lead to keys inside open ones."""

    def __init__(
        self, variables: Sequence[Variable], delimiter: str, most_splits: int | None, *, ignores_case: bool
    ) -> None:
        self._variables = variables
        self._ignores_case = ignores_case
        self._delimiter = self._canonical(delimiter)
        self._most_splits = most_splits
        self._by_name = {variable.name: variable for variable in variables}
        self._longest = max(map(len, self._by_name), default=0)
        self._known_keys: dict[tuple[str, ...], KnownNames] = {}
        self._meant: dict[str, Variable | None] = {}

    def find(self, name: str) -> Variable | None:
        """Return the variable that `name` sets: itself, or the open one that takes it as a key."""
        if found := self._by_name.get(self._canonical(name)):
            return found
        around = self._around(name)
        if around is None:
            return None
        keys = self._keys_inside(around, name)
        return around if takes(around.field, keys, ignores_case=self._ignores_case) else None

    def meant_by(self, name: str) -> Variable | None:
        """Return the variable of which `name` most likely misspells the last keys."""
        if name not in self._meant and len(self._meant) < _MOST_LOOKED_FOR:
            self._meant[name] = self._meant_by(name)
        return self._meant.get(name)

    def _meant_by(self, name: str) -> Variable | None:
        around = self._around(name)
        if around is None:
            return None
        keys = self._keys_inside(around, name)
        levels = self._levels(around, keys)
        at = len(levels) - 1  # The first key that is not accepted where it is.
        taken = tuple(levels[at].known)
        known = self._known_keys.setdefault(taken, KnownNames(taken))
        closest = known.nearest(keys[at], max(1, allowed_steps(keys[at])))
        return self._named(around, [*keys[:at], closest, *keys[at + 1 :]]) if closest else None

    def inside(self, setting: tuple[str | int, ...]) -> Variable | None:
        """Return the variable for the place `setting` inside an open one, under the name that it would have."""
        for depth in range(len(setting) - 1, 0, -1):
            around = next((each for each in self._variables if each.setting == setting[:depth]), None)
            if around is not None:
                keys = [key for key in setting[depth:] if isinstance(key, str)]
                can_be_named = around.open and self._delimiter and len(keys) == len(setting) - depth
                return self._named(around, keys) if can_be_named else None
        return None

    def _around(self, name: str) -> Variable | None:
        """Return the innermost variable of which `name` would set a part, if that is open."""
        if not self._delimiter:
            return None
        # No known name is longer, and a hostile one could have a hundred thousand parts.
        head = self._canonical(name)[: self._longest + len(self._delimiter)]
        while self._delimiter in head:
            head = head.rpartition(self._delimiter)[0]
            if found := self._by_name.get(head):
                return found if found.open else None
        return None

    def _keys_inside(self, around: Variable, name: str) -> list[str]:
        """Return the keys to which `name` leads inside the value of `around`."""
        splits = _DEEPEST if not self._most_splits else max(self._most_splits - len(around.setting), 0)
        return self._canonical(name)[len(around.name) + len(self._delimiter) :].split(self._delimiter, splits)

    def _levels(self, around: Variable, keys: Sequence[str]) -> list[Level]:
        return list(levels_along(around.field, keys, ignores_case=self._ignores_case))

    def _named(self, around: Variable, keys: Sequence[str]) -> Variable | None:
        """Return the variable for `keys` inside `around`; None if they are not accepted there."""
        levels = self._levels(around, keys)
        found = levels[-1].below(keys[-1], ignores_case=self._ignores_case) if len(levels) == len(keys) else []
        if not found:
            return None
        info: FieldInfo = of_either(found)
        name = self._canonical(self._delimiter.join([around.name, *keys]))
        setting = (*around.setting, *keys)
        found_in = around._replace(name=name, setting=setting, field=info, required=info.is_required(), open=False)
        return found_in._replace(known_name=around.known_name or around.name)

    def _canonical(self, name: str) -> str:
        return in_capitals(name) if self._ignores_case else name
