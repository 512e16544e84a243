"""What a class does by itself is heard: reading on its own, validators that raise, what follows validation."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    SettingsConfigDict,
)

from setpoint.application.gathering import of_a_start, of_files
from setpoint.check.checking import check
from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.sources.env_file import parse_env_file, read_env_file
from support.checking import messages

NO_PROJECT = Project(Path("/"))


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _given(settings_class: type[BaseSettings], content: str, *directories: str, loader: str | None = None) -> Report:
    files = (parse_env_file("prod.env", content.encode(), {}, loader),)
    return check(of_files(SettingsContract.of(settings_class), files, None, NO_PROJECT, directories=directories))


class OwnReading(BaseSettings):
    """Its `__init__` reads names in another way than its configuration says."""

    port: int = 1

    def __init__(self, **values: Any) -> None:
        super().__init__(_env_prefix="OWN_", **values)


def test_what_cannot_be_seen_from_outside_is_not_judged() -> None:
    """It says what to change instead."""
    with pytest.raises(UnableError, match="passes `_env_prefix` itself; put it into `model_config` instead"):
        _given(OwnReading, "PORT=x\n")


class InItsEncoding(BaseSettings):
    """Its `__init__` names the encoding of its env file, or another secrets directory."""

    model_config = SettingsConfigDict(env_file=".env")
    name: str = "none"
    token: SecretStr = SecretStr("none")

    def __init__(self, **values: Any) -> None:
        super().__init__(_env_file_encoding="latin-1", **values)


class InUtf8(InItsEncoding):
    """It says what is so anyway."""

    def __init__(self, **values: Any) -> None:
        super(InItsEncoding, self).__init__(_env_file_encoding="utf8", **values)


class ReadsNoFile(InItsEncoding):
    """Some other program reads the files for it."""

    model_config = SettingsConfigDict(env_file=None)


def test_a_file_is_not_judged_in_another_encoding_than_that_of_the_class() -> None:
    """It has been decoded before the class can say how; its own file, at a start, is read as it says."""
    with pytest.raises(UnableError, match="passes `_env_file_encoding` itself; put it into `model_config` instead"):
        _given(InItsEncoding, "NAME=x\n")
    Path(".env").write_bytes(b"NAME=caf\xe9\n")
    started = of_a_start(SettingsContract.of(InItsEncoding), {}, NO_PROJECT).validated.settings
    assert isinstance(started, InItsEncoding)
    assert started.name == "caf\xe9"
    assert messages(_given(InUtf8, "NAME=x\n")) == messages(_given(ReadsNoFile, "NAME=x\n")) == []


class InItsDirectory(BaseSettings):
    """Its `__init__` names the secrets directory."""

    token: SecretStr

    def __init__(self, **values: Any) -> None:
        super().__init__(_secrets_dir="secrets", **values)


def test_a_secrets_directory_that_code_names_may_hold_what_is_missing() -> None:
    """It is on another machine, as one is that the configuration names."""
    Path("secrets").mkdir()
    Path("secrets/token").write_text("q8Zr2vLkT0")
    (found,) = _given(InItsDirectory, "").diagnostics
    assert (found.code, found.severity, "it may be in `secrets`" in str(found.hint)) == (
        "SP302",
        Severity.WARNING,
        True,
    )
    assert messages(_given(InItsDirectory, "", "secrets")) == []
    assert messages(check(of_a_start(SettingsContract.of(InItsDirectory), {}, NO_PROJECT))) == []


class Raising(BaseSettings):
    """A validator raises what refuses nothing."""

    first: int = 1
    second: int = 2

    @field_validator("*")
    @classmethod
    def _raise(cls, value: int) -> int:
        if value > 10:
            raise OSError
        return value


def test_each_validator_that_raises_anything_is_told() -> None:
    """One does not hide another, nor a value that is no integer."""
    assert [each.variable for each in _given(Raising, "FIRST=11\nSECOND=12\n").diagnostics] == ["FIRST", "SECOND"]
    assert [each.variable for each in _given(Raising, "FIRST=11\nSECOND=x\n").diagnostics] == ["FIRST", "SECOND"]


class FinishedByHand(BaseSettings):
    """What it does after validation may refuse as well."""

    low: int = 1
    high: int = 2

    def model_post_init(self, _: Any) -> None:
        """Refuse."""
        if self.low > self.high:
            message = "LOW must not exceed HIGH"
            raise ValueError(message)


def test_what_is_done_after_validation_is_heard() -> None:
    """It is a check across fields like others."""
    assert messages(_given(FinishedByHand, "LOW=5\n")) == ["LOW must not exceed HIGH"]


class Watching(BaseSettings):
    """It says what it sees."""

    seen: str = Field("", validation_alias="SEEN")

    @field_validator("seen", mode="before")
    @classmethod
    def _look(cls, _: str) -> str:
        return os.environ.get("OUTSIDE", "nothing")

    model_config = SettingsConfigDict(validate_default=True)


def test_a_start_leaves_the_environment_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other threads of the process go on reading it."""
    monkeypatch.setenv("OUTSIDE", "here")
    changes: list[bool] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            changes.append(os.environ.get("OUTSIDE") != "here")

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):
        settings = of_a_start(SettingsContract.of(Watching), dict(os.environ), NO_PROJECT).validated.settings
        assert isinstance(settings, Watching)
        assert settings.seen == "here"
    stop.set()
    watcher.join()
    assert not any(changes)
    assert read_env_file("nowhere", {}).trouble is not None
