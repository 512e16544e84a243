"""A default is shown if the app has it: not if code replaces it, nor parts of a model that the value is not."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from pydantic import BaseModel, ByteSize, HttpUrl, ModelWrapValidatorHandler, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.cli.shown_setting import value_in_words
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from support.checking import run_setpoint


class ByFieldValidator(BaseSettings):
    """A validator of the field looks at its default, too."""

    host: str = "localhost"

    @field_validator("host")
    @classmethod
    def qualified(cls, value: str) -> str:
        """Add a domain."""
        return f"{value}.example"


class ByModelValidator(BaseSettings):
    """A validator of the class fills in what is not set."""

    debug: bool | None = None
    host: str = "localhost"

    @model_validator(mode="after")
    def filled(self) -> Self:
        """Fill it in."""
        self.debug = self.debug is None or self.debug
        return self


class AroundAll(BaseSettings):
    """A validator around the class adds to what is given."""

    host: str = "localhost"

    @model_validator(mode="wrap")
    @classmethod
    def added(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Add it."""
        return handler({"host": "added", **data})


class AfterInit(BaseSettings):
    """It is filled in once all else is there."""

    host: str = ""

    def model_post_init(self, _: Any, /) -> None:
        """Fill it in."""
        self.host = self.host or "made"


class Pool(BaseModel):
    """A part."""

    size: int = 1


class ByTypeAlone(BaseSettings):
    """Defaults of other types than those of the fields."""

    timeout: float = 30
    wait: timedelta = 5  # type: ignore[assignment]
    size: ByteSize = "1MB"  # type: ignore[assignment]
    folder: Path = "data"  # type: ignore[assignment]
    origins: list[HttpUrl] = ["http://a.example"]  # type: ignore[list-item]
    pool: Pool = {"size": "7"}  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("settings_class", "shown"),
    [
        (ByFieldValidator, {"HOST": "(computed)"}),
        (ByModelValidator, {"DEBUG": "(computed)", "HOST": "localhost"}),
        (AroundAll, {"HOST": "(computed)"}),
        (AfterInit, {"HOST": "(computed)"}),
        (ByTypeAlone, {"TIMEOUT": "30", "WAIT": "5", "SIZE": "1MB", "FOLDER": "data"}),
    ],
)
def test_a_default_is_shown_if_the_app_has_it(settings_class: type[BaseSettings], shown: dict[str, str]) -> None:
    """What code makes instead may be put together from anything, secrets included."""
    subject = Subject(SettingsContract.of(settings_class), Gathered(environment=ProcessEnvironment({})))
    found = {each.name: value_in_words(subject, each) for each in provenances(subject)}
    assert {name: found[name] for name in shown} == shown


class Group(BaseModel):
    """A part that may have a part."""

    pool: Pool | None = None
    name: str = "n"


class Either(BaseSettings):
    """Its values may be models, or something else."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    flag: Pool | bool = False
    none: Pool | None = None
    keys: Pool | dict[str, int] = {}
    pool: Pool | bool = Pool(size=2)
    group: Group = Group()
    other: Group | str = "none"
    port: int = 1


SHOWN = {
    "FLAG": "false",
    "NONE": "(unset)",
    "KEYS": "{}",
    "POOL__SIZE": "2",
    "GROUP__POOL": "(unset)",
    "GROUP__NAME": "n",
    "OTHER": "none",
    "PORT": "1",
}


@pytest.mark.parametrize(
    ("environment", "replaced", "added"),
    [
        ({}, [], {}),
        ({"PORT": "x"}, [], {"PORT": "x"}),
        ({"FLAG": "true", "POOL": "true"}, ["POOL__SIZE"], {"FLAG": "true", "POOL": "true"}),
        ({"FLAG__SIZE": "3"}, ["FLAG"], {"FLAG__SIZE": "3"}),
        ({"FLAG__SIZE": "x"}, ["FLAG"], {"FLAG__SIZE": "x"}),
        ({"NONE__SIZE": "3"}, ["NONE"], {"NONE__SIZE": "3"}),
        ({"GROUP__POOL__SIZE": "3"}, ["GROUP__POOL"], {"GROUP__POOL__SIZE": "3"}),
        ({"OTHER__NAME": "o"}, ["OTHER"], {"OTHER__NAME": "o", "OTHER__POOL": "(unset)"}),
        ({"OTHER__POOL__SIZE": "3"}, ["OTHER"], {"OTHER__NAME": "n", "OTHER__POOL__SIZE": "3"}),
    ],
)
def test_parts_are_shown_if_the_value_is_a_model(
    environment: dict[str, str], replaced: list[str], added: dict[str, str]
) -> None:
    """Otherwise the value itself is, as it has no parts."""
    subject = Subject(SettingsContract.of(Either), Gathered(environment=ProcessEnvironment(environment)))
    found = {each.name: value_in_words(subject, each) for each in provenances(subject)}
    assert found == {name: text for name, text in SHOWN.items() if name not in replaced} | added


def test_what_a_value_without_parts_hides_is_no_default() -> None:
    """A weaker source has a part of a model, in place of which the class takes a flag."""
    file = parse_env_file(".env", b"FLAG__SIZE=3\n", {})
    subject = Subject(SettingsContract.of(Either), Gathered((file,), ProcessEnvironment({"FLAG": "true"})))
    found = {each.name: (value_in_words(subject, each), len(each.shadowed)) for each in provenances(subject)}
    assert (found["FLAG"], found["FLAG__SIZE"]) == (("true", 0), ("(unset)", 1))


def test_explain_tells_that_code_has_replaced_a_default(tmp_path: Path) -> None:
    """Beside the default that the class declares."""
    lines = [
        "import pydantic, pydantic_settings",
        "class Settings(pydantic_settings.BaseSettings):",
        "    host: str = 'a'",
    ]
    lines += ["    def model_post_init(self, _): self.host += 'b'"]
    (tmp_path / "own.py").write_text("\n".join(lines))
    done = run_setpoint("explain", "HOST", "--settings", "own:Settings", cwd=tmp_path)
    assert done.stdout.decode().splitlines()[-1] == "HOST is computed by code of the settings class"
