"""Asks a settings class about other values: without a variable, or with one that is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.reading import Binding
from setpoint.sources.entry import Entry
from setpoint.text.mask import Redactor
from setpoint.validation.asking import ask
from setpoint.validation.record import Record
from setpoint.validation.refusal import Refusal, RefusalKind
from setpoint.validation.validate import validate

AnyNamed = TypeVar("AnyNamed", Entry, Binding)
_ANY_TEXT = "text"


def takes_without(contract: SettingsContract, record: Record, name: str) -> bool:
    """Return whether nothing more is wrong if no file sets the variable `name`, by the record of what the class did."""
    canonical, given = contract.canonical(name), record.given

    def others(found: Iterable[AnyNamed]) -> tuple[AnyNamed, ...]:
        return tuple(each for each in found if contract.canonical(each.name) != canonical)

    of_process = tuple(each for each in given.environment if each.file is None)
    of_files = others(each for each in given.environment if each.file is not None)
    files = given.files and tuple(others(file) for file in given.files)
    before = Record(record.asked, given)
    for key, file in record.files.items():
        before.files[key] = file._replace(reading=replace(file.reading, bindings=others(file.reading.bindings)))
    without = ask(contract, given._replace(environment=(*of_process, *of_files), files=files), before)
    return _refused(contract, without) <= _refused(contract, record)


def refusing_any_text(
    contract: SettingsContract, record: Record, names: Iterable[str]
) -> Mapping[tuple[str | int, ...], Refusal]:
    """Return, by setting, why no text at all can set some of the variables `names`, which are not set."""
    tried = tuple(Entry(name, _ANY_TEXT) for name in names)
    given = record.given._replace(environment=(*record.given.environment, *tried))
    refusals = validate(contract, ask(contract, given, record), Redactor(())).refusals
    return {each.setting: each for each in refusals if each.takes_no_text}


def _refused(contract: SettingsContract, record: Record) -> set[tuple[RefusalKind, tuple[str | int, ...]]]:
    """Return what the class refuses, and in which way; nothing of its words is kept, so that they need no masks."""
    return {(each.kind, each.setting) for each in validate(contract, record, Redactor(())).refusals}
