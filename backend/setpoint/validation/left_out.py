"""Asks a settings class about other values: without a variable, or with a missing one added."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from pydantic_settings import BaseSettings

from setpoint.contract.file_variables import FileVariables
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.reading import Binding
from setpoint.sources.entry import Entry
from setpoint.text.mask import Redactor
from setpoint.validation.asking import ask
from setpoint.validation.record import Build, Record
from setpoint.validation.refusal import Refusal, RefusalKind
from setpoint.validation.validate import Validated, build_in_part, validate

AnyNamed = TypeVar("AnyNamed", Entry, Binding)
_ANY_TEXT = "text"
_NO_KEY = "_of_nobody"
# Each costs a separate validation, and a file could hold thousands.
_MOST_ASKED_FOR = 50


def may_be_left_out(contract: SettingsContract, record: Record, names: Collection[str]) -> AbstractSet[str]:
    """Return those of the variables `names` without which nothing more is wrong, by the record of what the class did.

    The class is asked about all that have a default at once, and then about a few of the others one by one.
    """
    refused = _refused(contract, record)

    def takes_without(given_up: Iterable[str]) -> bool:
        return _refused(contract, _without(contract, record, dict.fromkeys(given_up))) <= refused

    optional = {each for each in names if (variable := contract.find(each)) and not variable.required}
    found = optional if optional and takes_without(optional) else frozenset()
    others = (each for each in names if each not in found)
    return found | {each for each in islice(others, _MOST_ASKED_FOR) if takes_without([each])}


def read_by_code(contract: SettingsContract, record: Record, names: Iterable[str]) -> AbstractSet[str]:
    """Return those of the unknown variables `names` without which the class does something else.

    Its own sources and validators may read any variable. Of a class that does something else each time nothing is
    known. A key inside a value has another name instead of none: the value may be there because of any key.
    """
    if contract.is_exported or not _has_code(contract.settings_class):
        return frozenset()
    outcome = _outcome(contract, record)

    def is_needed(given_up: Iterable[str]) -> bool:
        instead = {name: _other_key(contract, name) for name in given_up}
        return _outcome(contract, _without(contract, record, instead)).differs_from(outcome)

    tried = list(islice(names, _MOST_ASKED_FOR))
    if not tried or not is_needed(tried) or is_needed(()):
        return frozenset()
    return {each for each in tried if is_needed([each])}


def validated_without(contract: SettingsContract, record: Record, names: Iterable[str]) -> Validated:
    """Return what the class says if no file sets the variables `names`; nothing in its words is masked."""
    return validate(contract, _without(contract, record, dict.fromkeys(names)), Redactor(()))


def built_with_defaults(contract: SettingsContract, record: Record, refusals: Iterable[Refusal]) -> Sequence[Build]:
    """Return what is built once no file sets the fields that are refused, whose own validators run for defaults then.

    Code of the app in there may build other settings classes.
    """
    validators = contract.settings_class.__pydantic_decorators__.field_validators.values()
    validated = {field for each in validators for field in each.info.fields}
    refused = {each.setting[0] for each in refusals if each.kind is RefusalKind.INVALID and each.setting}
    among = refused if "*" in validated else refused & validated
    names = [each.name for each in contract.variables if each.setting[0] in among]
    return _without(contract, record, dict.fromkeys(names)).builds if names else ()


def _has_code(settings_class: type[BaseSettings]) -> bool:
    """Return whether code of the app may read variables that are not those of the class."""
    of_libraries: tuple[Any, ...] = (BaseSettings, FileVariables)
    customise: Any = settings_class.settings_customise_sources
    return (
        customise.__func__ not in {each.settings_customise_sources.__func__ for each in of_libraries}
        or changes_what_is_given(settings_class)
        or settings_class.__init__ not in {each.__init__ for each in of_libraries}
    )


def changes_what_is_given(settings_class: type[BaseSettings]) -> bool:
    """Return whether a validator of the class gets what sources have given, before fields do."""
    validators = settings_class.__pydantic_decorators__.model_validators.values()
    return any(each.info.mode != "after" for each in validators)


def _other_key(contract: SettingsContract, name: str) -> str | None:
    """Return `name` with another key at its end, if it leads into the value of a variable; otherwise None."""
    keys = name.split(contract.delimiter) if contract.delimiter else [name]
    around = (contract.delimiter.join(keys[:count]) for count in range(1, len(keys)))
    return f"{name}{_NO_KEY}" if any(map(contract.find, around)) else None


def _without(contract: SettingsContract, record: Record, names: Mapping[str, str | None]) -> Record:
    """Return what the class does if no file sets the variables `names`, but others if there are any instead."""
    instead, given = {contract.canonical(each): other for each, other in names.items()}, record.given

    def called(name: str) -> str | None:
        return instead.get(contract.canonical(name), name)

    def others(found: Iterable[AnyNamed]) -> tuple[AnyNamed, ...]:
        return tuple(each._replace(name=name) for each in found if (name := called(each.name)))

    of_process = tuple(each for each in given.environment if each.file is None)
    of_files = others(each for each in given.environment if each.file is not None)
    files = given.files and tuple(others(file) for file in given.files)
    before = Record(record.asked, given)
    for key, file in record.files.items():
        bindings, variables = others(file.reading.bindings), file.reading.variables
        renamed = {name: text for each, text in variables.items() if (name := called(each))}
        before.files[key] = file._replace(reading=replace(file.reading, bindings=bindings, variables=renamed))
    return ask(contract, given._replace(environment=(*of_process, *of_files), files=files), before)


def refusing_any_text(
    contract: SettingsContract, record: Record, names: Iterable[str]
) -> Mapping[tuple[str | int, ...], Refusal]:
    """Return, by setting, why no text at all can set some of the unset variables `names`."""
    tried = tuple(Entry(name, _ANY_TEXT) for name in names)
    given = record.given._replace(environment=(*record.given.environment, *tried))
    refusals = validate(contract, ask(contract, given, record), Redactor(())).refusals
    return {each.setting: each for each in refusals if each.takes_no_text}


def _refused(contract: SettingsContract, record: Record) -> set[tuple[RefusalKind, tuple[str | int, ...]]]:
    """Return what the class refuses, and in which way; its words are dropped, so they need no masks."""
    return {(each.kind, each.setting) for each in validate(contract, record, Redactor(())).refusals}


class _Outcome(NamedTuple):
    """What a class does.

    Attributes:
        made: What it makes of the fields that it does not refuse, and what it keeps to itself.
        refused: What it refuses, and how, other than because of a name alone.
    """

    made: Mapping[str, Any]
    refused: AbstractSet[object]

    def differs_from(self, other: "_Outcome") -> bool:
        """Return whether the class does something else in `other`."""
        made = self.made.keys() & other.made.keys()
        return self.refused != other.refused or any(self.made[name] != other.made[name] for name in made)


def _outcome(contract: SettingsContract, record: Record) -> _Outcome:
    validated = validate(contract, record, Redactor(()))
    made: Any = validated.settings
    if made is None:
        made = build_in_part(contract, record, validated.refusals)
    bad = {str(each.setting[0]) for each in validated.refusals if each.setting}
    held = {name: value for name, value in vars(made).items() if name not in bad} if made is not None else {}
    private = {} if made is None else {"": made.__pydantic_private__}
    return _Outcome(held | private, {(each.kind, each.setting) for each in validated.refusals if not each.forbids_key})
