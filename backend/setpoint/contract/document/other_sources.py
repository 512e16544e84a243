"""Finds out whether a settings class has values from other sources than variables: other files, or its own code."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
)

from setpoint.contract.app_code import AppCode
from setpoint.contract.file_variables import FileVariables
from setpoint.contract.file_variables_source import FileVariablesSource
from setpoint.contract.settings_class import SettingsContract

_OF_VARIABLES = (EnvSettingsSource, DotEnvSettingsSource, SecretsSettingsSource, FileVariablesSource)
_GIVEN = ("init_settings", "env_settings", "dotenv_settings", "file_secret_settings")
_LIBRARIES = {"pydantic", "pydantic_settings", "setpoint"}


class Elsewhere(IntEnum):
    """The precedence of other sources over variables."""

    NOTHING = 0
    UNDER_VARIABLES = 1
    OVER_VARIABLES = 2


def elsewhere(contract: SettingsContract) -> Elsewhere:
    """Return the strongest other source of a class, or of a class that builds the value of a field."""
    parts = (SettingsContract.of(each.settings_class) for each in contract.parts)
    own = _of_class(contract.settings_class)
    return max([own, *(elsewhere(each) for each in parts if each.settings_class is not contract.settings_class)])


def has_init_of_its_own(model: type) -> bool:
    """Return whether the app's own code builds a model's instances, which may add values or refuse some."""
    return any({"__init__", "__new__"} & vars(each).keys() for each in _of_app(model))


def checks_when_it_is_made(model: type) -> bool:
    """Return whether the app's own `model_post_init` sees the whole model; private attributes have one as well."""
    found = (vars(each).get("model_post_init") for each in _of_app(model))
    return any(each is not None and each.__name__ != "init_private_attributes" for each in found)


def _of_app(model: type) -> Iterable[type]:
    return (each for each in model.__mro__[:-1] if each.__module__.partition(".")[0] not in _LIBRARIES)


def _of_class(settings_class: type[BaseSettings]) -> Elsewhere:
    if has_init_of_its_own(settings_class):
        return Elsewhere.OVER_VARIABLES
    customise: Any = settings_class.settings_customise_sources
    if customise.__func__ in {each.settings_customise_sources.__func__ for each in (BaseSettings, FileVariables)}:  # type: ignore[attr-defined]  # bound methods have it
        # A default model provides what variables leave out.
        is_merged = settings_class.model_config.get("nested_model_default_partial_update")
        return Elsewhere.UNDER_VARIABLES if is_merged else Elsewhere.NOTHING
    with AppCode():
        given = _given(settings_class)
        sources = list(customise(settings_class, **dict(zip(_GIVEN, given, strict=True))))
        return _of_sources(sources, given)
    return Elsewhere.OVER_VARIABLES


def _given(settings_class: type[BaseSettings]) -> tuple[PydanticBaseSettingsSource, ...]:
    return (
        InitSettingsSource(settings_class, {}),
        EnvSettingsSource(settings_class),
        DotEnvSettingsSource(settings_class, env_file=None),
        SecretsSettingsSource(settings_class, secrets_dir=None),
    )


def _of_sources(sources: list[Any], given: tuple[PydanticBaseSettingsSource, ...]) -> Elsewhere:
    """Return the precedence of `sources`, of which the `given` ones are pydantic-settings' own."""
    init, env, dotenv, secrets = given
    if env not in sources:
        return Elsewhere.OVER_VARIABLES
    others = [each for each in sources if each is not init and type(each) not in _OF_VARIABLES]
    over = sources[: sources.index(env)]
    if any(each in over for each in others) or secrets in over:
        return Elsewhere.OVER_VARIABLES
    return Elsewhere.UNDER_VARIABLES if others or dotenv in sources[: sources.index(env)] else Elsewhere.NOTHING
