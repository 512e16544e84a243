"""Lets a settings class accept `NAME_FILE`, the path of a file that holds the value of `NAME`."""

from typing import ClassVar

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from setpoint.contract.file_variables_source import FileVariablesSource


class FileVariables(BaseSettings):
    """A settings class that can also read each of its variables from a file, as many images do.

    `DB_PASSWORD_FILE=/run/secrets/db` sets `DB_PASSWORD` to the content of that file, without whitespace and line
    endings around it. `DB_PASSWORD` itself takes precedence, wherever it is set; a secrets directory comes after both.
    """

    reads_file_variables: ClassVar[bool] = True

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the files after the environment and the env file, and before secrets directories."""
        files = FileVariablesSource(settings_cls, (dotenv_settings, env_settings))
        return init_settings, env_settings, dotenv_settings, files, file_secret_settings
