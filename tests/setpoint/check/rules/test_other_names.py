"""Of several names of a setting, the one that the class passes over is told, and no other."""

import pytest
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

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
