"""Sources of an app's own that read names in their own way, or do not return what a source has to."""

from collections.abc import Callable
from pathlib import Path
from types import MethodType
from typing import Any, cast

import pytest
from pydantic import BaseModel, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from setpoint.application.gathering import of_a_start
from setpoint.check.checking import check
from setpoint.cli.shown_setting import value_in_words
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from support.checking import checked, messages
from support.differential.catalogue.files import (
    NestedSecretsAlone,
    NestedSecretsInTheirCase,
    NestedSecretsWithDashes,
)


class Pool(BaseModel):
    """A part with two values of its own."""

    size: int = 1
    key: SecretStr = SecretStr("development")


class OldNames(BaseSettings):
    """Its second source reads the names that the app had before: another prefix, another delimiter."""

    model_config = SettingsConfigDict(env_prefix="NEW_", env_nested_delimiter="__")

    pool: Pool = Pool()
    port: int = 1
    old_port: int = 2
    limits: dict[str, int] = {}

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
        """Ask for the older names where the newer ones are not set."""
        return sources["env_settings"], EnvSettingsSource(
            cls, env_prefix="OLD_", env_nested_delimiter="_", env_nested_max_split=1, case_sensitive=False
        )


class OneNameForTwo(BaseSettings):
    """What a source reads for one setting has the name that the class gives another one."""

    port: int = 1
    old_port: int = 2

    @classmethod
    def settings_customise_sources(cls, *_: Any, **__: Any) -> tuple[Any, ...]:
        """Ask for the older names alone."""
        return (EnvSettingsSource(cls, env_prefix="OLD_"),)


class ItsOwnCase(BaseSettings):
    """Its second source heeds case, and no prefix."""

    model_config = SettingsConfigDict(env_prefix="APP_")

    port: int = 1

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
        """Ask for names as they are spelled in the class."""
        return sources["env_settings"], EnvSettingsSource(cls, env_prefix="", case_sensitive=True)


class Inner(BaseSettings):
    """It is nested, and has a source that reads older names."""

    model_config = SettingsConfigDict(env_prefix="INNER_")

    level: int = 1

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
        """Ask for the older names as well."""
        return sources["env_settings"], EnvSettingsSource(cls, env_prefix="ONCE_")


class Outer(BaseSettings):
    """It nests such a class."""

    inner: Inner = Inner()
    level: int = 2


GIVEN: list[tuple[type[BaseSettings], dict[str, str], list[str]]] = [
    (OldNames, {"OLD_POOL_SIZE": "7"}, ["NEW_POOL__SIZE 7 OLD_POOL_SIZE"]),
    (OldNames, {"OLD_POOL_KEY": "mellow-yellow-9"}, ["NEW_POOL__KEY ******** OLD_POOL_KEY"]),
    (OldNames, {"OLD_POOL_SIZE": "7", "NEW_POOL__SIZE": "8"}, ["NEW_POOL__SIZE 8 NEW_POOL__SIZE"]),
    (OldNames, {"OLD_PORT": "7"}, ["NEW_PORT 7 OLD_PORT"]),
    (OldNames, {"NEW_OLD_PORT": "7"}, ["NEW_OLD_PORT 7 NEW_OLD_PORT"]),
    (OldNames, {"OLD_LIMITS_CPU": "7"}, ["NEW_LIMITS__CPU 7 OLD_LIMITS_CPU"]),
    (OneNameForTwo, {"OLD_PORT": "7"}, ["PORT 7 OLD_PORT"]),
    (OneNameForTwo, {"OLD_OLD_PORT": "7"}, ["OLD_PORT 7 OLD_OLD_PORT"]),
    (ItsOwnCase, {"port": "7"}, ["APP_PORT 7 port"]),
    (ItsOwnCase, {"PORT": "7"}, []),
    (Outer, {"ONCE_LEVEL": "7"}, ["INNER_LEVEL 7 ONCE_LEVEL"]),
]


@pytest.mark.parametrize(("settings_class", "environment", "shown"), GIVEN, ids=map(str, range(len(GIVEN))))
def test_a_value_is_shown_under_the_name_by_which_a_source_reads_it(
    settings_class: type[BaseSettings], environment: dict[str, str], shown: list[str]
) -> None:
    """As the class takes it: a name that the source would pass over gives nothing."""
    contract = SettingsContract.of(settings_class)
    subject = Subject(contract, Gathered(environment=ProcessEnvironment(environment)))
    found = [(each, each.winner) for each in provenances(subject)]
    assert [f"{each.name} {value_in_words(subject, each)} {winner.name}" for each, winner in found if winner] == shown


class ByName(BaseSettings):
    """Its keys may be anything, in any case."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    ports: dict[str, int] = {}


def test_of_a_key_in_two_cases_the_last_counts() -> None:
    """The class does not tell them apart."""
    files = (parse_env_file("a.env", b"ports__a=1\n", {}), parse_env_file("b.env", b"PORTS__A=2\n", {}))
    subject = Subject(SettingsContract.of(ByName), Gathered(files))
    assert [each.winner and each.winner.name for each in provenances(subject)] == ["PORTS__A"]


class Task(BaseSettings):
    """It is a value in a collection, and reads variables whenever it is made."""

    model_config = SettingsConfigDict(env_prefix="TASK_")

    size: int = 1


class Tasks(BaseSettings):
    """It has any number of them."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    by_name: dict[str, Task] = {}
    one: Task | int = 0


@pytest.mark.parametrize(("name", "told"), [("TASK_SIZE", []), ("TASK_SIZES", ["SP301"])])
def test_what_a_settings_class_in_a_collection_reads_is_not_to_be_taken_out(name: str, told: list[str]) -> None:
    """Its values would be others then."""
    found = checked(f"BY_NAME__A__SIZE=1\n{name}=2\n", settings_class=Tasks).diagnostics
    assert [each.code for each in found] == told


REFUSED: list[tuple[type[BaseSettings], str, list[str]]] = [
    (OldNames, "OLD_POOL_SIZE=x\n", ["1 SP401 `OLD_POOL_SIZE` is not an integer"]),
    (OldNames, "OLD_LIMITS_CPU=x\n", ["1 SP401 `OLD_LIMITS_CPU` is not an integer"]),
    (OldNames, "OLD_POOL_SIZES=1\n", ["1 SP301 no setting reads `OLD_POOL_SIZES`"]),
    (ItsOwnCase, "PORT=x\n", ["1 SP301 no setting reads `PORT`"]),
    (ItsOwnCase, "port=x\n", ["1 SP401 `port` is not an integer"]),
    (Outer, "ONCE_LEVEL=x\n", ["1 SP401 `ONCE_LEVEL` is not an integer"]),
]


@pytest.mark.parametrize(("settings_class", "content", "told"), REFUSED, ids=map(str, range(len(REFUSED))))
def test_a_value_is_refused_under_the_name_by_which_a_source_reads_it(
    settings_class: type[BaseSettings], content: str, told: list[str]
) -> None:
    """At its place, and a name that no source reads is unknown."""
    found = checked(content, settings_class=settings_class).diagnostics
    assert [f"{each.location and each.location.line} {each.code} {each.message}" for each in found] == told


def _of(returned: Any) -> type[BaseSettings]:
    def last() -> Any:
        return returned

    class Last(BaseSettings):
        port: int
        host: str = "localhost"

        @classmethod
        def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
            return sources["env_settings"], last

    return Last


NO_VALUES = [
    (None, "returns None"),
    ([1], "returns a value of type `list`"),
    ("port", "returns a value of type `str`"),
    ({1: 2}, "returns a key that is no string"),
]


@pytest.mark.parametrize(("returned", "said"), NO_VALUES)
def test_a_source_that_returns_no_dict_is_told_of(returned: Any, said: str) -> None:
    """An empty YAML file is None, for one; the values of the other sources are checked anyway."""
    found = [each.message for each in checked("HOST=a\n", settings_class=_of(returned)).diagnostics]
    assert found == [
        f"the source `last` of the settings class {said}; it has to return a `dict` of values by the names of settings"
    ]


@pytest.mark.parametrize(
    "customise",
    [
        lambda *_, **sources: [*sources.values()],
        lambda *_, **__: None,
        lambda _, init_settings, env_settings, file_secret_settings: (
            init_settings,
            env_settings,
            file_secret_settings,
        ),
    ],
    ids=["list", "nothing", "other arguments"],
)
def test_whoever_chooses_no_tuple_of_sources_is_told_what_to_do(customise: Callable[..., Any]) -> None:
    """The last one is what it was called with in the first version of pydantic."""

    class Odd(BaseSettings):
        port: int = 1

    Odd.settings_customise_sources = cast("Any", MethodType(customise, Odd))  # type: ignore[method-assign]
    (found,) = checked(settings_class=Odd).diagnostics
    assert found.message == (
        "`settings_customise_sources()` of the settings class fails with TypeError: it has to take `settings_cls` and "
        "the four sources by name, and to return a tuple of sources"
    )


class Constants(PydanticBaseSettingsSource):
    """Gives values under names that differ from those of settings in case."""

    def get_field_value(self, _: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return nothing for one field alone."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return them."""
        return {"Port": 5}


class WithConstants(BaseSettings):
    """It forbids what it does not know."""

    port: int = 1

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
        """Ask for constants last."""
        return sources["env_settings"], Constants(cls)


def test_a_key_that_a_source_spells_in_another_case_is_no_fault_of_a_variable() -> None:
    """The class takes the variable, and forbids the key."""
    report = checked("PORT=5\n", settings_class=WithConstants)
    said = "`Port` of the source `Constants` is not a setting, and the settings class forbids it"
    assert [(each.message, each.location) for each in report.diagnostics] == [(said, None)]


def test_a_secret_file_whose_name_the_class_does_not_read_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It heeds the case of their names, and is right to pass over this one."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "db__password").write_text("no JSON")
    monkeypatch.chdir(tmp_path)
    subject = of_a_start(SettingsContract.of(NestedSecretsInTheirCase), {}, Project(tmp_path))
    assert check(subject).diagnostics == ()


@pytest.mark.parametrize(
    ("settings_class", "delimiter", "refused"),
    [(NestedSecretsWithDashes, "-", "DATABASE__LIMITS"), (NestedSecretsAlone, "__", "DATABASE")],
)
def test_secret_files_are_found_by_the_names_that_their_source_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings_class: type[BaseSettings], delimiter: str, refused: str
) -> None:
    """Neither their aliases nor their delimiter need to be those of variables; what is no JSON is told once."""
    (tmp_path / "secrets").mkdir()
    for name in ("USER", "LIMITS"):
        (tmp_path / "secrets" / f"DATABASE{delimiter}{name}").write_text("x")
    monkeypatch.chdir(tmp_path)
    report = check(of_a_start(SettingsContract.of(settings_class), {}, Project(tmp_path)))
    assert [(each.message, each.location and each.location.path) for each in report.diagnostics] == [
        (f"`{refused}` is not valid JSON", f"secrets/DATABASE{delimiter}LIMITS")
    ]


class WithAlias(BaseSettings):
    """It reads no variable by its prefix alone."""

    model_config = SettingsConfigDict(env_file=".env", env_prefix="APP_", extra="ignore", env_nested_delimiter="_")

    url: str = Field("none", alias="service_url")
    port: int = Field(1, alias="thePort")


def test_a_name_in_an_env_file_of_which_the_rest_is_an_alias_is_read() -> None:
    """The source leaves the prefix out of what it does not know; elsewhere, or in another case, it is unknown."""
    assert messages(checked("APP_SERVICE_URL=a\n", settings_class=WithAlias)) == []
    assert messages(checked("APP_THEPORT=1\n", settings_class=WithAlias)) == ["no setting reads `APP_THEPORT`"]
    file = parse_env_file("a.env", b"APP_SERVICE_URL=a\n", {})
    subject = Subject(SettingsContract.of(WithAlias), Gathered((file,)))
    (found,) = (each for each in provenances(subject) if each.variable.setting == ("url",))
    assert found.winner is not None
    assert (found.winner.name, found.winner.file) == ("APP_SERVICE_URL", file)
    environment = ProcessEnvironment({"APP_SERVICE_URL": "a"})
    alone = Subject(SettingsContract.of(WithAlias), Gathered(environment=environment))
    assert alone.read_otherwise("APP_SERVICE_URL") is None
