"""How a settings class and its settings are spelled: on the command line, in models, and in the environment."""

from collections.abc import Iterator
from os import PathLike
from typing import Any, NamedTuple

from pydantic import AliasChoices, AliasPath, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.field_type import nested_model

MADE = object()
"""The default of a setting inside a model that a function makes."""


class Spelling(NamedTuple):
    """One name under which a settings class reads one of its settings.

    Attributes:
        name: The name, in upper case if the class ignores case.
        setting: The path of attributes that it sets: `("database", "port")`.
        field: pydantic's description of the last of them.
        names: All names of the setting, before case is normalised.
        inside: The models around it.
        default_around: What the default of the surrounding model holds for it, if there is one; `MADE` if a function
            makes that.
        absent_around: The name of the innermost model around it that is not there by default; empty if there is none.
    """

    name: str
    setting: tuple[str, ...]
    field: FieldInfo
    names: list[str]
    inside: tuple[type, ...]
    default_around: Any
    absent_around: str


def reference_of(settings_class: type[BaseSettings]) -> str:
    """Return how the class is named on the command line: `config.settings:Settings`."""
    return f"{settings_class.__module__}:{settings_class.__qualname__}"


def paths_of(named: Any) -> tuple[str, ...]:
    """Return the paths that a configuration names: one, several or none."""
    return tuple(map(str, (named,) if isinstance(named, str | PathLike) else named or ()))


def in_capitals(name: str) -> str:
    """Return `name` in upper case, unless that is another name: the capitals of `straße` are those of `strasse`."""
    capitals = name.upper()
    return capitals if name.isascii() or capitals.lower() == name.lower() else name.lower()


def spellings_of(settings_class: type[BaseSettings]) -> Iterator[Spelling]:
    """Yield the names that `settings_class` reads, in the order of its fields; not those of classes nested in it."""
    for field in settings_class.model_fields:
        yield from spellings_of_field(settings_class, field, settings_class.model_config)


def spellings_of_field(
    settings_class: type[BaseSettings], field: str, config: SettingsConfigDict
) -> Iterator[Spelling]:
    """Yield the names for one field and what is nested in it, in the order in which the class looks for them.

    Args:
        settings_class: The class.
        field: The field.
        config: How the class reads names.
    """
    info = settings_class.model_fields[field]
    names = [
        name for each in _environment_names(settings_class, field, config) for name in _led_into(config, each, info, 1)
    ]
    yield from _nested(config, names, (field,), info, (settings_class,))


def _nested(  # noqa: PLR0917 - each is as needed as the others
    config: SettingsConfigDict,
    names: list[str],
    setting: tuple[str, ...],
    info: FieldInfo,
    inside: tuple[type, ...],
    default: Any = PydanticUndefined,
    absent: str = "",
) -> Iterator[Spelling]:
    """Yield `names`, those of one setting, each with those of the settings nested in it.

    Args:
        config: How the class reads names.
        names: The names, before case is normalised.
        setting: The path of attributes that they set.
        info: pydantic's description of the last of them.
        inside: The models around it; a model that nests itself would never end.
        default: What the default of the surrounding model holds for it, if there is one.
        absent: The innermost model around it that is not there by default.
    """
    delimiter = config.get("env_nested_delimiter")
    model = nested_model(info) if delimiter else None
    for each in names:
        name = each if config.get("case_sensitive") else in_capitals(each)
        yield Spelling(name, setting, info, names, inside, default, absent)
        if model is None or not delimiter or model in inside or holds_parts(info, each, delimiter):
            continue
        own = _default_of(info, model) if default is PydanticUndefined else default
        is_there = own is PydanticUndefined or own is MADE or isinstance(own, BaseModel)
        seen = dict[str, str]()
        for key, part in model.model_fields.items():
            aliases = keys_of(key, part, model)
            # Of fields whose names differ in case alone, a name in any case sets the first.
            is_second = seen.setdefault(key.upper(), key) != key and not config.get("case_sensitive")
            within = [
                longer
                for alias in aliases
                if _can_be_set(config, alias, len(setting)) and not (is_second and alias == key)
                for longer in _led_into(config, f"{each}{delimiter}{alias}", part, len(setting) + 1)
            ]
            around = absent if is_there else name
            yield from _nested(config, within, (*setting, key), part, (*inside, model), _held(own, key), around)


def _default_of(info: FieldInfo, model: type[BaseModel]) -> Any:
    """Return the default of a field that holds a `model`; if that itself makes it, its fields have their own."""
    return MADE if info.default_factory not in {None, model} else info.default


def _held(default: Any, name: str) -> Any:
    """Return what a default holds for the field `name`; nothing if it is not a model."""
    if default is MADE:
        return MADE
    return getattr(default, name, PydanticUndefined) if isinstance(default, BaseModel) else PydanticUndefined


def _led_into(config: SettingsConfigDict, name: str, info: FieldInfo, depth: int) -> list[str]:
    """Return `name` and the names of the keys through which an alias path leads from it, the innermost first.

    They count in this order. Keys are found as variables spell them, and unless case matters, that is in lower case.
    """
    names, delimiter = [name], config.get("env_nested_delimiter")
    if info.validation_alias is None or not delimiter:
        return names
    path = next((each.path for each in alias_paths(info) if name.endswith(str(each.path[0]))), [])
    for key in path[1:]:
        is_spelled = isinstance(key, str) and (config.get("case_sensitive") or key.islower())
        if not is_spelled or not _can_be_set(config, str(key), depth):
            break
        names, depth = [f"{names[0]}{delimiter}{key}", *names], depth + 1
    return names


def _can_be_set(config: SettingsConfigDict, alias: str, depth: int) -> bool:
    """Return whether pydantic-settings finds the key `alias`, this many models deep, in the name of a variable.

    It splits what follows the outermost name at each delimiter, or only at the first ones (`env_nested_max_split`).
    """
    most = config.get("env_nested_max_split")
    if most and depth >= most:
        return depth == most
    return (config.get("env_nested_delimiter") or "").casefold() not in alias.casefold()


def _environment_names(settings_class: type[BaseSettings], field: str, config: SettingsConfigDict) -> list[str]:
    """Return the variables for `field`, in the order in which the class looks for them.

    This is what pydantic-settings documents under "Environment variable names": a prefix belongs to
    the field's own name unless `env_prefix_target` gives it to aliases too.
    """
    prefix = config.get("env_prefix") or ""
    target = config.get("env_prefix_target") or "variable"
    aliases = _aliases(settings_class.model_fields[field], settings_class)
    names = [f"{prefix}{each}" if target in {"all", "alias"} else each for each in aliases]
    if not names or takes_names(settings_class):
        names.append(f"{prefix}{field}" if target in {"all", "variable"} else field)
    return names


def keys_of(name: str, info: FieldInfo, model: type[BaseModel]) -> list[str]:
    """Return the keys under which `model` accepts the field `name`: what pydantic documents under "Alias"."""
    keys = _aliases(info, model)
    return [*keys, name] if not keys or takes_names(model) else keys


def alias_paths(info: FieldInfo) -> list[AliasPath]:
    """Return the aliases of a field that lead into the value of a key."""
    alias = info.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return [each for each in choices if isinstance(each, AliasPath)]


def holds_parts(info: FieldInfo, name: str, delimiter: str) -> bool:
    """Return whether an alias takes a field from inside the value of the variable `name`, which may hold others too."""
    for path in (each.path for each in alias_paths(info)):
        for depth in range(1, len(path)):
            keys = [str(key) for key in path[:depth] if isinstance(key, str)]
            is_name = len(keys) == depth and (depth == 1 or bool(delimiter))
            if is_name and name.casefold().endswith(delimiter.join(keys).casefold()):
                return True
    return False


def keys_led_into(info: FieldInfo) -> list[str]:
    """Return the keys that lead into the values of such keys."""
    return [str(key) for each in alias_paths(info) for key in each.path[1:]]


def _aliases(info: FieldInfo, model: type[BaseModel]) -> list[str]:
    """Return the aliases of a field of `model`; for an alias path, its first key."""
    alias = info.validation_alias if model.model_config.get("validate_by_alias", True) else None
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias] if alias else []
    return [each if isinstance(each, str) else str(each.path[0]) for each in choices]


def takes_names(model: type[BaseModel]) -> bool:
    """Return whether a field that has an alias is also known under its own name."""
    return bool(model.model_config.get("validate_by_name") or model.model_config.get("populate_by_name"))
