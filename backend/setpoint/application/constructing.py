"""Builds the settings of an app that is already running, from an environment other than its own."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic_settings import BaseSettings

from setpoint.application.gathering import entries_of_a_start
from setpoint.contract.settings_class import SettingsContract
from setpoint.validation.class_sources import construct
from setpoint.validation.record import Given

AnySettings = TypeVar("AnySettings", bound=BaseSettings)


def construct_settings(settings_class: type[AnySettings], environment: Mapping[str, str]) -> AnySettings:
    """Return what `settings_class` makes of `environment`; raises what the class raises.

    Nothing in this process changes: other threads keep the environment that they have. If the class itself reads
    `os.environ`, it gets that environment too.
    """
    contract = SettingsContract.of(settings_class)
    given = Given(entries_of_a_start(contract, environment), None, secrets_directories=None, is_public=False)
    made = construct(settings_class, given)
    if not isinstance(made, settings_class):
        message = f"`{contract.reference}` returns something other than its own settings"
        raise TypeError(message)
    return made
