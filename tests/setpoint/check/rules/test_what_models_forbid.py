"""What a model inside the class forbids stops the start, wherever it is set and whoever else may want it."""

from typing import Literal

import pytest
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from support.checking import checked


class Closed(BaseModel, extra="forbid"):
    """One that takes no other key."""

    port: int = 1


class App(BaseSettings):
    """One with closed models at a name, at an alias and under keys."""

    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__")
    one: Closed = Closed()
    two: Closed = Field(Closed(), validation_alias=AliasChoices("DEUX", "ZWEI"))  # type: ignore[pydantic-alias]  # two names are the point
    many: dict[str, Closed] = {}


@pytest.mark.parametrize("name", ["APP_ONE__QUX", "ZWEI__QUX", "APP_MANY__A__QUX"])
@pytest.mark.parametrize("ignored", [(), ("*",)])
def test_what_a_model_forbids_is_an_error_in_a_file_and_in_the_environment(name: str, ignored: tuple[str, ...]) -> None:
    """`ignore-variables` says whose it is, and the class refuses it all the same."""
    in_file = checked(f"{name}=1\n", settings_class=App, ignored=ignored)
    assert [(each.code, each.severity, each.variable) for each in in_file.diagnostics] == [("SP301", "error", name)]
    (found,) = checked(settings_class=App, environment={name: "1"}, ignored=ignored).diagnostics
    assert (found.code, found.severity, found.variable) == ("SP301", "error", name)


def test_a_name_of_others_in_the_environment_is_none_of_the_class() -> None:
    """It reads no part of it."""
    assert checked(settings_class=App, environment={"FOUR__QUX": "1"}).diagnostics == ()


class Folder(Closed):
    """One member of a union."""

    kind: Literal["folder"]
    path: str


class Bucket(Closed):
    """Another, which has no path."""

    kind: Literal["bucket"]


class Store(BaseSettings):
    """Settings that read a file of their own below the environment."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_file="1.env")
    store: Folder | Bucket = Field(discriminator="kind")


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        ('{"kind": "bucket", "path": "p"}', "the key `path` in `STORE` in the process environment is not allowed"),
        ('{"kind": "bucket"}', "`STORE__PATH` is not allowed together with what else is set"),
    ],
)
def test_a_key_that_a_stronger_value_gives_is_not_blamed_on_the_variable_that_it_shadows(
    whole: str, message: str
) -> None:
    """Taking that one out would change nothing."""
    (found,) = checked("STORE__PATH=q\n", settings_class=Store, environment={"STORE": whole}).diagnostics
    assert found.message == message


class Listed(BaseSettings):
    """Models that forbid other keys, wherever they are."""

    one: Closed = Closed()
    many: list[Closed] = []
    by_name: dict[str, Closed] = {}


@pytest.mark.parametrize(
    ("content", "column", "message", "hint"),
    [
        ('ONE={"prot": 1}\n', 6, "the key `prot` in `ONE` is not allowed", "did you mean `port`?"),
        ('ONE={"port": 1, "qux": 2}\n', 17, "the key `qux` in `ONE` is not allowed", None),
        ('MANY=[{}, {"porrt": 1}]\n', 12, "the key `[1].porrt` in `MANY` is not allowed", "did you mean `port`?"),
        ('BY_NAME={"a": {"prt": 1}}\n', 16, "the key `a.prt` in `BY_NAME` is not allowed", "did you mean `port`?"),
    ],
)
def test_a_key_inside_a_value_is_told_at_its_place_with_the_one_that_was_meant(
    content: str, column: int, message: str, hint: str | None
) -> None:
    """It is the key that has to change, and not its value."""
    (found,) = checked(content, settings_class=Listed).diagnostics
    assert found.location is not None
    assert (found.location.column, found.message, found.hint) == (column, message, hint)
