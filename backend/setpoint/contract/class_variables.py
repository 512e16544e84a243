"""Lists the variables that a settings class reads: those of its fields, and of classes that build values for them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, ForceDecode, NoDecode, SettingsConfigDict

from setpoint.contract import field_type, secrecy
from setpoint.contract.made_at_import import values_given_to
from setpoint.contract.spelling import Spelling, spellings_of_field
from setpoint.contract.variable import Variable

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
    for name in settings_class.model_fields:
        of_field = [each for each in parts if each.setting[0] == name]
        own = [variable for part in of_field for variable in _of_part(part, inside)]
        nested = [_variable(each, config) for each in spellings_of_field(settings_class, name, config)]
        # The variables of the class that builds the value come first; the others override it.
        yield from (*own, *nested) if all(each.make for each in of_field) else (*nested, *own)


def _of_part(part: Part, around: tuple[type, ...]) -> Iterator[Variable]:
    for each in variables_of(part.settings_class, around):
        yield each._replace(setting=(*part.setting, *each.setting), reader=each.reader or part.settings_class)


def _variable(spelling: Spelling, config: SettingsConfigDict) -> Variable:
    """Return what is known about the setting that has this name."""
    info, default = spelling.field, spelling.default_around
    model = field_type.nested_model(info)
    delimiter, prefix = config.get("env_nested_delimiter"), config.get("env_prefix") or ""
    # A value is as secret under each of its names.
    names = {each.removeprefix(prefix) for each in (spelling.setting[-1], *spelling.names)}
    return Variable(
        name=spelling.name,
        setting=spelling.setting,
        field=info,
        secret=secrecy.is_secret(names, info),
        required=info.is_required() and default is PydanticUndefined,
        default_around=default,
        absent_around=spelling.absent_around,
        open=field_type.is_open(info) or (model is not None and _has_no_end(model, spelling.inside)),
        split_by_class=_is_left_to_validators(config, info) and field_type.takes_json(info),
        takes_names=bool(config.get("env_parse_enums")),
        delimiter=(delimiter if config.get("case_sensitive") else delimiter.upper()) if delimiter else "",
        splits=max(most - len(spelling.setting) + 1, 0) if (most := config.get("env_nested_max_split")) else -1,
    )


def _has_no_end(model: type[BaseModel], inside: tuple[type, ...]) -> bool:
    """Return whether the settings nested in `model` can't all be listed, because it accepts any key or nests itself."""
    return model in inside or model.model_config.get("extra") == "allow"


def _is_left_to_validators(config: SettingsConfigDict, info: FieldInfo) -> bool:
    """Return whether pydantic-settings passes on the text unchanged, whatever the type."""
    return NoDecode in info.metadata or (config.get("enable_decoding") is False and ForceDecode not in info.metadata)
