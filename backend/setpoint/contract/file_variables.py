"""Lets a settings class take `NAME_FILE`, the path of a file that holds the value of `NAME`."""

from typing import ClassVar

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from setpoint.contract.file_variables_source import FileVariablesSource


class FileVariables(BaseSettings):
    """A settings class that takes each of its variables from a file as well, as many images do.

    `DB_PASSWORD_FILE=/run/secrets/db` gives `DB_PASSWORD` what is in that file, without whitespace and line
    ends around it. `DB_PASSWORD` itself wins, wherever it is set; a secrets directory comes after both.
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
