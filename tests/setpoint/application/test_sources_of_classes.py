"""A settings class orders, leaves out and adds sources, and that is what counts: in `check`, `show` and `load`."""

import json
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import AliasPath, BaseModel, Field
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from setpoint.application.gathering import of_a_start, of_files
from setpoint.check.checking import check
from setpoint.check.report import Report
from setpoint.cli.shown_setting import winner_in_words
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from support.checking import marks
from support.differential.catalogue.chosen import chosen, ordered

NO_PROJECT = Project(Path("/"))


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _start(settings_class: type[BaseSettings], **environment: str) -> Subject:
    return of_a_start(SettingsContract.of(settings_class), environment, NO_PROJECT)


def _given(settings_class: type[BaseSettings], content: str, *directories: str, loader: str | None = None) -> Report:
    files = (parse_env_file("prod.env", content.encode(), {}, loader),)
    return check(of_files(SettingsContract.of(settings_class), files, None, NO_PROJECT, directories=directories))


def _origins(subject: Subject) -> dict[str, str]:
    return {each.name: winner_in_words(subject, each) for each in provenances(subject)}


class DotenvFirst(BaseSettings):
    """Its env file wins over the environment."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    port: int = 1

    settings_customise_sources = ordered("init", "dotenv", "env")  # type: ignore[pydantic-field]  # pydantic takes it for what it is


class OnlyDotenv(DotenvFirst):
    """Nothing but files counts, and it names none."""

    model_config = SettingsConfigDict(env_file=None)

    settings_customise_sources = ordered("init", "dotenv")  # type: ignore[pydantic-field]  # pydantic takes it for what it is


def test_the_order_of_the_class_decides_what_counts() -> None:
    """A bad value is an error where it wins, and none where it loses."""
    Path(".env").write_text("PORT=8500\n")
    subject = _start(DotenvFirst, PORT="abc")
    assert subject.validated.settings is not None
    assert _origins(subject) == {"PORT": ".env:1:1"}
    Path(".env").write_text("PORT=abc\n")
    assert marks(check(_start(DotenvFirst, PORT="9000"))) == [".env:1:6-1:9 error SP401 invalid-value PORT"]


def test_a_source_that_is_left_out_counts_for_nothing() -> None:
    """With files alone as sources, a file is read though the class names none."""
    assert marks(_given(OnlyDotenv, "PORT=abc\n")) == ["prod.env:1:6-1:9 error SP401 invalid-value PORT"]
    assert _start(OnlyDotenv, PORT="abc").validated.settings is not None


class Needy(BaseSettings):
    """Requires a value, and chooses where from."""

    model_config = SettingsConfigDict(env_file=".env", secrets_dir="secrets")

    api_url: str


LEFT_OUT = [
    (".env", "PORT=1\nAPI_URL=x\n", {}, ("init", "env"), "at .env:2", "dotenv_settings"),
    ("secrets/api_url", "x", {}, ("init", "env"), "in `secrets/api_url`", "file_secret_settings"),
    (".env", "", {"API_URL": "x"}, ("init", "dotenv"), "in the process environment", "env_settings"),
]


@pytest.mark.parametrize(("path", "content", "environment", "sources", "where", "source"), LEFT_OUT)
def test_a_missing_value_that_is_in_a_source_left_out_is_said_to_be_there(  # noqa: PLR0917 - a row of the table
    path: str, content: str, environment: dict[str, str], sources: tuple[str, ...], where: str, source: str
) -> None:
    """Otherwise somebody looks at the line and does not believe the check."""

    class Chosen(Needy):
        settings_customise_sources = ordered(*sources)  # type: ignore[pydantic-field]  # pydantic takes it for what it is

    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(content)
    (found,) = (each for each in check(_start(Chosen, **environment)).diagnostics if each.code == "SP302")
    which = "which the settings class does not read: its `settings_customise_sources` leaves out"
    assert found.hint == f"it is set {where}, {which} `{source}`"


class Sub(BaseModel):
    """Nested settings."""

    count: int
    label: str = "a"


class Vault(PydanticBaseSettingsSource):
    """A source of the app's own."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - pydantic's
        """Give nothing for a single field."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return what stands in a file."""
        values: dict[str, Any] = json.loads(Path("vault.json").read_text())
        return values


class FromVault(BaseSettings):
    """A source of its own comes first."""

    port: int
    token: str

    settings_customise_sources = chosen(lambda settings_cls, given: (Vault(settings_cls), given["env"]))  # type: ignore[pydantic-field]  # pydantic takes it for what it is


def test_a_source_of_the_apps_own_is_named() -> None:
    """So is its failure, which hides nothing of what other sources give."""
    Path("vault.json").write_text('{"token": "vault-token-123", "port": 8}')
    subject = _start(FromVault, PORT="9")
    assert _origins(subject) == {"PORT": "the source `Vault`", "TOKEN": "the source `Vault`"}
    assert "vault-token-123" not in str(
        [subject.shown.text(each.winner) for each in provenances(subject) if each.winner]
    )
    Path("vault.json").unlink()
    report = check(_start(FromVault, PORT="x"))
    assert [each.message.partition(" in `__call__()`")[0] for each in report.diagnostics] == [
        "`PORT` in the process environment is not an integer",
        "the source `Vault` of the settings class fails with FileNotFoundError on `vault.json`",
    ]


class Commas(EnvSettingsSource):
    """A source that splits at commas."""

    def prepare_field_value(self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool) -> Any:  # noqa: FBT001 - pydantic's
        """Return the numbers, where it is about `hosts`."""
        if field_name == "hosts" and value is not None:
            return [int(each) for each in value.split(",")]
        return super().prepare_field_value(field_name, field, value, value_is_complex)


class WithCommas(BaseSettings):
    """One of its lists is no JSON."""

    hosts: list[int] = []
    tags: list[str] = []

    settings_customise_sources = chosen(lambda settings_cls, _: (Commas(settings_cls),))  # type: ignore[pydantic-field]  # pydantic takes it for what it is


def test_a_source_that_decodes_in_its_own_way_asks_for_no_json() -> None:
    """What it can't decode is its word against the value; elsewhere, JSON is what is missing."""
    assert _start(WithCommas, HOSTS="1,2").validated.settings == WithCommas.model_construct(hosts=[1, 2], tags=[])
    found = check(_start(WithCommas, HOSTS="1,b", TAGS="a,b")).diagnostics
    start = "`HOSTS` in the process environment"
    assert [(each.message, each.label) for each in found] == [
        (
            f"{start} cannot be checked: the source `Commas` of the settings class cannot decode it",
            None,
        ),
        ("`TAGS` in the process environment is not valid JSON", "expected a JSON array"),
    ]


class InFolders(BaseSettings):
    """Its secrets are nested."""

    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__", secrets_dir="secrets")

    db: Sub

    settings_customise_sources = chosen(lambda _, given: (given["env"], NestedSecretsSettingsSource(given["secrets"])))  # type: ignore[pydantic-field]  # pydantic takes it for what it is


def test_nested_secret_files_are_found_with_their_places() -> None:
    """In the directory of the class at a start, and in another one for files of another machine."""
    Path("secrets").mkdir()
    Path("secrets/APP_DB__COUNT").write_text("5\n")
    assert _origins(_start(InFolders))["APP_DB__COUNT"] == "secrets/APP_DB__COUNT:1:1"
    assert [each.severity for each in _given(InFolders, "APP_DB__LABEL=x\n").diagnostics] == ["warning"]
    assert _given(InFolders, "APP_DB__LABEL=x\n", "secrets").diagnostics == ()
    Path("secrets/APP_DB__COUNT").write_text("many")
    assert [mark.partition(":")[0] for mark in marks(_given(InFolders, "APP_DB__LABEL=x\n", "secrets"))] == [
        "secrets/APP_DB__COUNT"
    ]


class FarAway(BaseSettings):
    """It looks for its file in folders above, in an encoding of its own."""

    model_config = SettingsConfigDict(env_file="deep.env", env_file_depth=2, env_file_encoding="latin-1")

    title: str = ""


def test_files_are_looked_for_and_decoded_as_the_class_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` finds what the app would find."""
    Path("deep.env").write_bytes(b"TITLE=caf\xe9\n")
    Path("a/b").mkdir(parents=True)
    monkeypatch.chdir("a/b")
    subject = _start(FarAway)
    assert check(subject).diagnostics == ()
    assert subject.validated.settings == FarAway()
    assert _origins(subject) == {"TITLE": "../../deep.env:1:1"}


class Db(BaseSettings):
    """It reads variables with a prefix of its own."""

    model_config = SettingsConfigDict(env_prefix="DB_")

    port: int


class Cache(BaseSettings):
    """The same, and all has defaults."""

    model_config = SettingsConfigDict(env_prefix="CACHE_")

    size: int = 1


class Around(BaseSettings):
    """It nests both."""

    port: int = 1
    db: Db = Field(default_factory=Db)
    cache: Cache = Cache()


class AroundWithFile(Around):
    """It reads an env file, which what it nests does not."""

    model_config = SettingsConfigDict(env_file="prod.env", extra="ignore")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("PORT=1\nDB_PORT=3\nCACHE_SIZE=2\n", []),
        ("PORT=1\nDB_PORT=x\n", ["prod.env:2:9-2:10 error SP401 invalid-value DB_PORT"]),
        ("PORT=1\n", ["nowhere error SP302 missing-variable DB_PORT"]),
        ("PORT=x\nDB_PORT=3\n", ["prod.env:1:6-1:7 error SP401 invalid-value PORT"]),
        (
            "PORT=x\nDB_PORT=y\n",
            ["prod.env:1:6-1:7 error SP401 invalid-value PORT", "prod.env:2:9-2:10 error SP401 invalid-value DB_PORT"],
        ),
    ],
)
def test_variables_of_nested_settings_classes_are_known_and_blamed(content: str, found: list[str]) -> None:
    """And never another variable whose setting is called the same."""
    assert marks(_given(Around, content)) == found


def test_what_a_nested_settings_class_does_not_read_is_told() -> None:
    """An env file of the class around it is none of its own; another program would put it into the environment."""
    assert [(each.code, each.variable) for each in _given(AroundWithFile, "DB_PORT=3\n").diagnostics] == [
        ("SP305", "DB_PORT"),
        ("SP302", "DB_PORT"),
    ]
    assert _given(AroundWithFile, "DB_PORT=3\n", loader="docker").diagnostics == ()


class OfOneText(BaseSettings):
    """Its settings are all in one variable."""

    name: Annotated[str, Field(validation_alias=AliasPath("SERVICE", "name"))] = "a"
    region: Annotated[str, Field(validation_alias=AliasPath("SERVICE", "region"))] = "b"
    token: Annotated[str, Field(validation_alias=AliasPath("SERVICE", "token"))] = "c"


def test_a_text_of_several_settings_is_where_each_of_them_comes_from() -> None:
    """Though it can't be read: the order in which Python keeps a set must not choose one."""
    subject = _start(OfOneText, SERVICE="{")
    assert {
        each.variable.setting[0]: each.winner.name for each in provenances(subject) if each.winner is not None
    } == dict.fromkeys(("name", "region", "token"), "SERVICE")


class FirstOfList(BaseSettings):
    """Its setting is in a list."""

    model_config = SettingsConfigDict(env_file=".env")

    port: Annotated[int, Field(validation_alias=AliasPath("SERVICE", 0, "port"))]


def test_an_empty_object_replaces_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be merged with a list, so what it holds is no reason."""
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text('SERVICE=[{"port": 1}]\n')
    assert _origins(_start(FirstOfList, SERVICE="{}")) == {"SERVICE": "process environment"}
