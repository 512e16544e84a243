"""The contract of an app that has none: no variable is known, so a file is checked only for its syntax."""

from pydantic_settings import BaseSettings

from setpoint.contract.settings_class import SettingsContract

ANY_NAME = ("*",)
"""The pattern of names that other programs read, to go with it."""


class _NoSettings(BaseSettings):
    """Has no settings."""


def no_settings() -> SettingsContract:
    """Return the contract."""
    return SettingsContract.of(_NoSettings)
