"""Asks the settings class what the values of a subject become, so that `0.10` and `0.1` are the same."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from setpoint.resolution.provenance import Provenance
from setpoint.resolution.subject import Subject
from setpoint.validation.building import build, without
from setpoint.validation.unusable import with_unusable

_NOTHING = object()


class NoTypedValueError(LookupError):
    """The settings class gives no value: the text is invalid, or something else that it needs is."""


class TypedValues:
    """The values of one subject after validation."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._built: dict[str, BaseModel | None] = {}

    def of(self, provenance: Provenance) -> Any:
        """Return what the class makes of the setting, or of the key, that `provenance` is about.

        Raises:
            NoTypedValueError: It makes nothing of it.
        """
        setting, keys = provenance.key
        delimiter = self._subject.contract.delimiter
        inside = [each for each in keys.split(delimiter) if each] if delimiter else []
        found: Any = self._settings(str(setting[0]))
        for step in (*map(str, setting), *inside):
            found = _step_into(found, step)
        if found is _NOTHING:
            raise NoTypedValueError
        return found

    def _settings(self, field: str) -> Any:
        """Return settings in which `field` is valid; where the others are not, the field is looked at for itself."""
        settings = self._subject.verdict.settings
        if settings is not None:
            return settings
        if field not in self._built:
            self._built[field] = self._alone(field)
        return self._built[field] or _NOTHING

    def _alone(self, field: str) -> BaseModel | None:
        contract = self._subject.contract
        others = contract.settings_class.model_fields.keys() - {field}
        given = {each.name: each.value.raw for each in self._subject.assignments.values() if each.variable}
        try:
            return build(with_unusable(contract.settings_class, others), without(contract, given, others))
        except (Exception, SystemExit):  # noqa: BLE001 - a validator of the app's may raise anything
            return None


def _step_into(value: Any, step: str) -> Any:
    if isinstance(value, BaseModel):
        return getattr(value, step, _NOTHING)
    if isinstance(value, Mapping):
        exact = value.get(step, _NOTHING)
        folded = {str(key).casefold(): each for key, each in value.items()}
        return folded.get(step.casefold(), _NOTHING) if exact is _NOTHING else exact
    return _NOTHING
