"""Settings classes that code of another one makes, in a validator or an `__init__`: what they refuse by themselves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from setpoint.contract.settings_class import SettingsContract
from setpoint.text.join import joined
from setpoint.validation.record import Record
from setpoint.validation.refusal import RAISED, Refusal, RefusalKind
from setpoint.validation.unusable import Unusable


class Refused(NamedTuple):
    """What one of them refuses.

    Attributes:
        contract: The class.
        refusals: Why it could not be made.
    """

    contract: SettingsContract
    refusals: Sequence[Refusal]

    @property
    def in_words(self) -> Refusal:
        """Return the same as one refusal of the class that makes it, which knows nothing of the variables."""
        lacking = self._named(each for each in self.refusals if each.kind is RefusalKind.MISSING)
        invalid = self._named(each for each in self.refusals if each.kind is not RefusalKind.MISSING)
        said = [f"needs {joined(lacking)}"] if lacking else []
        said += [f"refuses {joined(invalid)}"] if invalid else []
        name = self.contract.settings_class.__name__
        message = f"the settings class `{name}`, which code of this one makes, {' and '.join(said)}"
        advice = "to see why, name it among the settings classes of the app"
        return Refusal(RefusalKind.CONFLICT, (), RAISED, {}, f"{message}; {advice}")

    def explains(self, refusal: Refusal) -> bool:
        """Return whether the class that makes it only repeats what it refuses, wherever its code did that."""
        if refusal.error_type == RAISED:
            return ValidationError.__name__ in refusal.message
        place = (*refusal.keys, *refusal.made)
        ends = ((each.error_type, place[-len(each.keys) :] == each.keys) for each in self.refusals)
        return (refusal.error_type, True) in ends

    def _named(self, refusals: Iterator[Refusal]) -> list[str]:
        variables = (next(iter(self.contract.variables_at(each.setting)), None) for each in refusals)
        return list(dict.fromkeys(f"`{each.name}`" if each else "its values" for each in variables))


Ask = Callable[[SettingsContract, Record, Mapping[str, Any]], Sequence[Refusal]]
"""Asks a class why it refuses what its sources gave it together"""


def refused_in_code(
    contract: SettingsContract, record: Record, ask: Ask, refusals: Sequence[Refusal]
) -> Iterator[Refused]:
    """Yield what each class refuses that was built beside those that build values, as far as `refusals` don't tell."""
    values = (record.top and record.top.values) or {}
    inside = {each.setting[0] for each in refusals if len(each.setting) > 1} - values.keys()
    told = (each.settings_class for field, each in contract.of_values if field in inside)
    known = (contract.settings_class, *told, *_of_fields(contract, values, (contract.settings_class,)))
    unknown = {each.settings_class: each for each in record.builds if not issubclass(each.settings_class, known)}
    for settings_class, made in unknown.items():
        own = SettingsContract.of(settings_class)
        if made.values is None or any(isinstance(each, Unusable) for each in made.values.values()):
            continue
        if found := ask(own, Record.of_build(made, record.given), made.values):
            yield Refused(own, found)


def _of_fields(
    contract: SettingsContract, values: Mapping[str, Any], around: tuple[type, ...]
) -> Iterator[type[BaseSettings]]:
    """Yield the classes that build the values of fields, because of a default or of what a source gives."""
    for part in contract.parts:
        if part.settings_class not in around and (part.make or part.setting[0] in values):
            yield part.settings_class
            inside = SettingsContract.of(part.settings_class)
            every = {each.setting[0]: None for each in inside.parts}
            yield from _of_fields(inside, every, (*around, part.settings_class))
