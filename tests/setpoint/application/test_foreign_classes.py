"""Any settings class of pydantic-settings can be the contract, whatever its types and sources."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    AliasChoices,
    BaseModel,
    Field,
    Secret,
    SecretStr,
    computed_field,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from setpoint.formats import full
from setpoint.formats.for_people import Style
from support.checking import checked, marks, messages


class Inner(BaseModel):
    """Holds a secret deep inside."""

    key: SecretStr = SecretStr("")
    size: int = 1


class Secretive(BaseSettings):
    """Secrets of every shape."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    plain: SecretStr | None = None
    number: Secret[Annotated[int, Field(ge=10)]] | None = None
    several: list[SecretStr] = []
    inner: Inner = Inner()
    database_url: str = "x"
    db_password: str = "x"
    options: dict[str, str] = {}
    service: str = "x"


SECRET_VALUES = [
    "NUMBER=hunter2",
    'SEVERAL=["hunter2", 1]',
    'INNER={"key": "hunter2", "size": "x"}',
    "INNER=hunter2",
    "DATABASE_URL=postgres//hunter2",
    "DB_PASSWORD=hunter2",
    'OPTIONS={"a": 1, "api_key": "hunter2"}',
    "OPTIONS={'password': 'hunter2'}",
    "OPTIONS__PASSWORD=hunter2\nOPTIONS=[",
    "SERVICE=https://user:hunter2@host\nSERVICE=https://user:hunter2@host",
    'OPTIONS={"hunter2": 1, "token": "x"}',
    "INNER__KEY=hunter2\nINNER__SIZE=x",
]


@pytest.mark.parametrize("text", SECRET_VALUES)
def test_a_secret_of_any_shape_is_masked(text: str) -> None:
    """The type says so, or the name, or what the value looks like."""
    report = checked(f"{text}\n", settings_class=Secretive)
    for colored in (False, True):
        assert "hunter2" not in full.render(report, Style(colored=colored))


class Composed(BaseSettings):
    """It has fields that no variable sets."""

    model_config = SettingsConfigDict(env_file="does-not-matter.env")

    port: int = Field(default_factory=lambda: 80)
    old: int = Field(0, deprecated="use `PORT` instead")
    mode: Literal["a", "b"] = "a"

    @computed_field  # type: ignore[prop-decorator]  # pydantic documents it so
    @property
    def url(self) -> str:
        """Not read from anywhere."""
        return f"http://localhost:{self.port}"


def test_a_deprecated_variable_is_told_with_its_replacement() -> None:
    """A later version will not read it."""
    report = checked("OLD=1\n", settings_class=Composed)
    assert marks(report) == ["1.env:1:1-1:4 warning SP304 deprecated-variable OLD"]
    assert report.diagnostics[0].hint == "use `PORT` instead"


def test_a_computed_field_reads_no_variable() -> None:
    """Setting it would change nothing."""
    assert [each.name for each in checked("URL=x\n", settings_class=Composed).diagnostics] == ["unknown-variable"]


def test_the_allowed_value_that_was_meant_is_told() -> None:
    """A wrong case is the commonest slip."""
    report = checked("MODE=A\n", settings_class=Composed)
    assert (report.diagnostics[0].label, report.diagnostics[0].hint) == ("expected `a` or `b`", "did you mean `a`?")


def test_the_files_that_a_class_names_itself_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With files on the command line, those alone count."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "does-not-matter.env").write_text("PORT=x\n")
    assert marks(checked("PORT=80\n", settings_class=Composed)) == []


class ReadsCommandLine(BaseSettings):
    """It would take the words of this very command for its own."""

    model_config = SettingsConfigDict(cli_parse_args=True)

    port: int = 1


def test_a_class_that_parses_the_command_line_does_not_see_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would end the process with a usage text."""
    monkeypatch.setattr("sys.argv", ["setpoint", "check", "--port", "x", "--nonsense"])
    assert marks(checked("PORT=80\n", settings_class=ReadsCommandLine)) == []


class NoCommandLine(BaseSettings):
    """No command line could be made of it, because `-h` asks for help."""

    h: int = 1


def test_a_class_that_can_be_no_command_line_is_built_all_the_same() -> None:
    """A name of one letter, or one that two settings share, would end argparse."""
    assert marks(checked("H=2", settings_class=NoCommandLine)) == []
    assert messages(checked("H=x", settings_class=NoCommandLine)) == ["`H` is not an integer"]


class FixedSource(PydanticBaseSettingsSource):
    """A source of the app's own."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - pydantic's
        """Give the port from a variable that no setting has."""
        return os.environ.get("MY_PORT"), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the port."""
        return {"port": os.environ["MY_PORT"]} if "MY_PORT" in os.environ else {}


class OwnSources(BaseSettings):
    """It brings a source of its own."""

    port: int

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *_: PydanticBaseSettingsSource, **__: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use the own source alone."""
        return (FixedSource(settings_cls),)


def test_a_source_of_the_classs_own_sees_the_variables_of_the_file() -> None:
    """Whatever it reads is what the process would read, and no stranger."""
    assert checked("MY_PORT=80\n", settings_class=OwnSources).diagnostics == ()
    report = checked("MY_PORT=x\nMY_PROT=1\n", settings_class=OwnSources)
    assert [each.name for each in report.diagnostics] == ["unknown-variable", "invalid-value"]


class OwnInit(BaseSettings):
    """It takes no arguments."""

    port: int = 1

    def __init__(self) -> None:
        super().__init__(_env_file="nowhere.env")


def test_a_class_with_an_init_of_its_own_is_built_as_it_wants() -> None:
    """Such a class reads its file itself, and still checks its values."""
    assert marks(checked("PORT=80\n", settings_class=OwnInit)) == []
    assert marks(checked("PORT=x\n", settings_class=OwnInit)) == ["1.env:1:6-1:7 error SP401 invalid-value PORT"]


class Renamed(BaseSettings):
    """One name of each setting tells that it is a secret."""

    secret_key: str = Field("", validation_alias=AliasChoices("SECRET_KEY", "SK"))  # type: ignore[pydantic-alias]  # two names are the point
    password: str = Field("", validation_alias="WORD")


@pytest.mark.parametrize("name", ["SECRET_KEY", "SK", "WORD"])
def test_a_secret_is_one_under_each_of_its_names(name: str) -> None:
    """An old name of it may say nothing."""
    report = checked(f"{name}=hunter2\n{name}=hunter2\n", settings_class=Renamed)
    assert "hunter2" not in full.render(report, Style(colored=False))


class Unioned(BaseSettings):
    """One setting, several types."""

    size: int | Literal["auto"] = "auto"
    urls: dict[str, int] = {}


def test_a_union_that_refuses_a_value_gives_one_finding() -> None:
    """Each member's own reason would be a puzzle."""
    report = checked("SIZE=big\n", settings_class=Unioned)
    assert messages(report) == ["`SIZE` matches none of the allowed types"]
    assert report.diagnostics[0].label == "expected an integer or `auto`"


def test_the_place_inside_a_value_is_told() -> None:
    """A JSON object can be long."""
    report = checked('URLS={"my-key": "x", "url": "y"}\n', settings_class=Unioned)
    assert messages(report) == ["`my-key` in `URLS` is not an integer", "`url` in `URLS` is not an integer"]


class Numbered(BaseSettings):
    """A choice of numbers, which pydantic takes from no text."""

    level: Literal[1, 2] = 1


def test_a_type_that_no_text_can_set_has_to_change() -> None:
    """Another value would be refused as well."""
    for text in ("LEVEL=1", "LEVEL=3"):
        hint = checked(text, settings_class=Numbered).diagnostics[0].hint
        assert hint == "change the type in the settings class, or let a `BeforeValidator` convert the string"


class Forbids(BaseSettings):
    """It reads a file, and fails at any name in it that it does not know."""

    model_config = SettingsConfigDict(env_file="1.env", extra="forbid")

    port: int = 1


def test_what_the_class_itself_forbids_no_project_can_ignore() -> None:
    """Such a name may belong to another program, and still the app does not start with this file."""
    assert marks(checked("OTHER=1\n", settings_class=Forbids, ignored=["OTHER"])) == [
        "1.env:1:1-1:6 error SP301 unknown-variable OTHER"
    ]
    assert marks(checked("OTHER=\n", settings_class=Forbids, ignored=["OTHER"])) == []
    assert marks(checked("", "OTHER=1\n", settings_class=Forbids, ignored=["OTHER"])) == [
        "2.env:1:1-1:6 error SP301 unknown-variable OTHER"
    ]
