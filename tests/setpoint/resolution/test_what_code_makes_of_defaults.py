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
    words: dict[str, str] | Pool = Pool()
    pool: Pool | bool = Pool(size=2)
    group: Group = Group()
    other: Group | str = "none"
    port: int = 1


SHOWN = {
    "FLAG": "false",
    "NONE": "(unset)",
    "KEYS": "{}",
    "WORDS__SIZE": "1",
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
        ({"KEYS__WIDTH": "3"}, [], {"KEYS": "{}", "KEYS__SIZE": "1"}),
        ({"WORDS__WIDTH": "3"}, ["WORDS__SIZE"], {"WORDS__WIDTH": "3"}),
        ({"WORDS": '{"width": "3"}'}, ["WORDS__SIZE"], {"WORDS": '{"width": "3"}'}),
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


class IgnoresEmpty(BaseSettings):
    """To it, an empty text is none."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_ignore_empty=True)

    pool: Pool = Pool()
    needed: Pool


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", {"POOL__SIZE": "1", "NEEDED": "(missing)"}),
        ("POOL=", {"POOL": '{"size": 1}', "NEEDED": "(missing)"}),
        ("POOL=\nPOOL__SIZE=2", {"POOL": "(unset)", "POOL__SIZE": "2", "NEEDED": "(missing)"}),
        ("NEEDED=\nNEEDED__SIZE=2", {"POOL__SIZE": "1", "NEEDED": "(unset)", "NEEDED__SIZE": "2"}),
    ],
)
def test_a_model_of_which_parts_are_set_is_at_no_default(text: str, shown: dict[str, str]) -> None:
    """It may be told of because of a text that does not count, and is not there if it has to be set."""
    file = parse_env_file("1.env", text.encode(), {})
    subject = Subject(SettingsContract.of(IgnoresEmpty), Gathered((file,)))
    assert {each.name: value_in_words(subject, each) for each in provenances(subject)} == shown


def test_what_a_value_without_parts_hides_is_no_default() -> None:
    """A weaker source has a part of a model, in place of which the class takes a flag."""
    file = parse_env_file(".env", b"FLAG__SIZE=3\n", {})
    subject = Subject(SettingsContract.of(Either), Gathered((file,), ProcessEnvironment({"FLAG": "true"})))
    found = {each.name: (value_in_words(subject, each), len(each.shadowed)) for each in provenances(subject)}
    assert (found["FLAG"], found["FLAG__SIZE"]) == (("true", 0), ("(unset)", 1))


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "NONE is unset"),
        ({"NONE": '{"size": 2}'}, 'NONE is {"size": 2} (process environment)'),
        ({"NONE": "null"}, "NONE is null (process environment)"),
    ],
)
def test_explain_tells_of_the_value_around_a_part(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    """If it is not there, the part has no value; if it is set as a whole, the part is set with it."""
    lines = [
        "import pydantic, pydantic_settings",
        "class Pool(pydantic.BaseModel):",
        "    size: int = 1",
        "class Settings(pydantic_settings.BaseSettings, env_nested_delimiter='__'):",
        "    none: Pool | None = None",
    ]
    (tmp_path / "own.py").write_text("\n".join(lines))
    done = run_setpoint("explain", "NONE__SIZE", "--settings", "own:Settings", environment=variables, cwd=tmp_path)
    assert done.stdout.decode().splitlines()[-1] == said


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
