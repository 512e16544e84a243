"""Any settings class of pydantic-settings can be the contract, however it spells its variables."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    Field,
    PostgresDsn,
    Secret,
    SecretStr,
    computed_field,
    field_validator,
    model_validator,
)
from pydantic_core.core_schema import ValidationInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from checking import checked, marks, messages
from setpoint.formats import full
from setpoint.formats.style import Style


class Prefixed(BaseSettings):
    """Every name begins alike."""

    model_config = SettingsConfigDict(env_prefix="APP_")

    port: int = 1
    api_key: SecretStr = SecretStr("")


def test_a_prefix_is_a_namespace() -> None:
    """Who else would own names with the app's own prefix."""
    report = checked("APP_PORT=x\nPORT=x\nAPP_DEBUG=1\n", settings_class=Prefixed)
    assert marks(report) == [
        "1.env:1:10-1:11 error SP401 invalid-value APP_PORT",
        "1.env:2:1-2:5 warning SP301 unknown-variable PORT",
        "1.env:3:1-3:10 error SP301 unknown-variable APP_DEBUG",
    ]


class Aliased(BaseSettings):
    """Names of its variables are not those of its fields."""

    port: int = Field(validation_alias="LISTEN_PORT")
    host: str = Field(validation_alias=AliasChoices("BIND", "HOST"), min_length=2)  # type: ignore[pydantic-alias]  # on purpose
    first: int = Field(0, validation_alias=AliasPath("PAIR", 0))  # type: ignore[pydantic-alias]  # on purpose


def test_aliases_are_the_names_that_count() -> None:
    """The field's own name reads nothing then."""
    report = checked('listen_port=x\nHOST=h\nPAIR=["a"]\nPORT=1\n', settings_class=Aliased)
    assert marks(report) == [
        "1.env:1:13-1:14 error SP401 invalid-value LISTEN_PORT",
        "1.env:2:6-2:7 error SP401 invalid-value HOST",
        "1.env:3:6-3:11 error SP401 invalid-value PAIR",
        "1.env:4:1-4:5 warning SP301 unknown-variable PORT",
    ]


def test_a_missing_variable_tells_its_other_spellings() -> None:
    """One of them is enough."""
    report = checked("", settings_class=Aliased)
    assert messages(report) == ["`BIND` is required and set nowhere", "`LISTEN_PORT` is required and set nowhere"]
    assert report.diagnostics[0].hint == "`HOST` would do as well"


def test_a_missing_variable_and_its_misspelling_are_one_finding() -> None:
    """It is one mistake, to be mended once."""
    report = checked("LISTEN_PROT=1\nBIND=any\n", settings_class=Aliased)
    assert marks(report) == ["1.env:1:1-1:12 error SP301 unknown-variable LISTEN_PROT"]
    assert report.diagnostics[0].hint == "`LISTEN_PORT` is required and set nowhere"


def test_a_required_variable_with_a_broken_line_is_not_called_missing() -> None:
    """It stands there; the line says what is wrong."""
    report = checked("LISTEN_PORT=1\nBIND='any\n", settings_class=Aliased)
    assert marks(report) == ["1.env:2:6-2:7 error SP102 unclosed-quote BIND"]


class Exact(BaseSettings):
    """It tells cases apart."""

    model_config = SettingsConfigDict(case_sensitive=True)

    port: int = 1


def test_a_class_that_tells_cases_apart_reads_exact_names() -> None:
    """`PORT` is another variable than `port` there."""
    report = checked("port=x\nPort=2\n", settings_class=Exact)
    assert marks(report) == [
        "1.env:1:6-1:7 error SP401 invalid-value port",
        "1.env:2:1-2:5 error SP301 unknown-variable Port",
    ]
    assert report.diagnostics[1].label == "did you mean `port`? (it stands on line 1)"


class Database(BaseModel):
    """Settings inside a setting."""

    url: PostgresDsn
    pool_min: int = 1
    pool_max: int = 5
    password: SecretStr | None = None

    @model_validator(mode="after")
    def _pool_is_a_range(self) -> Self:
        if self.pool_min > self.pool_max:
            message = "POOL_MIN must not exceed POOL_MAX"
            raise ValueError(message)
        return self


class Nested(BaseSettings):
    """Settings of its own kind inside."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    database: Database
    labels: dict[str, str] = {}
    ports: list[int] = []


def test_nested_settings_are_variables_of_their_own() -> None:
    """Each is checked where it stands."""
    text = 'DATABASE__URL=postgresql://h/d\nDATABASE__POOL_MIN=x\nDATABASE__POL_MAX=3\nLABELS__TEAM=a\nPORTS=[1,"x"]\n'
    report = checked(text, settings_class=Nested)
    assert marks(report) == [
        "1.env:2:20-2:21 error SP401 invalid-value DATABASE__POOL_MIN",
        "1.env:3:1-3:18 error SP301 unknown-variable DATABASE__POL_MAX",
        "1.env:5:7-5:14 error SP401 invalid-value PORTS",
        "nowhere info SP405 unchecked-conflicts None",
    ]
    assert messages(report)[2] == "`[1]` in `PORTS` is not an integer"


def test_a_required_part_of_a_nested_setting_is_named_by_its_own_variable() -> None:
    """`DATABASE` is no name that anyone would set."""
    assert messages(checked("", settings_class=Nested)) == ["`DATABASE__URL` is required and set nowhere"]
    report = checked("DATABASE__POOL_MIN=2\n", settings_class=Nested)
    assert messages(report)[0] == "`DATABASE__URL` is required and set nowhere"


def test_a_conflict_inside_a_nested_setting_stands_at_a_variable_that_it_names() -> None:
    """That is where somebody can mend it."""
    text = "DATABASE__URL=postgresql://h/d\nDATABASE__POOL_MAX=2\nDATABASE__POOL_MIN=3\n"
    report = checked(text, settings_class=Nested)
    assert [each.name for each in report.diagnostics] == ["conflicting-values"]
    assert messages(report) == ["POOL_MIN must not exceed POOL_MAX"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DATABASE={not json\n", "DATABASE"),
        ("LABELS=[1]\n", "LABELS"),
        ("PORTS=1,2\n", "PORTS"),
        ("LABELS__TEAM__DEEP=1\n", "LABELS__TEAM__DEEP"),
    ],
)
def test_a_value_that_is_no_json_is_found_at_its_place(text: str, name: str) -> None:
    """The class gives up at the first one; the check goes on."""
    report = checked(f"DATABASE__URL=postgresql://h/d\n{text}", settings_class=Nested)
    assert [each.variable for each in report.diagnostics if each.location] == [name]


def test_each_value_that_is_no_json_is_found() -> None:
    """The class names one of them only, and none of the rest."""
    report = checked("DATABASE__URL=x\nLABELS={\nPORTS=[\n", settings_class=Nested)
    assert [each.variable for each in report.diagnostics if each.location] == ["DATABASE__URL", "LABELS", "PORTS"]


class Empty(BaseSettings):
    """An empty text counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    port: int = 1
    name: str


@pytest.mark.parametrize(
    ("settings_class", "text", "expected"),
    [
        (Empty, "PORT=\nNAME=a\n", ["1.env:1:6-1:6 warning SP402 empty-value PORT"]),
        (
            Empty,
            "NAME=\n",
            ["1.env:1:6-1:6 warning SP402 empty-value NAME", "nowhere error SP302 missing-variable NAME"],
        ),
        (
            Exact,
            "port=\n",
            ["1.env:1:6-1:6 error SP401 invalid-value port", "1.env:1:6-1:6 warning SP402 empty-value port"],
        ),
    ],
)
def test_an_empty_value_means_what_the_class_says(settings_class: Any, text: str, expected: list[str]) -> None:
    """Some classes take it as unset, others as a text."""
    assert marks(checked(text, settings_class=settings_class)) == expected


def test_an_empty_value_that_is_ignored_uncovers_the_one_below() -> None:
    """So the settings class reads its sources, too."""
    assert [each.name for each in checked("PORT=x\n", "PORT=\n", settings_class=Empty).diagnostics] == [
        "invalid-value",
        "empty-value",
        "missing-variable",
    ]


class Checked(BaseSettings):
    """Validators of every kind."""

    low: int = 0
    high: int = 9
    token: SecretStr = SecretStr("")
    other: int = 0

    @field_validator("token")
    @classmethod
    def _not_short(cls, token: SecretStr) -> SecretStr:
        if len(token.get_secret_value()) == 1:
            message = f"the token {token.get_secret_value()} is short"
            raise ValueError(message)
        return token

    @field_validator("other")
    @classmethod
    def _raises_anything(cls, other: int, info: ValidationInfo) -> int:
        if other == 7:
            raise KeyError(info.data["token"].get_secret_value())
        return other

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            message = f"LOW={self.low} exceeds HIGH={self.high}, token {self.token.get_secret_value()}"
            raise ValueError(message)
        return self


def test_validators_across_fields_run_although_another_field_is_invalid() -> None:
    """Nothing hides anything."""
    report = checked("LOW=5\nHIGH=3\nOTHER=x\n", settings_class=Checked)
    assert marks(report) == [
        "1.env:1:5-1:6 error SP404 conflicting-values LOW",
        "1.env:3:7-3:8 error SP401 invalid-value OTHER",
    ]


def test_validators_across_fields_that_cannot_run_are_told_of() -> None:
    """A report must not look complete when it is not."""
    report = checked("LOW=x\nHIGH=3\n", settings_class=Checked)
    assert marks(report) == [
        "1.env:1:5-1:6 error SP401 invalid-value LOW",
        "nowhere info SP405 unchecked-conflicts None",
    ]


def test_a_validators_words_are_shown_without_the_secrets_in_them() -> None:
    """Its author thought of a log for developers."""
    report = checked("LOW=5\nHIGH=3\nTOKEN=hunter2\n", settings_class=Checked)
    assert messages(report) == ["LOW=5 exceeds HIGH=3, token ********"]


def test_a_secrets_own_validator_is_not_quoted() -> None:
    """Its words are about the value, and may hold any part of it."""
    assert messages(checked("TOKEN=q\n", settings_class=Checked)) == ["`TOKEN` is invalid"]


def test_a_validator_that_raises_anything_hides_no_other_field() -> None:
    """A `KeyError` is a mistake of the app's, and no verdict on the other values."""
    report = checked("LOW=x\nOTHER=7\nTOKEN=hunter2\n", settings_class=Checked)
    assert [mark for mark in marks(report) if "error" in mark] == ["1.env:1:5-1:6 error SP401 invalid-value LOW"]
    alone = checked("OTHER=7\nTOKEN=hunter2\n", settings_class=Checked)
    assert alone.status == "failed"
    assert "KeyError" in messages(alone)[0]
    assert "hunter2" not in full.render(alone, Style(colored=False))


class Broken(BaseSettings):
    """Fails whatever is in it."""

    port: int = 1

    @model_validator(mode="after")
    def _fail(self) -> Self:
        raise KeyError(self.port)


def test_a_class_that_always_fails_says_where() -> None:
    """The app's author needs the place, and no traceback."""
    report = checked("PORT=80\n", settings_class=Broken)
    assert [each.name for each in report.diagnostics] == ["conflicting-values", "unchecked-conflicts"]
    assert messages(report)[0].startswith("a validator fails with KeyError in `_fail()`, line ")
    both = checked("PORT=x\n", settings_class=Broken)
    assert [each.name for each in both.diagnostics] == ["invalid-value"] or messages(both)


class LooksAtRawValues(BaseSettings):
    """A validator that runs before the fields are known to be valid."""

    low: int = 0
    high: int = 9

    @model_validator(mode="before")
    @classmethod
    def _needs_low(cls, values: dict[str, Any]) -> dict[str, Any]:
        if "low" not in values:
            message = "LOW is needed"
            raise ValueError(message)
        return values


def test_a_validator_of_raw_values_is_not_misled() -> None:
    """An invalid value is there all the same, so nothing may be said about its absence."""
    report = checked("LOW=x\n", settings_class=LooksAtRawValues)
    assert marks(report) == [
        "1.env:1:5-1:6 error SP401 invalid-value LOW",
        "nowhere info SP405 unchecked-conflicts None",
    ]
    assert messages(checked("", settings_class=LooksAtRawValues)) == ["LOW is needed"]


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
    """Whatever it reads is what the process would read."""
    assert [each.name for each in checked("MY_PORT=80\n", settings_class=OwnSources).diagnostics] == [
        "unknown-variable"
    ]
    report = checked("MY_PORT=x\n", settings_class=OwnSources)
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


class Unioned(BaseSettings):
    """One setting, several types."""

    size: int | Literal["auto"] = "auto"
    urls: dict[str, int] = {}


def test_a_union_that_refuses_a_value_gives_one_finding() -> None:
    """Each member's own reason would be a puzzle."""
    report = checked("SIZE=big\n", settings_class=Unioned)
    assert messages(report) == ["`SIZE` is none of the things that it may be"]
    assert report.diagnostics[0].label == "expected an integer or `auto`"


def test_the_place_inside_a_value_is_told() -> None:
    """A JSON object can be long."""
    report = checked('URLS={"my-key": "x", "url": "y"}\n', settings_class=Unioned)
    assert messages(report) == ["`my-key` in `URLS` is not an integer", "`url` in `URLS` is not an integer"]
