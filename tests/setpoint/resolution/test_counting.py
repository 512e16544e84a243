"""Which texts count is what the class does with them: each that makes its settings what they are."""

from typing import Literal

import pytest
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.cli.shown_setting import value_in_words, winner_in_words
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from setpoint.text.guarded import MASK


class Server(BaseModel):
    """Inside a value that may be anything, its alias is found in one case alone."""

    port: int = Field(1, validation_alias=AliasChoices("port", "thePort"))  # type: ignore[pydantic-alias]


class Other(BaseModel):
    """Another model, which ignores the keys of the first one."""

    kind: Literal["other"] = "other"
    size: int = 1


class Open(BaseSettings):
    """Its values are there as soon as anything is inside them."""

    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")

    servers: dict[str, Server] = {}
    groups: dict[str, dict[str, Server]] = {}
    spare: Server | bool = False


class Updated(BaseSettings):
    """Sources lay what they give over its defaults."""

    model_config = SettingsConfigDict(
        env_file=".env", env_nested_delimiter="__", extra="ignore", nested_model_default_partial_update=True
    )

    store: Server | Other = Other()


def _counting(settings_class: type[BaseSettings], process: dict[str, str], file: str) -> list[str]:
    gathered = Gathered((parse_env_file(".env", file.encode(), {}),), ProcessEnvironment(process))
    subject = Subject(SettingsContract.of(settings_class), gathered)
    assert subject.validated.settings is not None
    texts = {id(each): each for source in subject.origins.sources for each in source.assignments}
    return sorted(texts[each].name for each in subject.counting if each in texts)


@pytest.mark.parametrize(
    ("process", "file", "counting"),
    [
        ({}, "SERVERS__A__THEPORT=2", ["SERVERS__A__THEPORT"]),
        ({}, "GROUPS__A__B__THEPORT=2", ["GROUPS__A__B__THEPORT"]),
        ({}, "SPARE__THEPORT=2", ["SPARE__THEPORT"]),
        ({}, 'SERVERS={"a": {"theport": 2}}', ["SERVERS"]),
        ({"SERVERS__A__PORT": "1"}, "SERVERS__A__THEPORT=2", ["SERVERS__A__PORT"]),
        ({"SERVERS__A__THEPORT": "1"}, "SERVERS__A__THEPORT=2", ["SERVERS__A__THEPORT"]),
        ({"SERVERS__B__PORT": "1"}, "SERVERS__A__THEPORT=2", ["SERVERS__A__THEPORT", "SERVERS__B__PORT"]),
        ({}, 'SERVERS__A__THEPORT=2\nSERVERS={"a": {"thePort": 3}}', ["SERVERS"]),
        ({"SERVERS__A__THEPORT": "1"}, 'SERVERS={"a": {"thePort": 2}}', ["SERVERS"]),
        ({}, 'SERVERS__A__THEPORT=2\nSERVERS={"b": {"thePort": 3}}', ["SERVERS", "SERVERS__A__THEPORT"]),
        ({}, 'SERVERS__A={"theport": 2}\nGROUPS={"a": {}}', ["GROUPS", "SERVERS__A"]),
        ({"SPARE": "true"}, "SPARE__THEPORT=2", ["SPARE"]),
    ],
)
def test_what_makes_a_value_counts_even_if_all_in_it_is_passed_over(
    process: dict[str, str], file: str, counting: list[str]
) -> None:
    """Without it there would be no such value; where something else makes it, that counts instead."""
    assert _counting(Open, process, file) == counting


@pytest.mark.parametrize(
    ("file", "name", "path"),
    [
        ("SERVERS__A__THEPORT=2", "SERVERS__A", ("servers", "a")),
        ("GROUPS__A__B__THEPORT=2", "GROUPS__A__B", ("groups", "a", "b")),
        ("SPARE__THEPORT=2", "SPARE", ("spare",)),
    ],
)
def test_what_a_value_passes_over_is_not_told_as_a_part_of_it(file: str, name: str, path: tuple[str, ...]) -> None:
    """It is the reason why the value is there, and no more than that."""
    subject = Subject(SettingsContract.of(Open), Gathered((parse_env_file(".env", file.encode(), {}),)))
    told = {each.name: each.winner for each in provenances(subject) if each.winner}
    assert {key: (each.name, each.value.raw) for key, each in told.items()} == {name: (file.partition("=")[0], "{}")}
    made: object = subject.validated.settings
    for step in path:
        made = made[step] if isinstance(made, dict) else getattr(made, step)
    assert made == Server()


def test_what_is_there_because_of_a_name_that_nobody_reads_is_told_to_be() -> None:
    """Neither the name nor the text may be fit to print, and who reads it knows no source of that name."""
    given = Gathered((parse_env_file(".env", b"SERVERS__A__SIZE=2", {}),))
    subject = Subject(SettingsContract.of(Open), given)
    (told,) = (each for each in provenances(subject) if each.winner)
    said = value_in_words(subject, told), winner_in_words(subject, told)
    assert (told.name, *said) == ("SERVERS", MASK, "a variable that no setting reads")


@pytest.mark.parametrize(
    ("file", "counting"),
    [
        ("STORE__KIND=other", ["STORE__KIND"]),
        ("STORE__SIZE=1", ["STORE__SIZE"]),
        ("STORE__SIZE=1\nSTORE__KIND=other", ["STORE__KIND", "STORE__SIZE"]),
        ("STORE__PORT=2\nSTORE__KIND=other", ["STORE__KIND"]),
        ("STORE__PORT=2", []),
    ],
)
def test_what_repeats_a_default_counts_though_the_class_drops_it(file: str, counting: list[str]) -> None:
    """Another text would make another value; a key that the default ignores makes none."""
    assert _counting(Updated, {}, file) == counting


class Limits(BaseModel):
    """Two settings of one kind."""

    low: int = 1
    high: int = 2


class Pool(BaseModel):
    """A model in a model."""

    limits: Limits = Limits()


class UpdatedInside(Updated):
    """The default is one that nobody gives by accident."""

    pool: Pool = Pool(limits=Limits(high=9))


@pytest.mark.parametrize(
    ("file", "counting"),
    [
        ('POOL__LIMITS={"low": 5}\nPOOL__LIMITS__HIGH=7', ["POOL__LIMITS", "POOL__LIMITS__HIGH"]),
        ('POOL__LIMITS__HIGH=7\nPOOL__LIMITS={"low": 5}', ["POOL__LIMITS"]),
    ],
)
def test_a_part_that_a_later_value_replaces_does_not_count_for_a_default(file: str, counting: list[str]) -> None:
    """What is there in its place comes from the default, and not from the text."""
    assert _counting(UpdatedInside, {}, file) == counting


def test_a_default_over_which_a_part_is_laid_is_told_as_it_is() -> None:
    """No code of the class makes it."""
    subject = Subject(SettingsContract.of(Updated), Gathered(environment=ProcessEnvironment({"STORE__SIZE": "2"})))
    told = {each.name: value_in_words(subject, each) for each in provenances(subject)}
    assert told == {"STORE": '{"kind": "other", "size": 1}', "STORE__SIZE": "2"}


class Split(BaseSettings):
    """One name sets a field, and a part of another one."""

    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="_", extra="ignore")

    other: Other = Other()
    other_size: int = 1


@pytest.mark.parametrize("process", [{}, {"OTHER_MORE": "x"}])
def test_a_name_that_sets_two_settings_does_not_hide_the_value_around_one(process: dict[str, str]) -> None:
    """Without that, there is still what it replaces a part of, whatever a stronger source adds."""
    file = 'OTHER_SIZE=2\nOTHER={"size": 3}'
    assert _counting(Split, process, file) == ["OTHER", "OTHER_SIZE"]


def test_what_no_variable_gives_is_the_same_each_time_that_it_is_told() -> None:
    """What counts is known by its identity, and a value that is gone could leave that to another one."""
    given = Gathered(environment=ProcessEnvironment({"OTHER_MORE": "x"}))
    origins = Subject(SettingsContract.of(Split), given).origins
    found = origins.of(("other",))
    assert found is not None
    assert found is origins.of(("other",))
