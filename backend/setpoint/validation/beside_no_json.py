"""Tells what is wrong with the parts of a value that no source could decode: variables of their own may set them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic.fields import FieldInfo

from setpoint.contract.field_type import choices, is_object, values
from setpoint.contract.open_keys import Level, level_below
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.spelling import alias_paths
from setpoint.sources.entry import Entry
from setpoint.validation.record import SourceRecord
from setpoint.validation.refusal import Refusal, RefusalKind

_NOT_OBJECT = {"dataclass_type", "dict_type", "mapping_type", "model_attributes_type", "model_type"}


def parts_instead(
    contract: SettingsContract,
    sources: Sequence[SourceRecord],
    values: Mapping[str, Any],
    refusals: Iterable[Refusal],
) -> dict[str, Any]:
    """Return what variables of their own set inside the fields in which `refusals` say are no objects, by their keys.

    A source passes over them if it has another value for what they are parts of.
    """
    hidden: dict[str, tuple[str, SourceRecord, list[str]]] = {}
    for each in refusals:
        key, name = (str(each.keys[0]), str(each.setting[0])) if each.keys and each.setting else ("", "")
        source = next((source for source in sources if key in source.values), None)
        if each.error_type not in _NOT_OBJECT or source is None or values.get(key) is None:
            continue
        entry = _entry_of(contract, [source], each)
        if len(each.setting) == 1 or entry is not None:
            hidden.setdefault(key, (name, source, []))[2].extend([entry.name] if entry else [])
    found = {key: source.parts_of(name, names) for key, (name, source, names) in hidden.items() if source.parts_of}
    return {key: parts for key, parts in found.items() if parts}


def certain(
    contract: SettingsContract,
    sources: Sequence[SourceRecord],
    instead: Mapping[str, Any],
    refusals: Iterable[Refusal],
) -> Iterator[Refusal]:
    """Yield those of `refusals` that hold whatever was meant with values that are no objects.

    A weaker source can't set a part that the value might have, and what need not be an object might have no parts.

    Args:
        contract: The class.
        sources: Its sources, some of which could not decode such a value.
        instead: What was taken in place of others.
        refusals: What the class says without any of these values.
    """
    first = {each.field: at for at, source in reversed([*enumerate(sources)]) for each in source.undecodable}
    for each in refusals:
        if len(each.keys) < 2 or each.kind is not RefusalKind.INVALID:  # noqa: PLR2004 - a part
            continue
        at = first.get(str(each.setting[0]))
        if at is not None and any(_is_certain(contract, each, source.values) for source in sources[: at + 1]):
            yield each
        elif _is_certain(contract, each, instead) and (entry := _entry_of(contract, sources, each)):
            yield each._replace(entry=entry)


def _entry_of(contract: SettingsContract, sources: Sequence[SourceRecord], refusal: Refusal) -> Entry | None:
    """Return the variable that sets just what is refused; the value around it is that of another one."""
    for entry in (entry for source in sources for entry in reversed(source.entries)):
        variable = contract.find(entry.name)
        path = variable.path_of(entry.name) if variable else ()
        if [each.casefold() for each in path] == [str(each).casefold() for each in refusal.setting]:
            return entry
    return None


def _is_certain(contract: SettingsContract, refusal: Refusal, given: Mapping[str, Any]) -> bool:
    """Return whether what is refused is in `given`, and each value around can't but be an object that takes it."""
    if not _leads_into(given, refusal.keys):
        return False
    fields, around = [contract.settings_class.model_fields[str(refusal.setting[0])]], given[str(refusal.keys[0])]
    for key in refusal.keys[1:]:
        if any(map(alias_paths, fields)):
            return True  # Of what an alias leads into, the rest has no type.
        if not all(map(is_object, fields)):
            return False
        members = [FieldInfo.from_annotation(part) for each in fields for part in values(each.annotation)]
        inside = [level_below([each]) for each in members]
        inside = [each for each in inside if not _is_ruled_out(each, around)]
        found = [each.below(str(key), ignores_case=contract.ignores_case) for each in inside]
        if not all(found):
            return False
        fields, around = [field for each in found for field in each], around[key]
    return True


def _is_ruled_out(level: Level, given: Mapping[str, Any]) -> bool:
    """Return whether a value that `given` are the known keys of is of another type, by a word that this one refuses."""
    texts = {key: each for key, each in given.items() if isinstance(each, str)}
    words = {key: choices(info) for key, infos in level.known.items() for info in infos if key in texts}
    return any(allowed and texts[key] not in allowed for key, allowed in words.items())


def _leads_into(given: Any, keys: Sequence[str | int]) -> bool:
    for key in keys:
        if not isinstance(given, Mapping) or key not in given:
            return False
        given = given[key]
    return True
