"""Where values come from, for classes that spell their settings in every way that there is."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AliasChoices, BaseModel, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.provenance import Provenance, provenances
from setpoint.resolution.subject import Subject
from setpoint.resolution.unread_variables import unread_variables
from setpoint.sources.entry import entries_of_environment
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from setpoint.validation.class_sources import build
from setpoint.validation.record import Given


class Database(BaseModel):
    """A model inside the settings."""

    host: str = "localhost"
    port: int = 5432


class App(BaseSettings):
    """Aliases, nested settings and open ones."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_ignore_empty=True)

    port: int = Field(8000, validation_alias=AliasChoices("APP_PORT", "PORT"))  # type: ignore[pydantic-alias]  # on purpose
    database: Database = Database()
    labels: dict[str, str] = {}
    host: str = "localhost"
    api_token: SecretStr | None = None


def _subject(*contents: str, environment: Mapping[str, str] | None = None) -> Subject:
    files = tuple(
        parse_env_file(f"{number}.env", content.encode(), {}) for number, content in enumerate(contents, start=1)
    )
    process = None if environment is None else ProcessEnvironment(environment)
    return Subject(SettingsContract.of(App), Gathered(files, process))


def _by_name(subject: Subject) -> dict[str, Provenance]:
    return {each.name: each for each in provenances(subject)}


def test_the_last_of_all_sources_wins_and_the_nearest_comes_first_among_the_shadowed() -> None:
    """The environment over files, later files over earlier, later lines over earlier."""
    subject = _subject("HOST=a\nHOST=b\n", "HOST=c\n", environment={"HOST": "d"})
    found = _by_name(subject)["HOST"]
    assert found.winner is not None
    assert [found.winner.value.raw, *(each.value.raw for each in found.shadowed)] == ["d", "c", "b", "a"]


def test_twice_the_lines_of_one_variable_are_twice_the_work() -> None:
    """Steps are counted, because time says little on a machine that does other things."""

    def steps(lines: int) -> int:
        subject = _subject("HOST=a\n" * lines)
        counted: list[str] = []
        sys.setprofile(lambda _frame, event, _what: counted.append(event))
        try:
            found = _by_name(subject)["HOST"]
        finally:
            sys.setprofile(None)
        assert len(found.shadowed) == lines - 1
        return len(counted)

    assert steps(800) < 2.5 * steps(400)


def test_the_spelling_that_the_class_looks_for_first_wins() -> None:
    """The other one is shadowed, and is no setting of its own."""
    found = _by_name(_subject("APP_PORT=1\n", "PORT=2\n"))
    assert found["APP_PORT"].winner is not None
    assert found["APP_PORT"].winner.value.raw == "1"
    assert [each.name for each in found["APP_PORT"].shadowed] == ["PORT"]
    assert "PORT" not in found


def test_a_model_that_is_set_as_a_whole_stands_for_its_parts() -> None:
    """Their defaults may not be what they have."""
    assert "DATABASE" not in _by_name(_subject(""))
    found = _by_name(_subject('DATABASE={"port": 1}\nDATABASE__HOST=db\n'))
    assert {"DATABASE", "DATABASE__HOST"} <= found.keys()
    assert "DATABASE__PORT" not in found


def test_an_empty_model_beside_a_misspelt_key_has_an_origin() -> None:
    """The class merges them, and takes nothing out of either; another text would count."""
    found = _by_name(_subject("DATABASE={}\nDATABASE__PROT=1\n"))["DATABASE"]
    assert (found.winner and found.winner.value.raw, found.shadowed) == ("{}", ())


def test_each_key_of_an_open_setting_has_an_origin() -> None:
    """One file may set a key, and another one a second."""
    found = _by_name(_subject("LABELS__TEAM=a\n", "LABELS__ZONE=b\nLABELS__TEAM=c\n"))
    assert [(each.value.raw, each.file.path) for each in found["LABELS__TEAM"].shadowed if each.file] == [
        ("a", "1.env")
    ]
    assert found["LABELS__ZONE"].winner is not None


def test_an_empty_value_that_counts_as_unset_shadows_nothing() -> None:
    """As `env_ignore_empty` has it."""
    found = _by_name(_subject("HOST=a\n", "HOST=\n"))["HOST"]
    assert found.winner is not None
    assert (found.winner.value.raw, [each.value.raw for each in found.shadowed]) == ("a", [""])


@pytest.mark.parametrize("line", ["HOST=${API_TOKEN}", "HOST=x${API_TOKEN}y", 'HOST="${API_TOKEN}"'])
def test_a_value_that_is_put_together_from_a_secret_is_masked(line: str) -> None:
    """It is bound to a harmless setting, and is the secret all the same."""
    subject = _subject(f"API_TOKEN=kXwvQzmWncRt\n{line}\n")
    found = _by_name(subject)["HOST"]
    assert found.winner is not None
    assert subject.shown.text(found.winner) == "********"


def test_names_that_no_setting_reads_are_told_if_they_are_fit_to_print() -> None:
    """The rest of a broken value is not."""
    subject = _subject('API_TOKEN="a\nkXwvQzmWncRt==\nOTHER=1\n')
    assert [each.shown_name for each in unread_variables(subject)] == ["********", "OTHER"]


NAMES = ["PORT", "APP_PORT", "HOST", "DATABASE__HOST", "DATABASE__PORT", "LABELS__A"]
lines = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 99)), max_size=6)


@given(lines, lines, st.dictionaries(st.sampled_from(NAMES), st.integers(0, 99)))
@settings(max_examples=40)
def test_the_values_that_win_are_those_that_the_class_gets(
    one: list[tuple[str, int]], other: list[tuple[str, int]], environment: dict[str, int]
) -> None:
    """Building the settings from the winners alone gives what building them from everything gives."""
    contents = ["".join(f"{name}={value}\n" for name, value in pairs) for pairs in (one, other)]
    subject = _subject(*contents, environment={name: str(value) for name, value in environment.items()})
    winners = {each.winner.name: each.winner.value.raw for each in provenances(subject) if each.winner}
    assert build(App, Given(tuple(entries_of_environment(winners)))).settings == subject.validated.settings


class Needy(BaseModel):
    """A model with a part that has no default."""

    needed: int
    other: int = 2


class Replaced(BaseSettings):
    """Settings whose default is a whole model."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    model: Needy = Needy(needed=1)


def _of(settings_class: type[BaseSettings], text: str) -> Subject:
    return Subject(SettingsContract.of(settings_class), Gathered((parse_env_file("1.env", text.encode(), {}),)))


class Filed(BaseSettings):
    """Settings with a config file below the environment."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", json_file="own.json")

    labels: dict[str, str] = {}
    database: Database = Database(port=1)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *_: Any, **sources: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the file below the environment."""
        return sources["env_settings"], JsonConfigSettingsSource(settings_cls)


def test_what_a_config_file_gives_of_an_open_setting_is_told_beside_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts still, though a stronger source sets one of the keys."""
    (tmp_path / "own.json").write_text('{"labels": {"a": "b", "c": "d"}}')
    monkeypatch.chdir(tmp_path)
    environment = ProcessEnvironment({"LABELS__A": "x"})
    subject = Subject(SettingsContract.of(Filed), Gathered((), environment, secrets_directories=None))
    found = {each.name: each.winner for each in provenances(subject)}
    labels, key = found["LABELS"], found["LABELS__A"]
    assert labels
    assert labels.source
    assert labels.source.paths == ("own.json",)
    assert labels.value.raw == '{"a": "b", "c": "d"}'
    assert key
    assert key.value.raw == "x"


def test_a_part_that_a_default_no_longer_gives_is_missing() -> None:
    """One variable of a model that has to be set as a whole takes the place of the default of all of it."""
    found = {each.name: each for each in provenances(_of(Replaced, "MODEL__OTHER=1\n"))}
    assert (found["MODEL__NEEDED"].winner, found["MODEL__NEEDED"].variable.required) == (None, True)
    found = {each.name: each for each in provenances(_of(Replaced, ""))}
    assert (found["MODEL__NEEDED"].variable.default, found["MODEL__NEEDED"].variable.required) == (1, False)


class Parts(BaseSettings):
    """Has keys that are set one by one."""

    model_config = SettingsConfigDict(
        env_prefix="APP_", env_nested_delimiter="_", env_nested_max_split=1, env_ignore_empty=True
    )

    limits: dict[str, int] = {"all": 1}
    quotas: dict[str, int]
    port: int = 80
    name: str


PARTS: list[tuple[Mapping[str, str], dict[str, str | None]]] = [
    (
        {"APP_LIMITS_A_B": "3", "APP_QUOTAS_X": "4", "APP_NAME": "n"},
        {"APP_LIMITS_A_B": "3", "APP_QUOTAS_X": "4", "APP_PORT": None, "APP_NAME": "n"},
    ),
    (
        {"APP_PORT": "", "APP_NAME": ""},
        {"APP_LIMITS": None, "APP_QUOTAS": None, "APP_PORT": None, "APP_NAME": None},
    ),
]


@pytest.mark.parametrize(("environment", "expected"), PARTS, ids=("keys", "empty"))
def test_what_is_told_of_a_setting_is_what_the_class_has_for_it(
    environment: Mapping[str, str], expected: dict[str, str | None]
) -> None:
    """A default that keys have replaced is not told, nor is an empty text a value where it counts as unset."""
    subject = Subject(SettingsContract.of(Parts), Gathered(environment=ProcessEnvironment(environment)))
    found = {each.name: each.winner.value.raw if each.winner else None for each in provenances(subject)}
    assert found == expected


class Exact(BaseSettings):
    """Reads names in one case alone, and is given what its file holds in another."""

    model_config = SettingsConfigDict(case_sensitive=True, env_file=".env")

    PORT: int
    HOST: str = "h"


def test_what_is_written_in_another_case_gives_nothing_where_case_counts() -> None:
    """A file's unknown names are handed to the class as well, which does not take them for its own."""
    file = parse_env_file("1.env", b"port=1\nhost=a\n", {})
    subject = Subject(SettingsContract.of(Exact), Gathered((file,)))
    assert {each.name: each.winner for each in provenances(subject)} == {"PORT": None, "HOST": None}
    assert [each.shown_name for each in unread_variables(subject)] == ["port", "host"]


class Twins(BaseModel):
    """Has two fields whose names differ in case alone."""

    port: int = 1
    PORT: int = 2


class InAnyCase(BaseSettings):
    """Reads names in any case."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    port: int = 1
    PORT: int = 2
    db: Twins = Twins()


class InOneCase(BaseSettings):
    """Tells cases apart."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", case_sensitive=True)

    port: int = 1
    PORT: int = 2
    db: Twins = Twins()


TWINS: list[tuple[type[BaseSettings], dict[str, str]]] = [
    (InAnyCase, {"PORT": "5"}),
    (InAnyCase, {"DB__PORT": "5"}),
    (InAnyCase, {"DB__port": "5", "port": "6"}),
    (InOneCase, {"PORT": "5"}),
    (InOneCase, {"PORT": "5", "port": "6"}),
    (InOneCase, {"db__PORT": "5", "db__port": "6"}),
    (InOneCase, {"db__PORT": "5"}),
]


@pytest.mark.parametrize(("settings_class", "environment"), TWINS, ids=map(str, range(len(TWINS))))
def test_names_that_differ_in_case_alone_have_the_values_that_the_class_gives_them(
    settings_class: type[BaseSettings], environment: dict[str, str]
) -> None:
    """What is said of one is not said of the other, unless the class reads one variable for both."""
    process = ProcessEnvironment(environment)
    subject = Subject(SettingsContract.of(settings_class), Gathered((), process))
    made = subject.validated.settings
    assert made is not None
    for each in provenances(subject):
        found: Any = made
        for step in each.variable.setting:
            found = getattr(found, step)
        given = each.variable.default if each.winner is None else each.winner.value.raw
        assert (each.variable.setting, str(given), each.shadowed) == (each.variable.setting, str(found), ())
