"""Asks the settings class itself for the result: its settings, or everything that is wrong."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from setpoint.contract import field_type
from setpoint.contract.settings_class import SettingsContract
from setpoint.sources.entry import Entry
from setpoint.sources.env_file import SourceKind
from setpoint.text.escape import printable
from setpoint.text.join import joined
from setpoint.text.mask import Redactor
from setpoint.text.raised import place_of
from setpoint.validation.class_sources import build
from setpoint.validation.made_in_code import refused_in_code
from setpoint.validation.record import Build, Given, NoValuesError, Record, SourceRecord, Undecodable
from setpoint.validation.refusal import LOOKED, RAISED, Refusal, RefusalKind, failure

_TOML_LINE = re.compile(r"\(at line ([0-9]+), column [0-9]+\)$")


class Validated(NamedTuple):
    """The result of a settings class validating a set of variables.

    Attributes:
        settings: The settings, if it accepts the variables.
        refusals: Every reason why it does not.
        all_validators_ran: Whether validators across fields had all the valid fields that they need.
    """

    settings: BaseSettings | None
    refusals: tuple[Refusal, ...] = ()
    all_validators_ran: bool = True

    def masked(self, redactor: Redactor) -> "Validated":
        """Return the same with the values of `redactor` masked in all texts."""
        return self._replace(refusals=tuple(each.masked(redactor) for each in self.refusals))


def validate(contract: SettingsContract, record: Record, redactor: Redactor) -> Validated:
    """Return what the class says, from the record of what it did.

    What sources could not decode or raised is a refusal like others, and so is what validators raise. What code builds
    once invalid values are no hindrance is added to `record`.
    """
    top = next((each for each in record.builds if issubclass(each.settings_class, contract.settings_class)), None)
    of_sources = [*_of_sources(contract, top, redactor)] if top else []
    of_parts = [*_of_parts(contract, record, redactor)]
    if record.settings is not None and not (of_sources or of_parts):
        return Validated(record.settings)
    if top is None or top.values is None:
        found = Validated(None, (*of_sources, _failure_of_sources(record, redactor)))
    else:
        undecodable = {str(each.setting[0]) for each in of_sources if len(each.setting) == 1}
        of_parts = [each for each in of_parts if each.setting[0] not in undecodable]
        found = _of_values(contract, record, top.values, (of_sources, of_parts), redactor)
    return _with_what_code_makes(contract, record, found, redactor)


def _with_what_code_makes(
    contract: SettingsContract, record: Record, found: Validated, redactor: Redactor
) -> Validated:
    """Return `found`, in which what another settings class refuses is told as that, and not as a fault of this one."""
    if len(record.builds) <= bool(record.top):
        return found

    def ask(made: SettingsContract, alone: Record, values: Mapping[str, Any]) -> Sequence[Refusal]:
        return _refused(made, alone, values, frozenset(), redactor)[0]

    refused = list(refused_in_code(contract, record, ask, found.refusals))
    own = (each for each in found.refusals if not any(other.explains(each) for other in refused))
    return found._replace(refusals=(*own, *(each.in_words for each in refused)))


def _of_sources(contract: SettingsContract, top: Build, redactor: Redactor) -> Iterator[Refusal]:
    for source in top.sources:
        for each in source.undecodable:
            yield _undecodable(contract, source, each, redactor)
        # Another rule knows more about files that variables name.
        if source.error is not None and source.kind is not SourceKind.FILE_VARIABLE:
            yield _failed(source, source.error, redactor)


def _undecodable(
    contract: SettingsContract, source: SourceRecord, undecodable: Undecodable, redactor: Redactor
) -> Refusal:
    field, entry, error = undecodable.field, undecodable.entry, undecodable.error
    path = _path_of(contract, field, entry) if entry else _path_in_source(contract, source, undecodable)
    if isinstance(error, json.JSONDecodeError | RecursionError):
        return Refusal(RefusalKind.INVALID, path, "json_invalid", {}, "it is not valid JSON", path, entry=entry)
    message = f"the source `{redactor.redact(source.name)}` of the settings class cannot decode it"
    return Refusal(RefusalKind.INVALID, path, RAISED, {}, message, path, entry=entry)


def _path_of(contract: SettingsContract, field: str, entry: Entry) -> tuple[str, ...]:
    """Return the path of what `entry` sets for `field`; others may be inside the same value."""
    named = [each for each in contract.named(entry.name) if each.setting[0] == field]
    variable = named[0] if named else contract.find(entry.name)
    return variable.path_of(entry.name) if variable else (field,)


def _path_in_source(contract: SettingsContract, source: SourceRecord, undecodable: Undecodable) -> tuple[str, ...]:
    """Return the path of what a text sets that is no variable, but has a name of the kind that its source reads."""
    if undecodable.key is None or source.naming is None:
        return (undecodable.field,)
    variable = contract.names_read_by(*source.naming).find(undecodable.key)
    return variable.path_of(undecodable.key) if variable else (undecodable.field,)


def _failed(source: SourceRecord | None, error: BaseException, redactor: Redactor) -> Refusal:
    """Return the refusal for a source that fails, or for a failure to create the sources."""
    place = place_of(error)
    where = f" in `{redactor.redact(place[0].co_name)}()`, line {place[1]}" if place else ""
    named = [error.filename] if isinstance(error, OSError) and isinstance(error.filename, str) else []
    paths = named or (list(source.paths) if source and source.kind is SourceKind.CONFIG_FILE else [])
    files = f" on {joined([f'`{printable(redactor.redact(each))}`' for each in paths])}" if paths else ""
    files += _line_in_file(error) if files else ""
    subject = f"the source `{redactor.redact(source.name)}`" if source else "`settings_customise_sources()`"
    if isinstance(error, NoValuesError):
        right = "it has to return a `dict` of values by the names of settings"
        message = f"{subject} of the settings class {redactor.redact(str(error))}; {right}"
        return Refusal(RefusalKind.SOURCE, (), RAISED, {}, message)
    of_library = isinstance(error, SettingsError) and place is None
    # Of secrets, pydantic-settings reads nothing but directories before it fails: what it says holds no value.
    is_harmless = of_library and source is not None and source.kind is SourceKind.SECRETS_DIRECTORY
    reason = f": {printable(redactor.redact(str(error)))}" if is_harmless else ""
    if source is None and place is None and isinstance(error, TypeError):
        reason = ": it has to take `settings_cls` and the four sources by name, and to return a tuple of sources"
    kind = redactor.redact(type(error).__name__)
    message = f"{subject} of the settings class fails with {kind}{files}{where}{reason}"
    return Refusal(RefusalKind.SOURCE, (), RAISED, {}, message)


def _line_in_file(error: BaseException) -> str:
    """Return where in a file that it reads a parser of JSON, YAML or TOML stopped, if `error` says that."""
    mark = getattr(error, "problem_mark", None)
    line = getattr(error, "lineno", None) or (mark.line + 1 if mark else None)
    if line is None and type(error).__name__ == "TOMLDecodeError" and (found := _TOML_LINE.search(str(error))):
        line = found[1]
    return f", line {line}," if line else ""


def _failure_of_sources(record: Record, redactor: Redactor) -> Refusal:
    error = record.error or RuntimeError()
    return _failed(record.failed_source, error, redactor) if record.made_none else failure(error, None, redactor)


def _of_parts(contract: SettingsContract, record: Record, redactor: Redactor) -> Iterator[Refusal]:
    """Yield what the settings classes that build the values of fields refuse, each by itself."""
    for part in contract.parts:
        made = record.parts.get(part.setting)
        if made is None:
            continue
        own = SettingsContract.of(part.settings_class)
        for each in validate(own, made, redactor).refusals:
            yield each._replace(setting=(*part.setting, *each.setting), keys=(*part.setting, *each.keys))


def _of_values(
    contract: SettingsContract,
    record: Record,
    values: Mapping[str, Any],
    refused: tuple[Sequence[Refusal], Sequence[Refusal]],
    redactor: Redactor,
) -> Validated:
    """Return the result for `values`, some of which sources or settings classes have already refused."""
    of_sources, of_parts = refused
    found = (*of_sources, *of_parts)
    parts = {each.setting[0] for each in contract.parts if len(each.setting) == 1}
    whole = [
        *(each for each in of_sources if len(each.setting) == 1),
        *(each for each in of_parts if each.setting[0] in parts),
    ]
    known = frozenset(str(each.setting[0]) for each in whole)
    refusals, looked = _refused(contract, record, values, known, redactor)
    refusals = [each for each in refusals if not any(_is_said(each, other) for other in found)]
    told = {(each.setting, each.error_type) for each in refusals}
    beside = _beside_no_json(contract, record, (values, refusals), known, redactor)
    refusals += [each for each in beside if (each.setting, each.error_type) not in told]
    if any(each.kind is RefusalKind.CONFLICT and not each.setting for each in refusals):
        return _validated(record, [*found, *refusals], ran=not looked)
    bad = frozenset(str(each.setting[0]) for each in (*found, *refusals) if each.setting)
    across, looked_again = _refused(contract, record, values, bad, redactor) if refusals else ([], looked)
    conflicts = [each for each in across if each.kind is RefusalKind.CONFLICT]
    ran = not (looked or looked_again or any(_is_inside_unrun_model(contract, each) for each in refusals))
    if not found and not refusals and not conflicts:
        return Validated(None, (failure(record.error or RuntimeError(), None, redactor),))
    return _validated(record, [*found, *refusals, *conflicts], ran=ran)


def _beside_no_json(
    contract: SettingsContract,
    record: Record,
    refused: tuple[Mapping[str, Any], Sequence[Refusal]],
    known: frozenset[str],
    redactor: Redactor,
) -> Iterator[Refusal]:
    """Yield what is wrong with parts that have variables of their own, of values that are no JSON or no objects."""
    values, refusals = refused
    sources = record.top.sources if record.top else ()
    undecodable = {each.field for source in sources for each in source.undecodable}
    with_parts = {
        each.setting[0] for each in contract.variables if len(each.setting) > 1 or each.open or each.holds_parts
    }
    if not with_parts & {*undecodable, *(each.setting[0] for each in refusals if each.setting)}:
        return
    from setpoint.validation.beside_no_json import certain, parts_instead

    instead = parts_instead(contract, sources, values, refusals)
    if instead or undecodable & with_parts:
        found, _ = _refused(contract, record, {**values, **instead}, known - undecodable, redactor)
        yield from certain(contract, sources, instead, found)


def _validated(record: Record, refusals: Sequence[Refusal], *, ran: bool) -> Validated:
    if any(source.error for made in record.builds for source in made.sources):
        # What is missing may be what the failed source would have given.
        refusals = [each for each in refusals if each.kind is not RefusalKind.MISSING]
    return Validated(None, tuple(refusals), ran)


def _is_said(refusal: Refusal, other: Refusal) -> bool:
    """Return whether `refusal` only follows from `other`, a part that could not be read."""
    return bool(other.setting) and refusal.setting[: len(other.setting)] == other.setting


def _built_of(
    contract: SettingsContract,
    record: Record,
    values: Mapping[str, Any],
    unusable: frozenset[str],
    seen: dict[object, Any] | None = None,
) -> Record:
    """Return what the class builds from `values`, with everything else that it was given, where its code may look."""
    from setpoint.validation.every_fault import validate_each

    make = partial(validate_each, contract.settings_class, values, unusable, seen)
    return build(record.asked, record.given, make, record)


def _refused(
    contract: SettingsContract,
    record: Record,
    values: Mapping[str, Any],
    unusable: frozenset[str],
    redactor: Redactor,
) -> tuple[list[Refusal], bool]:
    """Return what the class refuses, and whether a validator read one of the fields `unusable`."""
    fields = frozenset(unusable & contract.settings_class.model_fields.keys())
    unknown = unusable - fields
    seen: dict[object, Any] = {}
    built = _built_of(contract, record, {k: v for k, v in values.items() if k not in unknown}, fields, seen)
    record.add_builds(built)
    error = built.error
    if isinstance(error, ValidationError):
        from setpoint.contract.secret_texts import secrets_in  # noqa: PLC0415 - a class that accepts everything needs no mask
        from setpoint.validation.pydantic_errors import refusals_in

        errors = error.errors()
        looked = any(each["type"] == LOOKED for each in errors)
        made = Redactor(text for each in seen.values() for text in secrets_in(each))
        return [each.masked(made) for each in refusals_in(contract, errors, redactor, fields)], looked
    return [], bool(error and unusable)


def build_in_part(contract: SettingsContract, record: Record, refusals: Sequence[Refusal]) -> BaseSettings | None:
    """Return settings in which the fields of `refusals` have unusable values; None if even that can't be built."""
    top = next((each for each in record.builds if issubclass(each.settings_class, contract.settings_class)), None)
    invalid = {str(each.setting[0]) for each in refusals if each.setting}
    fields = frozenset(invalid & contract.settings_class.model_fields.keys())
    values = {key: value for key, value in (top.values or {}).items() if key not in invalid - fields} if top else {}
    return cast("BaseSettings | None", _built_of(contract, record, values, fields).settings)


def _is_inside_unrun_model(contract: SettingsContract, refusal: Refusal) -> bool:
    """Return whether `refusal` kept the validators across fields of a nested model from running."""
    info = contract.settings_class.model_fields.get(str(refusal.setting[0])) if refusal.setting else None
    for key in refusal.setting[1:]:
        model = field_type.nested_model(info) if info else None
        if model is None:
            return False
        if model.__pydantic_decorators__.model_validators:
            return True
        info = model.model_fields.get(str(key))
    return False


def validate_alone(
    contract: SettingsContract, entry: Entry, setting: tuple[str, ...], redactor: Redactor
) -> list[Refusal]:
    """Return why the class refuses the value of `entry` for `setting`, whatever the others hold."""
    record = build(contract.settings_class, Given((entry,), is_public=False))
    found = validate(contract, record, redactor).refusals
    return [each for each in found if all(one == other for one, other in zip(each.setting, setting, strict=False))]
