"""Of several names of a setting, the one that the class passes over is told, and no other."""

import os
import time
from typing import Any

import pytest
from pydantic import AliasChoices, BaseModel, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.cli.shown_setting import value_in_words
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.resolution.unread_variables import unread_variables
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered
from support.checking import checked
from support.differential.catalogue import names, nesting


class Server(BaseModel):
    """A part."""

    port: int = 1


class Renamed(BaseSettings):
    """What is around a part has two names, and a part of the part another one."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", populate_by_name=True)

    server: Server = Field(Server(), alias="srv")
    LEVEL: int = Field(1, validation_alias=AliasChoices("LOG_LEVEL", "LEVEL"))


class Parts(BaseSettings):
    """Its part reads variables of its own, and gets what is set here over them."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    db: nesting._PrefixedDb = Field(default_factory=nesting._PrefixedDb)


class Aliased(BaseSettings):
    """Fields whose variables are not called like them."""

    model_config = SettingsConfigDict(env_prefix="APP_", extra="ignore")

    api_key: str = Field("", alias="SERVICE_KEY", deprecated=True)
    port: int = Field(1, validation_alias=AliasChoices("HTTP_PORT", "WEB_PORT"))  # type: ignore[pydantic-alias]


@pytest.mark.parametrize(
    ("name", "severity", "variable"),
    [
        ("API_KEY", "warning", "SERVICE_KEY"),
        ("APP_API_KEY", "error", "SERVICE_KEY"),
        ("PORT", "warning", "HTTP_PORT"),
        ("APP_PORT", "error", "HTTP_PORT"),
    ],
)
def test_who_writes_the_name_of_a_field_is_told_that_of_its_variable(name: str, severity: str, variable: str) -> None:
    """It looks right in the class, and has no effect."""
    (found,) = checked(f"{name}=1\n", settings_class=Aliased).diagnostics
    assert (found.code, found.severity.value) == ("SP301", severity)
    assert found.label == f"the class reads the setting of this name as `{variable}`"


def test_a_field_that_is_deprecated_without_a_word_has_no_hint() -> None:
    """It was `deprecated`."""
    (found,) = checked("SERVICE_KEY=abc\n", settings_class=Aliased).diagnostics
    assert (found.code, found.hint) == ("SP304", None)


TOLD: list[tuple[type[BaseSettings], str, list[str]]] = [
    (Renamed, "LOG_LEVEL=1\nLEVEL=2\n", ["warning `LEVEL` has no effect"]),
    (Renamed, "LEVEL=2\nLOG_LEVEL=1\n", ["warning `LEVEL` has no effect"]),
    (Renamed, "LEVEL=2\n", ["info `LEVEL` is another name of `LOG_LEVEL`"]),
    (Renamed, "SRV__PORT=1\nSERVER__PORT=2\n", ["warning `SRV__PORT` has no effect"]),
    (Renamed, "SERVER__PORT=2\nSRV__PORT=1\n", ["warning `SERVER__PORT` has no effect"]),
    (Parts, "DB__PORT=1\nDB_PORT=2\n", ["warning `DB_PORT` has no effect"]),
    (Parts, "DB__PORT=1\n", []),
    (Parts, "DB_PORT=1\n", []),
    (names.OneVariableForTwo, "PORT=1\nWEB_PORT=2\n", ["info `PORT` is another name of `API_PORT`"]),
    (names.OneVariableForTwo, "PORT=1\nWEB_PORT=2\nAPI_PORT=3\n", ["warning `PORT` has no effect"]),
    (names.OneVariableForTwo, "PORT=1\n", ["info `PORT` is another name of `API_PORT`"]),
]


@pytest.mark.parametrize(("settings_class", "content", "told"), TOLD, ids=map(str, range(len(TOLD))))
def test_a_name_has_no_effect_if_the_class_takes_another_one(
    settings_class: type[BaseSettings], content: str, told: list[str]
) -> None:
    """Whichever that is: whoever follows the advice changes nothing."""
    found = [each for each in checked(content, settings_class=settings_class).diagnostics if each.code == "SP306"]
    assert [f"{each.severity.value} {each.message}" for each in found] == told


class Moving(BaseSettings):
    """A validator takes a value from where it was before, and a source reads what it likes."""

    model_config = SettingsConfigDict(extra="allow")

    port: int
    host: str = "localhost"

    @model_validator(mode="before")
    @classmethod
    def _from_older_name(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values | {"port": values.pop("old_port")} if "old_port" in values else values

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
        """Ask the process environment as well, in a way of its own."""
        return (
            sources["env_settings"],
            sources["dotenv_settings"],
            lambda: {"host": os.environ["X-HOST"]} if "X-HOST" in os.environ else {},
            lambda: {"old_port": os.environ["OLD_PORT"]} if "OLD_PORT" in os.environ else {},
        )


class Restless(Moving):
    """It is another one each time."""

    at: float = Field(default_factory=time.perf_counter)


@pytest.mark.parametrize(
    ("settings_class", "content", "told"),
    [
        (Moving, "OLD_PORT=1\n", []),
        (Moving, "PORT=1\nX-HOST=a\n", []),
        (Moving, "PORT=1\nX-HOST=a\nX-HOTS=b\n", ["X-HOTS"]),
        (Moving, "OLD_PORT=x\n", []),
        (Restless, "PORT=1\nX-HOST=a\n", ["X-HOST"]),
    ],
)
def test_what_code_of_the_class_reads_by_itself_is_not_to_be_taken_out(
    settings_class: type[BaseSettings], content: str, told: list[str]
) -> None:
    """The class says so: without it, it has other values or none."""
    found = checked(content, settings_class=settings_class).diagnostics
    assert [each.variable for each in found if each.code == "SP301"] == told


class MovingInside(BaseSettings):
    """A validator moves a value into a model, and knows a key of it that the model does not."""

    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")

    db: Server = Server()
    spare: Server | None = None
    many: dict[str, Server] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_older_names(cls, values: dict[str, Any]) -> dict[str, Any]:
        db = dict(values.get("db", {}))
        old = values.get("old_port", db.get("number"))
        rest = {key: each for key, each in values.items() if key != "old_port"}
        return rest if old is None else rest | {"db": {**db, "port": old}}


class Forbidding(MovingInside):
    """What it does not move, it refuses."""

    model_config = SettingsConfigDict(extra="forbid")


@pytest.mark.parametrize(
    ("settings_class", "content", "told"),
    [
        (MovingInside, "OLD_PORT=2\nMANY__A__PORT=x\n", ["SP401 `MANY__A__PORT` is not an integer"]),
        (Forbidding, "OLD_PORT=2\n", []),
        (Forbidding, "OLD_PORT=2\nMANY__A__PORT=x\n", ["SP401 `MANY__A__PORT` is not an integer"]),
        (Forbidding, "OLD_PORT=2\nOTHER=3\n", ["SP301 no setting reads `OTHER`"]),
        (Forbidding, "OTHER=3\n", ["SP301 no setting reads `OTHER`"]),
        (
            Forbidding,
            "OTHER=3\nMANY__A__PORT=x\n",
            ["SP301 no setting reads `OTHER`", "SP401 `MANY__A__PORT` is not an integer"],
        ),
    ],
)
def test_what_code_reads_is_known_by_what_the_class_makes_of_the_rest(
    settings_class: type[BaseSettings], content: str, told: list[str]
) -> None:
    """It may refuse something else, which the name is not to blame for, or the name itself."""
    found = checked(content, settings_class=settings_class).diagnostics
    assert sorted(f"{each.code} {each.message}" for each in found) == told


@pytest.mark.parametrize(
    ("content", "told", "port"),
    [
        ("OLD_PORT=2\n", [], "(computed)"),
        ("OLD_PORT=2\nDB__PORT=3\n", [], "(computed)"),
        ("OLD_PORT=1\n", ["SP301 no setting reads `OLD_PORT`"], "1"),
        ("OLD_PORT=x\n", ["SP401 `port` in `DB` is not an integer"], "(computed)"),
        ("OLD_PORT=x\nDB__PORT=3\n", ["SP401 `port` in `DB` is not an integer"], "3"),
        ("DB__NUMBER=2\n", [], "(computed)"),
        ("DB__NUBMER=2\n", ["SP301 no setting reads `DB__NUBMER`"], "1"),
        ("SPARE__POTR=2\n", ["SP301 no setting reads `SPARE__POTR`"], "1"),
        ("MANY__A__POTR=2\n", ["SP301 no setting reads `MANY__A__POTR`"], "1"),
    ],
)
def test_what_code_moves_into_a_model_is_read_and_a_misspelt_key_is_not(
    content: str, told: list[str], port: str
) -> None:
    """There is a model because of the key, whatever that is called; what code makes of it is no default."""
    found = checked(content, settings_class=MovingInside).diagnostics
    assert [f"{each.code} {each.message}" for each in found] == told
    subject = Subject(SettingsContract.of(MovingInside), Gathered((parse_env_file("a.env", content.encode(), {}),)))
    values = {each.name: value_in_words(subject, each) for each in provenances(subject)}
    unread = [f"SP301 no setting reads `{each.shown_name}`" for each in unread_variables(subject)]
    assert (values["DB__PORT"], unread) == (port, [each for each in told if each.startswith("SP301")])
