"""Lists the variables that a settings class reads: those of its fields, and of classes that build values for them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, ForceDecode, NoDecode, SettingsConfigDict

from setpoint.contract import field_type, secrecy
from setpoint.contract.alias import aliases, keys_of, takes_names
from setpoint.contract.made_at_import import values_given_to
from setpoint.contract.variable import MADE, Variable

Make = Callable[[], Any]


class Part(NamedTuple):
    """A field whose value another settings class builds from its own variables, unless a source sets it.

    Attributes:
        setting: The path of the field, which may be inside a model.
        settings_class: The other class.
        make: What builds the value if no source sets it; None if a source must.
    """

    setting: tuple[str, ...]
    settings_class: type[BaseSettings]
    make: Make | None


def parts_of(model: type[BaseModel], place: tuple[str, ...] = (), around: tuple[type, ...] = ()) -> Iterator[Part]:
    """Yield the fields whose values other settings classes build, including those of models inside `model`."""
    for name, info in model.model_fields.items():
        nested = field_type.nested_model(info)
        if nested is None or nested in (model, *around):
            continue
        if not issubclass(nested, BaseSettings):
            yield from parts_of(nested, (*place, name), (model, *around))
        elif info.default_factory is not None and not info.default_factory_takes_validated_data:
            yield Part((*place, name), nested, cast(Make, info.default_factory))
        elif isinstance(info.default, BaseSettings):
            yield Part((*place, name), nested, partial(type(info.default), **values_given_to(info.default)))
        else:
            yield Part((*place, name), nested, None)


def variables_of(
    settings_class: type[BaseSettings], around: tuple[type, ...] = (), config: SettingsConfigDict | None = None
) -> Iterator[Variable]:
    """Yield the variables that `settings_class` reads, in the order of its fields.

    Args:
        settings_class: The class.
        around: The classes in which it is nested.
        config: How it reads names; by default, as it says itself.
    """
    inside, config = (settings_class, *around), config or settings_class.model_config
    parts = [each for each in parts_of(settings_class) if each.settings_class not in inside]
    for name, info in settings_class.model_fields.items():
        of_field = [each for each in parts if each.setting[0] == name]
        own = [variable for part in of_field for variable in _of_part(part, inside)]
        spellings = environment_names(settings_class, name, info, config)
        nested = _nested(config, spellings, (name,), info, (settings_class,))
        # The variables of the class that builds the value come first; the others override it.
        yield from (*own, *nested) if all(each.make for each in of_field) else (*nested, *own)


def _of_part(part: Part, around: tuple[type, ...]) -> Iterator[Variable]:
    for each in variables_of(part.settings_class, around):
        yield each._replace(setting=(*part.setting, *each.setting), reader=each.reader or part.settings_class)


def _nested(  # noqa: PLR0917 - each is as needed as the others
    config: SettingsConfigDict,
    names: list[str],
    setting: tuple[str, ...],
    info: FieldInfo,
    inside: tuple[type, ...],
    default: Any = PydanticUndefined,
) -> Iterator[Variable]:
    """Yield the variables `names` of one setting, each with those of the settings nested in it.

    Args:
        config: The configuration of the settings class.
        names: The variables' names, before case is normalised.
        setting: The path of attributes that they set.
        info: pydantic's description of the last of them.
        inside: The models around it; a model that nests itself would never end.
        default: What the default of the surrounding model holds for it, if there is one.
    """
    model = field_type.nested_model(info)
    delimiter = config.get("env_nested_delimiter")
    # A value is as secret under each of its names.
    prefix = config.get("env_prefix") or ""
    secret = secrecy.is_secret({each.removeprefix(prefix) for each in (setting[-1], *names)}, info)
    for spelling in names:
        yield Variable(
            name=spelling if config.get("case_sensitive") else spelling.upper(),
            setting=setting,
            field=info,
            secret=secret,
            required=info.is_required() and default is PydanticUndefined,
            default_around=default,
            open=field_type.is_open(info) or (model is not None and _has_no_end(model, inside)),
            split_by_class=_is_left_to_validators(config, info) and field_type.takes_json(info),
            takes_names=bool(config.get("env_parse_enums")),
            delimiter=(delimiter if config.get("case_sensitive") else delimiter.upper()) if delimiter else "",
            splits=max(most - len(setting) + 1, 0) if (most := config.get("env_nested_max_split")) else -1,
        )
        if model is None or not delimiter or model in inside:
            continue
        for name, part in model.model_fields.items():
            keys = keys_of(name, part, model)
            within = [f"{spelling}{delimiter}{key}" for key in keys if _can_be_set(config, key, len(setting))]
            held = _held(_default_of(info, model) if default is PydanticUndefined else default, name)
            yield from _nested(config, within, (*setting, name), part, (*inside, model), held)


def _default_of(info: FieldInfo, model: type[BaseModel]) -> Any:
    """Return the default of a field that holds a `model`; if that itself makes it, its fields have their own."""
    return MADE if info.default_factory not in {None, model} else info.default


def _held(default: Any, name: str) -> Any:
    """Return what a default holds for the field `name`; nothing if it is not a model."""
    if default is MADE:
        return MADE
    return getattr(default, name, PydanticUndefined) if isinstance(default, BaseModel) else PydanticUndefined


def _can_be_set(config: SettingsConfigDict, alias: str, depth: int) -> bool:
    """Return whether pydantic-settings finds the key `alias`, this many models deep, in the name of a variable.

    It splits what follows the outermost name at each delimiter, or only at the first ones (`env_nested_max_split`).
    """
    most = config.get("env_nested_max_split")
    if most and depth >= most:
        return depth == most
    return (config.get("env_nested_delimiter") or "").casefold() not in alias.casefold()


def _has_no_end(model: type[BaseModel], inside: tuple[type, ...]) -> bool:
    """Return whether the settings nested in `model` can't all be listed, because it accepts any key or nests itself."""
    return model in inside or model.model_config.get("extra") == "allow"


def _is_left_to_validators(config: SettingsConfigDict, info: FieldInfo) -> bool:
    """Return whether pydantic-settings passes on the text unchanged, whatever the type."""
    return NoDecode in info.metadata or (config.get("enable_decoding") is False and ForceDecode not in info.metadata)


def environment_names(
    settings_class: type[BaseSettings], name: str, info: FieldInfo, config: SettingsConfigDict
) -> list[str]:
    """Return the variables for the field `name`, in the order in which the class looks for them.

    This is what pydantic-settings documents under "Environment variable names": a prefix belongs to
    the field's own name unless `env_prefix_target` gives it to aliases too.
    """
    prefix = config.get("env_prefix") or ""
    target = config.get("env_prefix_target") or "variable"
    names = [f"{prefix}{each}" if target in {"all", "alias"} else each for each in aliases(info, settings_class)]
    if not names or takes_names(settings_class):
        names.append(f"{prefix}{name}" if target in {"all", "variable"} else name)
    return names
