"""Which texts count is what the class does with them: each that makes its settings what they are."""

import pytest
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered, ProcessEnvironment


class Server(BaseModel):
    """Inside a value that may be anything, its alias is found in one case alone."""

    port: int = Field(1, validation_alias=AliasChoices("port", "thePort"))  # type: ignore[pydantic-alias]


class Open(BaseSettings):
    """Its values are there as soon as anything is inside them."""

    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")

    servers: dict[str, Server] = {}
    groups: dict[str, dict[str, Server]] = {}
    spare: Server | bool = False


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
    gathered = Gathered((parse_env_file(".env", file.encode(), {}),), ProcessEnvironment(process))
    subject = Subject(SettingsContract.of(Open), gathered)
    assert subject.validated.settings is not None
    texts = {id(each): each for source in subject.origins.sources for each in source.assignments}
    assert sorted(texts[each].name for each in subject.counting) == counting
