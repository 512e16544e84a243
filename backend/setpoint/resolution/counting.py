"""Decides which texts count: those from which some part of the settings was built."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel, RootModel
from pydantic_settings import BaseSettings

from setpoint.contract import field_type
from setpoint.contract.app_code import AppCode
from setpoint.contract.spelling import keys_of
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.given_value import path_taken, taken_as_written
from setpoint.resolution.origins import Origins
from setpoint.resolution.read_source import ReadSource, Setting
from setpoint.validation.record import Record

_NOTHING, _UNKNOWN = object(), object()


def counting(origins: Origins, record: Record, settings: BaseModel | None) -> Mapping[int, set[Setting]]:
    """Return the settings that each assignment that counts contributes to, by its identity.

    Args:
        origins: Where the settings come from.
        record: What the class did.
        settings: Its settings, whose keys need not all come from a source; None if there are none.
    """
    ignores_empty = bool(record.asked.model_config.get("env_ignore_empty"))
    found: dict[int, set[Setting]] = {}
    paths: dict[tuple[int, object], Setting] = {}  # One of each field: one name may set parts of several.
    for source in origins.sources:
        # What is the same as a default is not among all values.
        values = {} if source.build.values is None else {**source.values, **source.whole}
        made = _built_at(settings, source.inside)
        for leaf in _leaves(values, source.settings_class, made, source.inside):
            setting = leaf if settings is None else _kept_part(settings, leaf)
            given = origins.of(setting) or origins.written_at(setting)
            if given is not None:
                found.setdefault(id(given), set()).add(setting)
                paths[id(given), setting[0]] = setting
    set_fields = {name for each in origins.sources if not each.inside for name in each.fields_given}
    for name in origins.fields - set_fields:
        text = origins.written_at((name,))
        if text and (text.value or not ignores_empty):
            found.setdefault(id(text), set()).add((name,))  # The class took it for no value.
    _count_what_makes_values(origins, settings, found, paths, ignores_empty=ignores_empty)
    return found


def _count_what_makes_values(
    origins: Origins,
    settings: BaseModel | None,
    found: dict[int, set[Setting]],
    paths: dict[tuple[int, object], Setting],
    *,
    ignores_empty: bool,
) -> None:
    """Add what counts without having given any part that is in `paths`: it is around parts, or makes what is."""
    for source in origins.sources:
        for each in (text for text in source.taken_texts if id(text) not in found):
            if not each.value and ignores_empty:
                continue
            # A value also counts if others replace all of its parts: it could have been a value without parts.
            inside = {leaf for leaf in paths.values() if len(leaf) > len(each.path) and _begins(leaf, each.path)}
            if inside:
                found[id(each)] = inside
            elif made := _made_by(source, each, settings, paths.values()):
                found[id(each)], paths[id(each), each.path[0]] = {made}, made


def _made_by(source: ReadSource, text: Assignment, settings: object, counting: Iterable[Setting]) -> Setting | None:
    """Return the path of the value that is there because of `text`, though it passes over all that it is given."""
    depth = source.reach(text.path).depth
    is_whole = depth == len(text.path) and isinstance(source.value_at(text.path), Mapping)
    made = text.path if is_whole else text.path[: min(depth, len(text.path) - 1)]
    if len(made) <= len(source.inside) or any(_begins(each, made) for each in counting):
        return None
    return made if is_kept(settings, made) and not _is_default(settings, made) else None


def _is_default(settings: object, setting: Setting) -> bool:
    """Return whether `settings` would have the same at `setting` if no source set anything there."""
    info = getattr(type(settings), "model_fields", {}).get(setting[0])
    made, default = settings, info and info.default
    for step in setting:
        made = _part(made, step)
    for step in setting[1:]:
        default = _part(default, step)
    with AppCode():
        return made is not _NOTHING and made is not _UNKNOWN and bool(made == default)
    return False


def _built_at(settings: object, setting: Setting) -> object:
    """Return what is in `settings` at `setting`, or `_NOTHING`."""
    for step in setting:
        settings = getattr(settings, str(step), _NOTHING)
    return settings


def _taken(values: Mapping[str, Any], model: type[BaseModel] | None, made: object) -> Mapping[str, Any]:
    """Return `values` without what `model` passes over, because it takes its fields from other keys.

    What model they are for may show only in what was `made` of them: there, keys count in one case alone.
    """
    if model is None:
        if not isinstance(made, BaseModel) or isinstance(made, RootModel):
            return values
        return taken_as_written(values, type(made))
    paths = {name: path_taken(model, name, values) for name in model.model_fields}
    taken, known = {str(path[0]).casefold() for path in paths.values() if path}, _names_by_key(model)
    # What leads a field nowhere could lead it somewhere.
    open_keys = {key for key, names in known.items() if any(paths[name] is None for name in names)}
    kept = {key for key in values if key.casefold() in taken | open_keys}
    if not issubclass(model, BaseSettings):  # A source has found the case by now, if it looks for it in this model.
        kept &= {key for name, info in model.model_fields.items() for key in keys_of(name, info, model)}
    return {key: each for key, each in values.items() if key in kept or key.casefold() not in known}


def _begins(setting: Setting, beginning: Setting) -> bool:
    return all(str(one).casefold() == str(other).casefold() for one, other in zip(setting, beginning, strict=False))


def _leaves(
    values: Mapping[str, Any], model: type[BaseModel] | None, made: object, at: Setting = ()
) -> Iterator[Setting]:
    """Yield the path of each part of `values`, which are for `model`, that is not a mapping, or an empty one."""
    names = _names_by_key(model)
    for key, value in _taken(values, model, made).items():
        for name in _without_twins(str(key), names.get(str(key).casefold(), [str(key)])):
            setting = (*at, name)
            if isinstance(value, Mapping) and value and not _is_shared(model, name, key):
                info = model.model_fields.get(name) if model else None
                yield from _leaves(value, field_type.nested_model(info) if info else None, _part(made, name), setting)
            else:
                yield setting


def _names_by_key(model: type[BaseModel] | None) -> Mapping[str, list[str]]:
    """Return the fields of `model` by the keys under which they may be set."""
    found: dict[str, list[str]] = {}
    for name, info in (model.model_fields if model else {}).items():
        alias = info.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias] if alias else []
        keys = [str(each.path[0]) if isinstance(each, AliasPath) else each for each in choices]
        for key in dict.fromkeys(each.casefold() for each in (*keys, name)):
            found.setdefault(key, []).append(name)
    return found


def _without_twins(key: str, names: list[str]) -> list[str]:
    """Return those of `names` that `key` sets: if one of them is spelled like it, none that differs in case alone."""
    return [each for each in names if each == key or key not in names or each.casefold() != key.casefold()]


def _is_shared(model: type[BaseModel] | None, name: str, key: str) -> bool:
    """Return whether an alias takes the field `name` from inside the value under `key`."""
    alias = model.model_fields[name].validation_alias if model and name in model.model_fields else None
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return any(isinstance(each, AliasPath) and str(each.path[0]).casefold() == key.casefold() for each in choices)


def _kept_part(settings: object, leaf: Setting) -> Setting:
    """Return as much of the path `leaf` as `settings` have: of a model whose only key is misspelt, the model."""
    return next((leaf[:depth] for depth in range(len(leaf), 1, -1) if is_kept(settings, leaf[:depth])), leaf[:1])


def is_kept(settings: object, setting: Setting) -> bool:
    """Return whether `settings` have something at `setting`; if that can't be inspected, assume that they do."""
    found: Any = settings
    for step in setting:
        found = _part(found, step)
        if found is _UNKNOWN or found is _NOTHING:
            return found is _UNKNOWN
    return True


def _part(found: Any, step: str | int) -> Any:
    """Return what is in `found` at `step`: `_NOTHING` if there is nothing, `_UNKNOWN` if that can't be told."""
    while isinstance(found, RootModel):
        found = found.root
    if isinstance(found, BaseModel):
        return _attribute(found, str(step))
    if isinstance(found, Mapping):
        folded = {_text_of_key(key).casefold(): each for key, each in found.items()}
        # What the class has made of a key need not be spelled like it.
        is_as_written = all(isinstance(key, str | Enum) for key in found)
        return folded.get(str(step).casefold(), _NOTHING if is_as_written else _UNKNOWN)
    if is_dataclass(found):
        known = {each.name.casefold(): each.name for each in fields(found)}
        name = known.get(str(step).casefold())
        return _NOTHING if name is None else getattr(found, name)
    return _NOTHING if isinstance(found, str | int | float | None) else _UNKNOWN


def _text_of_key(key: object) -> str:
    return str(key.value if isinstance(key, Enum) else key)


def _attribute(model: BaseModel, step: str) -> Any:
    names = _names_by_key(type(model)).get(step.casefold(), [step])
    extra = model.model_extra or {}
    return next((getattr(model, name) for name in names if name in type(model).model_fields), extra.get(step, _NOTHING))
