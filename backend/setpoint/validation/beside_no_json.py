"""Tells what is wrong with the parts of a value that no source could decode: variables of their own may set them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from setpoint.contract.field_type import values
from setpoint.contract.open_keys import level_below
from setpoint.contract.settings_class import SettingsContract
from setpoint.validation.record import SourceRecord
from setpoint.validation.refusal import Refusal, RefusalKind


def certain(
    contract: SettingsContract, sources: Sequence[SourceRecord], refusals: Iterable[Refusal]
) -> Iterator[Refusal]:
    """Yield those of `refusals` that hold whatever was meant with the values that `sources` could not decode.

    A weaker source can't set a part that the value might have, and of several types the value might be another one.
    """
    first = {each.field: at for at, source in reversed([*enumerate(sources)]) for each in source.undecodable}
    for each in refusals:
        at = first.get(str(each.setting[0])) if len(each.setting) > 1 else None
        if at is None or each.kind is not RefusalKind.INVALID or not _has_one_type(contract, each):
            continue
        if any(_leads_into(source.values, each.keys) for source in sources[: at + 1]):
            yield each


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
