"""Asks a settings class: it builds itself, and so does each class that it builds for a field."""

from collections.abc import Mapping
from typing import Any

from setpoint.contract.class_variables import Part
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.text.join import joined
from setpoint.validation.class_sources import build
from setpoint.validation.record import Given, Record


def ask(contract: SettingsContract, given: Given, before: Record | None = None) -> Record:
    """Let the class build itself from what is `given`, and each settings class that it builds for a field.

    Args:
        contract: The class.
        given: What it finds.
        before: What was built before, so that no file is read twice.

    Raises:
        UnableError: It can't be seen from outside which variables the class reads.
    """
    record = build(contract.settings_class, given, before=before)
    if record.switches:
        where = joined([f"`{each}`" for each in record.switches])
        message = f"the `__init__` of `{contract.reference}` passes {where} itself; put it into `model_config` instead"
        raise UnableError(message)
    _ask_parts(contract, given, record, (contract.settings_class,))
    return record


def _ask_parts(contract: SettingsContract, given: Given, record: Record, around: tuple[type, ...]) -> None:
    for part in contract.parts:
        if (
            part.make is None
            or record.has_built(part.setting)
            or part.settings_class in around
            or not _is_made(part, contract, record)
        ):
            continue
        made = build(around[0], given, part.make, record)
        _ask_parts(SettingsContract.of(part.settings_class), given, made, (*around, part.settings_class))
        record.parts[part.setting] = made
        record.builds += made.builds


def _is_made(part: Part, contract: SettingsContract, record: Record) -> bool:
    """Return whether the value of `part` is built rather than given, or left out together with the model around it."""
    found: Any = (record.top and record.top.values) or {}
    for step in part.setting:
        if not isinstance(found, Mapping):
            return False
        if step not in found:
            outermost = contract.settings_class.model_fields[part.setting[0]]
            is_around = step == part.setting[0] and len(part.setting) > 1
            return not is_around or not (outermost.is_required() or outermost.default is None)
        found = found[step]
    return False
