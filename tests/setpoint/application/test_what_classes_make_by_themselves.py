"""A start says what a settings class finds by itself: in classes that it makes, and in files that it names."""

from pathlib import Path

import pytest
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from setpoint.application.check_files import check_files
from setpoint.application.gathering import of_a_start
from setpoint.application.judging import Terms
from setpoint.check.catalogue.selection import Selection
from setpoint.check.checking import check
from setpoint.cli.shown_setting import value_in_words
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.provenance import provenances


class Replica(BaseSettings):
    """Read by what reads it."""

    model_config = SettingsConfigDict(env_prefix="REPLICA_")

    lag: int


class Database(BaseSettings):
    """Makes another settings class."""

    model_config = SettingsConfigDict(env_prefix="DB_")

    replica: Replica = Field(default_factory=Replica)
    port: int


class Nesting(BaseSettings):
    """Has a setting that is called like one of what it makes."""

    port: int = 1
    db: Database = Field(default_factory=Database)


class NestingTwice(BaseSettings):
    """Makes one that another class makes for it, too."""

    replica: Replica = Field(default_factory=Replica)
    db: Database = Field(default_factory=Database)


class NestingOfFile(BaseSettings):
    """Makes one with a file of its own."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    db: Database = Field(default_factory=lambda: Database(_env_file="db.env"))


class Group(BaseModel):
    """Makes a settings class without being one."""

    replica: Replica = Field(default_factory=Replica)
    port: int = 1


class Grouping(BaseSettings):
    """Its default is a model that makes a settings class."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    group: Group = Field(default_factory=Group)


class Again(DotEnvSettingsSource):
    """Reads what another source has read."""


class ReadingTwice(BaseSettings):
    """Two of its sources read one file."""

    model_config = SettingsConfigDict(env_file=".env")

    port: int = 1

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Have another source before the usual ones."""
        del file_secret_settings
        return init_settings, Again(settings_cls), env_settings, dotenv_settings


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _found(settings_class: type[BaseSettings], environment: dict[str, str]) -> list[str]:
    report = check(of_a_start(SettingsContract.of(settings_class), environment, Project(Path("/"))))
    return [f"{each.code} {each.message}" for each in report.diagnostics]


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"DB_PORT": "3", "REPLICA_LAG": "1"}, []),
        ({}, ["SP302 `DB_PORT` is required but not set", "SP302 `REPLICA_LAG` is required but not set"]),
        ({"PORT": "9", "REPLICA_LAG": "1"}, ["SP302 `DB_PORT` is required but not set"]),
        (
            {"DB_PORT": "4", "REPLICA_LAG": "x"},
            ["SP401 `REPLICA_LAG` in the process environment is not an integer"],
        ),
        (
            {"DB_PORT": "x", "REPLICA_LAG": "x", "PORT": "x"},
            [
                "SP401 `DB_PORT` in the process environment is not an integer",
                "SP401 `PORT` in the process environment is not an integer",
                "SP401 `REPLICA_LAG` in the process environment is not an integer",
            ],
        ),
        ({"DB": "x"}, ["SP401 `DB` in the process environment is not valid JSON"]),
    ],
)
def test_each_class_that_is_made_for_a_field_says_what_is_wrong_with_it(
    environment: dict[str, str], found: list[str]
) -> None:
    """However deep it is; a setting of the same name in the class around it has nothing to do with it."""
    assert _found(Nesting, environment) == found


def test_a_class_that_is_made_for_two_fields_is_told_of_once() -> None:
    """It is no fault of a default, and neither field keeps one."""
    environment = {"DB_PORT": "3", "REPLICA_LAG": "x"}
    assert _found(NestingTwice, environment) == ["SP401 `REPLICA_LAG` in the process environment is not an integer"]
    subject = of_a_start(SettingsContract.of(NestingTwice), environment, Project(Path("/")))
    assert [each.winner.name for each in provenances(subject) if each.winner] == [
        "REPLICA_LAG",
        "REPLICA_LAG",
        "DB_PORT",
    ]


def test_a_value_in_a_file_that_is_not_read_is_not_blamed() -> None:
    """The fault is in the file that is read."""
    Path(".env").write_text("REPLICA_LAG=1\n")
    Path("db.env").write_text("DB_PORT=x\n")
    assert _found(NestingOfFile, {}) == [
        "SP305 `REPLICA_LAG` has no effect in an env file",
        "SP401 `DB_PORT` is not an integer",
        "SP302 `REPLICA_LAG` is required but not set",
    ]


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"REPLICA_LAG": "1"}, []),
        (
            {"GROUP__PORT": "x"},
            [
                "SP302 `REPLICA_LAG` is required but not set",
                "SP401 `GROUP__PORT` in the process environment is not an integer",
            ],
        ),
        (
            {"GROUP__PORT": "4", "REPLICA_LAG": "x"},
            ["SP401 `REPLICA_LAG` in the process environment is not an integer"],
        ),
        ({"GROUP__REPLICA__LAG": "2"}, []),
    ],
)
def test_a_model_that_makes_a_settings_class_leaves_no_fault_to_its_good_neighbours(
    environment: dict[str, str], found: list[str]
) -> None:
    """Its own fault hides no other one either."""
    assert _found(Grouping, environment) == found


def test_a_default_factory_that_raises_hides_no_other_fault() -> None:
    """What it raises is said of its field."""

    class Failing(BaseSettings):
        url: str = Field(default_factory=lambda: dict[str, str]()["url"])
        port: int

    found = _found(Failing, {"PORT": "x"})
    assert [each.split()[0] for each in found] == ["SP401", "SP401"]
    assert any("fails with KeyError" in each for each in found)


def test_a_file_that_several_sources_read_is_judged_once() -> None:
    """So it is with several settings classes that are nested in one another."""
    Path(".env").write_text("PROT=1\nPORT=x\nno assignment\n")
    assert [each.split()[0] for each in _found(ReadingTwice, {})] == ["SP301", "SP401", "SP101"]


@pytest.mark.parametrize(
    ("encoding", "content", "fails"),
    [
        ("latin-1", b"NAME=caf\xe9\n", None),
        ("utf-16", "NAME=café\n".encode("utf-16"), None),
        ("ascii", "NAME=café\n".encode(), "UnicodeDecodeError"),
        ("nonesuch", b"NAME=cafe\n", "LookupError"),
    ],
)
def test_a_file_that_the_class_cannot_decode_is_refused(encoding: str, content: bytes, fails: str | None) -> None:
    """As the class itself fails at it."""

    class Encoded(BaseSettings):
        model_config = SettingsConfigDict(env_file=".env", env_file_encoding=encoding)
        name: str = ""

    Path(".env").write_bytes(content)
    source = "SP409 the source `DotEnvSettingsSource` of the settings class fails with"
    assert _found(Encoded, {}) == ([f"{source} {fails}"] if fails else [])


@pytest.mark.parametrize(
    ("encoding", "content", "place"),
    [
        ("ascii", "PORT=1\nNAME=café\n".encode(), "2:9 the file is not `ascii`"),
        ("cp1252", b"NAME=\x81\n", "1:6 the file is not `cp1252`"),
        ("utf-16", "NAME=café\n".encode("utf-16-le"), "1:1 the file is not `utf-16`"),
        ("utf-16", b"NAME=cafe\n", "1:1 the file is not `utf-16`"),
        ("nonesuch", b"", "1:1 there is no encoding `nonesuch`"),
        ("utf-8-sig", "NAME=café\n".encode("latin-1"), "1:9 the file is not UTF-8"),
        ("latin-1", "NAME=café\n".encode("latin-1"), None),
        ("utf-16-le", "NAME=café\n".encode("utf-16-le"), None),
    ],
)
def test_a_file_that_the_class_could_not_decode_is_no_good_one(
    encoding: str, content: bytes, place: str | None, tmp_path: Path
) -> None:
    """Whoever gives it to a check learns what its start would."""

    class Encoded(BaseSettings):
        model_config = SettingsConfigDict(env_file=".env", env_file_encoding=encoding, extra="ignore")
        name: str = ""

    Path("prod.env").write_bytes(content)
    contract = SettingsContract.of(Encoded)
    report = check_files([contract], ["prod.env"], Project(tmp_path), Terms(Selection.of_words(["SP003,SP401"], [])))
    found = [f"{at.line}:{at.column} {each.message}" for each in report.diagnostics if (at := each.location)]
    assert found == ([place] if place else [])


def test_a_source_that_fails_is_not_a_text_that_it_cannot_decode() -> None:
    """A file in place of the secrets directory is the source's error, and no setting is to blame."""

    class InFile(BaseSettings):
        model_config = SettingsConfigDict(secrets_dir="secrets")
        name: str = ""

    Path("secrets").write_text("")
    (found,) = _found(InFile, {"NAME": "x"})
    assert found == (
        "SP409 the source `SecretsSettingsSource` of the settings class fails with SettingsError: "
        "secrets_dir must reference a directory, not a file"
    )


class Mail(BaseModel):
    """One of its parts has no default."""

    port: int
    host: str = "localhost"


class WithMail(BaseSettings):
    """A function makes its model."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    mail: Mail = Field(default_factory=lambda: Mail(port=25, host="mail"))


@pytest.mark.parametrize(
    ("environment", "values"),
    [
        ({}, {"MAIL__PORT": "25", "MAIL__HOST": "mail"}),
        ({"MAIL__PORT": "1"}, {"MAIL__PORT": "1", "MAIL__HOST": "localhost"}),
        ({"MAIL__HOST": "a"}, {"MAIL__PORT": "(missing)", "MAIL__HOST": "a"}),
    ],
)
def test_what_a_function_made_is_shown_until_a_part_of_it_is_set(
    environment: dict[str, str], values: dict[str, str]
) -> None:
    """Then the model is built anew of its own defaults."""
    subject = of_a_start(SettingsContract.of(WithMail), environment, Project(Path("/")))
    assert {each.name: value_in_words(subject, each) for each in provenances(subject)} == values
