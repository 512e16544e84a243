"""Tells what is wrong with the parts of a value that no source could decode: variables of their own may set them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from setpoint.contract.field_type import values
from setpoint.contract.open_keys import level_below
from setpoint.contract.settings_class import SettingsContract
from setpoint.sources.entry import Entry
from setpoint.validation.record import SourceRecord
from setpoint.validation.refusal import Refusal, RefusalKind

_NOT_OBJECT = {"dataclass_type", "dict_type", "mapping_type", "model_attributes_type", "model_type"}


def parts_instead(
    sources: Sequence[SourceRecord], values: Mapping[str, Any], refusals: Iterable[Refusal]
) -> dict[str, Any]:
    """Return what variables of their own set inside the fields that `refusals` say are no objects, by their keys.

    A source passes over them if it has another value for the field as a whole.
    """
    found: dict[str, Any] = {}
    for each in refusals:
        if len(each.setting) == 1 and each.error_type in _NOT_OBJECT and each.keys:
            key, name = str(each.keys[0]), str(each.setting[0])
            source = next((source for source in sources if key in source.values), None)
            parts = source.parts_of(name) if source and source.parts_of and values.get(key) is not None else None
            found |= {key: parts} if parts else {}
    return found


def certain(
    contract: SettingsContract,
    sources: Sequence[SourceRecord],
    instead: Mapping[str, Any],
    refusals: Iterable[Refusal],
) -> Iterator[Refusal]:
    """Yield those of `refusals` that hold whatever was meant with values that are no objects.

    A weaker source can't set a part that the value might have, and of several types the value might be another one.

    Args:
        contract: The class.
        sources: Its sources, some of which could not decode such a value.
        instead: What was taken in place of others.
        refusals: What the class says without any of these values.
    """
    first = {each.field: at for at, source in reversed([*enumerate(sources)]) for each in source.undecodable}
    for each in refusals:
        if len(each.setting) < 2 or each.kind is not RefusalKind.INVALID or not _has_one_type(contract, each):  # noqa: PLR2004 - a part
            continue
        at = first.get(str(each.setting[0]))
        if at is not None and any(_leads_into(source.values, each.keys) for source in sources[: at + 1]):
            yield each
        elif _leads_into(instead, each.keys) and (entry := _entry_of(contract, sources, each)):
            yield each._replace(entry=entry)


def _entry_of(contract: SettingsContract, sources: Sequence[SourceRecord], refusal: Refusal) -> Entry | None:
    """Return the variable that sets just what is refused; the value around it is that of another one."""
    for entry in (entry for source in sources for entry in reversed(source.entries)):
        variable = contract.find(entry.name)
        path = variable.path_of(entry.name) if variable else ()
        if [each.casefold() for each in path] == [str(each).casefold() for each in refusal.setting]:
            return entry
    return None


def _has_one_type(contract: SettingsContract, refusal: Refusal) -> bool:
    """Return whether each value around the refused one has a single type, apart from None."""
    fields = [contract.settings_class.model_fields[str(refusal.setting[0])]]
    for key in refusal.keys[1:]:
        if len(fields) != 1 or len(values(fields[0].annotation)) != 1:
            return False
        fields = level_below(fields).below(str(key), ignores_case=contract.ignores_case)
    return True


def _leads_into(given: Any, keys: Sequence[str | int]) -> bool:
    for key in keys:
        if not isinstance(given, Mapping) or key not in given:
            return False
        given = given[key]
    return True
