"""Follows the path of a setting through what a source gave, by names and aliases, in the case of the class."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel, RootModel

from setpoint.contract import field_type
from setpoint.contract.spelling import keys_of, takes_names

NOTHING = object()
"""Represents a missing value."""


def values_along(
    values: Mapping[str, Any],
    model: type[BaseModel] | None,
    setting: tuple[str | int, ...],
    whole: Any,
) -> Iterator[Any]:
    """Yield what `values` hold at each step of `setting`; below anything but a mapping, the value as a whole.

    Args:
        values: What a source gave.
        model: The settings class that asked it.
        setting: The path.
        whole: What all sources gave together: of several keys for one field, the class takes the first in there.
    """
    current: Any = values
    is_known = bool(whole)
    ignores_case = model is None or not model.model_config.get("case_sensitive")
    for step in setting:
        if not isinstance(current, Mapping):
            yield current
            continue
        info = model.model_fields.get(str(step)) if model is not None else None
        paths = _paths_to(model, str(step), whole) if model is not None and info else [[step]]
        # A name leads to a field in any case, but the class then finds that in its own; keys may differ in case alone.
        is_exact = is_known if info else isinstance(whole, Mapping) and step in whole
        found = (value_at_path(current, path, ignores_case=ignores_case and not is_exact) for path in paths)
        current = next((each for each in found if each is not NOTHING), NOTHING)
        if current is NOTHING:
            return
        yield current
        model, whole = field_type.nested_model(info) if info else None, value_at_path(whole, paths[0])


def _paths_to(model: type[BaseModel], name: str, whole: Any) -> list[Sequence[str | int]]:
    """Return where in `whole` the field `name` of `model` gets its value from; if nowhere, where it could."""
    taken = path_taken(model, name, whole)
    return _accepted_paths(model, name) if taken is None else [taken]


def path_taken(
    model: type[BaseModel], name: str, whole: Any, *, ignores_case: bool = True
) -> Sequence[str | int] | None:
    """Return where in `whole` the field `name` of `model` gets its value from; None if nothing in there is for it."""
    paths = _accepted_paths(model, name)
    return next(
        (
            path
            for ignores_case in dict.fromkeys((False, ignores_case))
            for path in paths
            if value_at_path(whole, path, ignores_case=ignores_case) is not NOTHING
        ),
        None,
    )


def taken_as_written(values: Mapping[str, Any], model: type[BaseModel]) -> Mapping[str, Any]:
    """Return `values` without the keys that `model` ignores, where they count in the case in which they are written."""
    paths = (path_taken(model, name, values, ignores_case=False) for name in model.model_fields)
    taken = {path[0] for path in paths if path}
    known = {key for name, info in model.model_fields.items() for key in keys_of(name, info, model)}
    keeps = model.model_config.get("extra") == "allow"
    return {key: each for key, each in values.items() if key in taken or (key not in known and keeps)}


def without_ignored(value: Any, made: Any) -> Any:
    """Return `value` without the keys that models ignore; what they are for shows in what was `made` of it."""
    if isinstance(made, RootModel):
        return without_ignored(value, made.root)
    if isinstance(value, Mapping) and isinstance(made, BaseModel):
        taken = taken_as_written(value, type(made))
        paths = {name: path_taken(type(made), name, taken, ignores_case=False) for name in type(made).model_fields}
        fields = {path[0]: name for name, path in paths.items() if path is not None and len(path) == 1}
        return {key: without_ignored(each, getattr(made, fields.get(key, ""), None)) for key, each in taken.items()}
    if isinstance(value, Mapping) and isinstance(made, Mapping):
        return {key: without_ignored(each, made.get(key)) for key, each in value.items()}
    if isinstance(value, list) and isinstance(made, list | tuple) and len(value) == len(made):
        return [without_ignored(each, other) for each, other in zip(value, made, strict=True)]
    return value


def keys_taken(model: type[BaseModel], setting: tuple[str | int, ...], whole: Any) -> list[str | int] | None:
    """Return the keys inside the field `setting[0]` under which `model` finds `setting` in `whole`; None if nowhere."""
    found: list[str | int] = []
    inner: type[BaseModel] | None = model
    for depth, step in enumerate(setting):
        info = inner.model_fields.get(str(step)) if inner is not None else None
        path = path_taken(inner, str(step), whole) if inner is not None and info else [step]
        whole = NOTHING if path is None else value_at_path(whole, path)
        if path is None or whole is NOTHING:
            return None
        found += path if depth else ()
        inner = field_type.nested_model(info) if info else None
    return found


def _accepted_paths(model: type[BaseModel], name: str) -> list[Sequence[str | int]]:
    """Return where `model` looks for the value of its field `name`, in that order."""
    by_alias = model.model_config.get("validate_by_alias", True)
    paths = list(paths_of(model.model_fields[name])) if by_alias else []
    return [*paths, [name]] if not paths or takes_names(model) else paths


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
        elif isinstance(value, list | tuple) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return NOTHING
        if value is NOTHING:
            return NOTHING
    return value
