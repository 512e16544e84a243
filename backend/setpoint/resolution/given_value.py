"""Follows the path of a setting through what a source gave, by names and aliases, in the case of the class."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel

from setpoint.contract import field_type

NOTHING = object()
"""Represents a missing value."""


def values_along(
    values: Mapping[str, Any], model: type[BaseModel] | None, setting: tuple[str | int, ...]
) -> Iterator[Any]:
    """Yield what `values` hold at each step of `setting`; below anything but a mapping, the value as a whole."""
    current: Any = values
    ignores_case = model is None or not model.model_config.get("case_sensitive")
    for step in setting:
        if not isinstance(current, Mapping):
            yield current
            continue
        info = model.model_fields.get(str(step)) if model is not None else None
        paths = [*paths_of(info), [step]] if info else [[step]]
        found = (value_at_path(current, path, ignores_case=ignores_case) for path in paths)
        current = next((each for each in found if each is not NOTHING), NOTHING)
        if current is NOTHING:
            return
        yield current
        model = field_type.nested_model(info) if info else None


def paths_of(info: Any) -> Iterator[Sequence[str | int]]:
    """Yield where the aliases of a field, which pydantic describes as `info`, lead."""
    alias = info.validation_alias
    for each in alias.choices if isinstance(alias, AliasChoices) else [alias] if alias else []:
        yield list(each.path) if isinstance(each, AliasPath) else [each]


def value_at_path(value: Any, path: Sequence[str | int], *, ignores_case: bool = True) -> Any:
    """Return what is in `value` at the end of `path`; `NOTHING` if it leads nowhere."""
    for step in path:
        if isinstance(value, Mapping):
            folded = str(step).casefold()
            alike = (each for key, each in value.items() if ignores_case and str(key).casefold() == folded)
            value = value[step] if step in value else next(alike, NOTHING)
        elif isinstance(value, list | tuple) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return NOTHING
        if value is NOTHING:
            return NOTHING
    return value
