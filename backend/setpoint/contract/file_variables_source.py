"""Reads the files that `NAME_FILE` variables name, as a source of a settings class."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsError


class FileVariablesSource(EnvSettingsSource):
    """The contents of the files that the variables of other sources name.

    Attributes:
        paths: The variables that name files, each with its value.
    """

    def __init__(self, settings_cls: type[BaseSettings], sources: tuple[PydanticBaseSettingsSource, ...]) -> None:
        from setpoint.contract.settings_class import SettingsContract  # noqa: PLC0415 - only for those who have one

        contract = SettingsContract.of(settings_cls)
        self.paths: dict[str, str] = {}
        for source in sources:
            if isinstance(source, EnvSettingsSource):
                found = {name: path for name, path in source.env_vars.items() if path and contract.from_file(name)}
                self.paths |= found
                # A class that forbids unknown names would refuse them in its env file.
                source.env_vars = {name: value for name, value in source.env_vars.items() if name not in found}
        super().__init__(settings_cls)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {}

    def __call__(self) -> dict[str, Any]:
        """Return the contents of the files."""
        self.env_vars = {name[: -len("_FILE")]: _content(name, path) for name, path in self.paths.items()}
        return super().__call__()


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"`{name.upper()}` names a file that cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        message = f"`{name.upper()}` names a file that is not UTF-8"
    raise SettingsError(message)
