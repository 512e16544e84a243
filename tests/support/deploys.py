"""Types commands on deploy files, in a folder of their own."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from setpoint.cli.main import main

SETTINGS = '''\
"""The settings of a shop."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class Shop(BaseSettings):
    """What the web process needs."""

    database_url: SecretStr
    port: int = Field(8000, ge=1, le=65_535)
    log_level: Literal["DEBUG", "INFO"] = "INFO"
    tax: float = 0.1
    host: str = "localhost"
    api_token: SecretStr | None = None


class Worker(BaseSettings):
    """What the worker needs."""

    database_url: SecretStr
    queue: str
'''
"""`shop_settings.py`, which the projects of tests have."""


class Typed:
    """A folder in which commands are typed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def write(self, files: Mapping[str, str]) -> None:
        """Write `files`, by their paths."""
        for path, text in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text, encoding="utf-8")

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Return exit status, standard output and standard error of a command."""
        try:
            status = main(list(words))
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *self._capsys.readouterr()
