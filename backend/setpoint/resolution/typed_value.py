"""Asks the settings class what the values of a subject become, so that `0.10` and `0.1` are the same."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from setpoint.resolution.provenance import Provenance
from setpoint.resolution.subject import Subject
from setpoint.validation.unusable import Unusable

_NOTHING = object()


class NoTypedValueError(LookupError):
    """The settings class has no value: the text is invalid, or something else that it needs is."""


class TypedValues:
    """The values of one subject after validation."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def of(self, provenance: Provenance) -> Any:
        """Return the class's value for the setting or the key of `provenance`.

        Raises:
            NoTypedValueError: It has none.
        """
        setting, keys = provenance.key
        delimiter = self._subject.contract.delimiter
        inside = [each for each in keys.split(delimiter) if each] if delimiter else []
        found: Any = self._subject.usable_settings
        for step in (*map(str, setting), *inside):
            found = _step_into(found, step)
        if found is _NOTHING or isinstance(found, Unusable):
            raise NoTypedValueError
        return found


def _step_into(value: Any, step: str) -> Any:
    if isinstance(value, BaseModel):
        return getattr(value, step, _NOTHING)
    if isinstance(value, Mapping):
        exact = value.get(step, _NOTHING)
        folded = {str(key).casefold(): each for key, each in value.items()}
        return folded.get(step.casefold(), _NOTHING) if exact is _NOTHING else exact
    return _NOTHING
