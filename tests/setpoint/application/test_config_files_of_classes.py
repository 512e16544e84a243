"""Config files of a settings class count as it has it, and are named where something in them is wrong."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    PyprojectTomlConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from setpoint.application.gathering import of_a_start, of_files
from setpoint.check.checking import check
from setpoint.cli.shown_setting import value_in_words, winner_in_words
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from support.checking import messages
from support.differential.catalogue.chosen import chosen

NO_PROJECT = Project(Path("/"))
CANARY = "kXwvQzmWncRtPz7"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _start(settings_class: type[BaseSettings], **environment: str) -> Subject:
    return of_a_start(SettingsContract.of(settings_class), environment, NO_PROJECT)


def _origins(subject: Subject) -> dict[str, str]:
    return {each.name: winner_in_words(subject, each) for each in provenances(subject)}


class Sub(BaseModel):
    """Nested settings."""

    count: int
    label: str = "a"


class ConfigFiles(BaseSettings):
    """It reads a config file of each kind below the environment."""

    model_config = SettingsConfigDict(
        env_nested_delimiter="__",
        toml_file="config.toml",
        json_file="config.json",
        pyproject_toml_table_header=("tool", "app"),
        extra="ignore",
    )

    sub: Sub
    port: int
    host: str
    password: SecretStr

    settings_customise_sources = chosen(  # type: ignore[pydantic-field]  # pydantic takes it for what it is
        lambda settings_cls, given: (
            given["env"],
            TomlConfigSettingsSource(settings_cls),
            JsonConfigSettingsSource(settings_cls),
            PyprojectTomlConfigSettingsSource(settings_cls),
        )
    )


def test_what_config_files_hold_counts_and_is_shown_with_its_file() -> None:
    """A variable for a part of it is laid over the rest."""
    Path("config.toml").write_text("[sub]\ncount = 1\n")
    Path("config.json").write_text('{"port": 5}')
    Path("pyproject.toml").write_text('[tool.app]\nhost = "h"\npassword = "q8Zr2vLkT0"\n')
    subject = _start(ConfigFiles, SUB__LABEL="b")
    assert check(subject).diagnostics == ()
    assert _origins(subject) == {
        "SUB__COUNT": "config.toml",
        "SUB__LABEL": "process environment",
        "PORT": "config.json",
        "HOST": str(Path("pyproject.toml").absolute()),
        "PASSWORD": str(Path("pyproject.toml").absolute()),
    }
    assert {each.name: subject.shown.text(each.winner) for each in provenances(subject) if each.winner} == {
        "SUB__COUNT": "1",
        "SUB__LABEL": "b",
        "PORT": "5",
        "HOST": "h",
        "PASSWORD": "********",
    }
    Path("config.json").write_text('{"port": "x"}')
    assert messages(check(_start(ConfigFiles))) == ["`PORT` of `config.json` is not an integer"]


class TwoFiles(BaseSettings):
    """A second file is laid over the first."""

    model_config = SettingsConfigDict(toml_file=["default.toml", "prod.toml"])

    port: int = 1

    settings_customise_sources = chosen(  # type: ignore[pydantic-field]  # pydantic takes it for what it is
        lambda settings_cls, given: (given["env"], TomlConfigSettingsSource(settings_cls))
    )


def test_the_one_of_several_config_files_that_is_wrong_is_named() -> None:
    """pydantic-settings does not say which of them it was."""
    Path("default.toml").write_text("port = 'x'\n")
    Path("prod.toml").write_text("")
    assert messages(check(_start(TwoFiles))) == ["`PORT` of `default.toml` is not an integer"]
    Path("prod.toml").write_text("port = 'y'\n")
    assert messages(check(_start(TwoFiles))) == ["`PORT` of `prod.toml` is not an integer"]


def test_a_setting_that_a_config_file_sets_does_not_keep_its_default() -> None:
    """Though its variable is misspelt."""
    hints = []
    for content in ("port = 5\n", ""):
        Path("default.toml").write_text(content)
        files = (parse_env_file("prod.env", b"PROT=1\n", {}),)
        (found,) = check(of_files(SettingsContract.of(TwoFiles), files, None, NO_PROJECT)).diagnostics
        hints.append(found.hint)
    assert hints == [None, "`PORT` keeps its default"]


class Strict(BaseSettings):
    """It forbids what it does not know in its config file."""

    model_config = SettingsConfigDict(toml_file="config.toml", env_file=".env")

    port: int = 1

    settings_customise_sources = chosen(  # type: ignore[pydantic-field]  # pydantic takes it for what it is
        lambda settings_cls, given: (given["env"], given["dotenv"], TomlConfigSettingsSource(settings_cls))
    )


def test_a_key_of_a_config_file_that_is_no_setting_is_named_with_its_file() -> None:
    """In an env file, it is an unknown variable."""
    Path("config.toml").write_text("prot = 1\n")
    Path(".env").write_text("OTHER=1\n")
    assert messages(check(_start(Strict))) == [
        "no setting reads `OTHER`",
        "`prot` of `config.toml` is not a setting, and the settings class forbids it",
    ]


def test_a_config_file_that_cannot_be_read_is_named_by_its_source() -> None:
    """It is read while the sources are made, before any of them can be asked."""
    Path("config.toml").write_text("[sub")
    (message,) = messages(check(_start(ConfigFiles)))
    assert message.startswith(
        "the source `TomlConfigSettingsSource` of the settings class fails with TOMLDecodeError on `config.toml` in"
    )


@pytest.mark.parametrize(
    ("file", "content", "where"),
    [
        ("config.toml", "a = 1\nb = [x\n", "`config.toml`, line 2, in"),
        ("config.json", '{"a": 1,\n"b": }', "`config.json`, line 2, in"),
    ],
)
def test_the_line_is_told_at_which_a_config_file_is_wrong(file: str, content: str, where: str) -> None:
    """The parser knows it, and says it in a text that may hold a value."""
    Path(file).write_text(content)
    (message,) = messages(check(_start(ConfigFiles)))
    assert where in message


class Unmakeable(ConfigFiles):
    """What chooses its sources fails."""

    settings_customise_sources = chosen(lambda _, given: (given["vault"],))  # type: ignore[pydantic-field]  # pydantic takes it for what it is


def test_what_chooses_the_sources_is_no_source() -> None:
    """No source was asked, and no value looked at."""
    (found,) = check(_start(Unmakeable, PORT="x")).diagnostics
    assert found.message.startswith("`settings_customise_sources()` of the settings class fails with KeyError in")
    assert found.hint == "no value was checked, because no source could be asked"


class Layers(BaseSettings):
    """It puts two config files together."""

    model_config = SettingsConfigDict(json_file=["base.json", "local.json"], extra="forbid", env_nested_delimiter="__")

    sub: Sub
    limits: dict[str, int] = {}
    settings_customise_sources = chosen(  # type: ignore[pydantic-field]  # as above
        lambda cls, given: (given["env"], JsonConfigSettingsSource(cls, deep_merge=True))
    )


def test_of_several_config_files_the_one_that_gives_a_value_is_named() -> None:
    """Both only where both give a part of it."""
    Path("base.json").write_text('{"sub": {"count": 1, "label": "b"}, "limits": {"a": 1}}')
    Path("local.json").write_text('{"sub": {"count": 2}, "limits": {"b": 2}}')
    assert _origins(_start(Layers)) == {
        "SUB__COUNT": "local.json",
        "SUB__LABEL": "base.json",
        "LIMITS": "base.json and local.json",
    }
    Path("base.json").write_text('{"sub": {"count": "x", "label": 5}, "stray": 1}')
    Path("local.json").write_text('{"limits": {"b": "x"}}')
    assert sorted(messages(check(_start(Layers)))) == [
        "`SUB__COUNT` of `base.json` is not an integer",
        "`SUB__LABEL` of `base.json` is not a string",
        "`b` in `LIMITS` of `local.json` is not an integer",
        "`stray` of `base.json` is not a setting, and the settings class forbids it",
    ]


class TwoKeys(BaseSettings):
    """A field has an alias and its name, which sources use in their own ways."""

    model_config = SettingsConfigDict(
        json_file="config.json", env_nested_delimiter="__", populate_by_name=True, extra="ignore"
    )

    sub: Sub = Field(Sub(count=0), alias="part")
    settings_customise_sources = chosen(  # type: ignore[pydantic-field]  # as above
        lambda cls, given: (given["env"], JsonConfigSettingsSource(cls))
    )


def test_what_is_under_a_key_that_the_class_passes_over_does_not_count() -> None:
    """Of the alias and the name it takes the alias, whichever source gives it."""
    Path("config.json").write_text('{"part": {"count": 3}}')
    subject = _start(TwoKeys, SUB__LABEL="c")
    assert subject.validated.settings == TwoKeys.model_construct(sub=Sub(count=3))
    assert _origins(subject)["PART__COUNT"] == "config.json"
    assert "SUB__LABEL" not in _origins(subject)


class Vault(PydanticBaseSettingsSource):
    """A source of the app's own."""

    def get_field_value(self, _: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Say nothing of single fields."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return what a vault holds."""
        return {"vault_token": CANARY[::-1], "sub": {"label": f"https://u:{CANARY}@h"}}


class Telling(BaseSettings):
    """It says what it has read, and keeps a secret that it makes itself."""

    model_config = SettingsConfigDict(toml_file="config.toml", extra="forbid")

    api_token: SecretStr = SecretStr("")
    vault_token: str = ""
    made_secret: SecretStr = Field(default_factory=lambda: SecretStr(CANARY))
    options: dict[str, Any] = {}
    sub: dict[str, Any] = {}
    page: str = ""

    @model_validator(mode="after")
    def _tells(self) -> "Telling":
        if not self.page.startswith("ok"):
            made = self.made_secret.get_secret_value()
            message = f"{self.api_token.get_secret_value()} and {made} and {self!r}, with PAGE and API_TOKEN"
            raise ValueError(message)
        return self

    @field_validator("page")
    @classmethod
    def _tells_before(cls, value: str, info: ValidationInfo) -> str:
        if value == "told":
            raise ValueError(repr([info.data["made_secret"].get_secret_value(), info.data]))
        return value

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *_: Any, **given: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, a vault and a config file."""
        return given["env_settings"], Vault(settings_cls), TomlConfigSettingsSource(settings_cls)


@pytest.mark.parametrize(
    "content",
    [
        f'api_token = "{CANARY}"\n',
        f'options = {{ password = "{CANARY}", pages = ["postgresql://u:{CANARY}@h"] }}\n',
        f'api_token = "{CANARY}"\npage = "ok {CANARY}"\n',
        f'api_token = "{CANARY}"\n{CANARY} = 1\n',
        'page = "ok"\n',
        'page = "told"\n',
        "",
    ],
)
def test_secrets_of_other_sources_show_nowhere(content: str) -> None:
    """A validator may quote them, and another setting may hold the same."""
    Path("config.toml").write_text(content)
    subject = _start(Telling)
    said = repr((check(subject).diagnostics, [value_in_words(subject, each) for each in provenances(subject)]))
    assert [part for part in (CANARY, CANARY[::-1]) if part[:6] in said] == []


def test_a_validator_across_fields_is_told_with_the_source_of_each() -> None:
    """There is no line to show."""
    Path("config.toml").write_text(f'api_token = "{CANARY}"\n')
    (found,) = check(_start(Telling)).diagnostics
    assert found.label == (
        "together with `API_TOKEN` of `config.toml`, `VAULT_TOKEN` of the source `Vault`, "
        "`MADE_SECRET` at its default, `OPTIONS` at its default, `SUB` of the source `Vault` and `PAGE` at its default"
    )
