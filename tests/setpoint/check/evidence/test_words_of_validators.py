"""What validators of an app's own say is shown as they say it, and without a secret."""

from datetime import date, datetime, time, timedelta
from ipaddress import IPv4Address, IPv6Network
from typing import Annotated, Any, Literal, cast

import pytest
from inline_snapshot import snapshot
from pydantic import AfterValidator, BaseModel, ByteSize, ConfigDict, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError, PydanticKnownError
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.formats import registry, step_summary
from setpoint.formats.for_people import Style
from support.checking import checked

SECRET = "kXwvQzmWncRt"
CONTEXTS: list[dict[str, Any]] = [
    dict.fromkeys(("expected", "pattern", "ge", "le", "gt", "lt", "multiple_of", "min_length", "error"), f"{SECRET}")
]


def _all_formats(settings_class: type[BaseSettings], text: str, environment: dict[str, str] | None = None) -> str:
    report = checked(text, settings_class=settings_class, environment=environment)
    rendered = [registry.render(name, report, Style(colored=False)) for name in registry.FORMATS]
    return "\n".join([*rendered, step_summary.render(report)])


def _class_that_raises(error: Exception) -> type[BaseSettings]:
    def refuse(_: Any) -> Any:
        raise error

    class Inner(BaseModel):
        key: Annotated[SecretStr, AfterValidator(refuse)]

    class Raising(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__")
        inner: Inner
        other: Annotated[str, AfterValidator(refuse)] = ""

    return Raising


@pytest.mark.parametrize("key", ["expected", "pattern", "ge", "le", "min_length", "max_length", "error", "anything"])
@pytest.mark.parametrize("kind", ["weak", "string_pattern_mismatch", "literal_error", "value_error", SECRET])
def test_an_error_of_the_app_smuggles_no_secret_out(kind: Any, key: str) -> None:
    """Its context may hold anything, under the names of pydantic's own."""
    error = PydanticCustomError(kind, f"{{{key}}} is weak", {key: SECRET})
    lines = [f"INNER__KEY={SECRET}", f'INNER={{"key": "{SECRET}"}}', f"INNER__KEY={SECRET}\nOTHER=x"]
    for line in lines:
        assert "kXwv" not in _all_formats(_class_that_raises(error), line)


@pytest.mark.parametrize(
    ("kind", "context"),
    [
        ("string_pattern_mismatch", {"pattern": SECRET}),
        ("literal_error", {"expected": SECRET}),
        ("greater_than_equal", {"ge": 471108151623}),
        ("url_scheme", {"expected_schemes": SECRET}),
    ],
)
def test_nor_does_one_that_borrows_an_error_of_pydantic(kind: Any, context: dict[str, Any]) -> None:
    """Whatever it says goes through the masks."""
    value = str(next(iter(context.values())))
    settings_class = _class_that_raises(PydanticKnownError(kind, context))
    for line in (f"INNER__KEY={value}", f'INNER={{"key": "{value}"}}', f"INNER__KEY={value}\nOTHER=x"):
        assert value[:4] not in _all_formats(settings_class, line)


class Tool(BaseSettings):
    """A validator that says how to help oneself."""

    tool: str = "/srv/shop/bin/tool"
    pg_password: str = "shop"

    @field_validator("tool")
    @classmethod
    def _is_there(cls, value: str) -> str:
        message = f"the tool {value} is missing.\nIn local development run:\n\n  make tool\n"
        raise ValueError(message)


TOOL = "TOOL=/srv/shop/bin/tool\nPG_PASSWORD=shop\n"


def test_lines_of_a_validator_are_lines() -> None:
    """They were written to be read."""
    report = checked(TOOL, settings_class=Tool)
    assert registry.render("full", report, Style(colored=False)) == snapshot("""\
error[SP401]: `TOOL` is invalid: the tool /srv/shop/bin/tool is missing.
   | In local development run:
   |
   |   make tool
  --> 1.env:1:6
   |
 1 | TOOL=/srv/shop/bin/tool
   |      ^^^^^^^^^^^^^^^^^^

1 error in 1.env (2 variables, read as python-dotenv reads them)
""")
    assert "missing. In local development run:  make tool" in registry.render("concise", report, Style(colored=False))
    assert "%0A  make tool" in registry.render("github", report, Style(colored=False))
    assert "<br>In local development run:" in step_summary.render(report)


def test_what_is_no_secret_is_not_masked_in_them() -> None:
    """Neither the working directory of the process, nor what another program reads, nor a word like the password."""
    environment = {"PWD": "/srv/shop", "OLDPWD": "/srv/shop/bin", "TOOL": "/srv/shop/bin/tool"}
    shown = _all_formats(Tool, "TOOL_HOME=/srv/shop\nPG_PASSWORD=shop\n", environment)
    assert "the tool /srv/shop/bin/tool is missing" in shown


class Bounded(BaseSettings):
    """A constraint of the class's own."""

    numbers: list[Annotated[int, Field(ge=5)]] = []


def test_a_constraint_of_the_class_is_told() -> None:
    """It is in the code, and half of the answer."""
    assert "5 or more" in _all_formats(Bounded, "NUMBERS=[1]")


class Addresses(BaseSettings):
    """Types whose errors pydantic says in its own way, and a validator without words."""

    address: IPv4Address = IPv4Address("127.0.0.1")
    network: IPv6Network = IPv6Network("::/64")
    size: ByteSize = ByteSize(1)
    unit: ByteSize = ByteSize(1)
    letter: Literal["a", "b"] = "a"
    title: str = ""

    @field_validator("title")
    @classmethod
    def _says_nothing(cls, value: str) -> str:
        if value:
            raise ValueError
        return value


def test_what_is_wrong_is_said_once_and_no_letter_is_guessed() -> None:
    """The line below says what is expected."""
    text = "ADDRESS=1.2.3\nNETWORK=x\nSIZE=x\nUNIT=10XB\nLETTER=c\nTITLE=x\n"
    report = checked(text, settings_class=Addresses)
    assert [(each.message, each.hint) for each in report.diagnostics] == [
        ("`ADDRESS` is not an IPv4 address", None),
        ("`NETWORK` is not an IPv6 network", None),
        ("`SIZE` is not a size", None),
        ("`UNIT` has an unknown unit", None),
        ("`LETTER` is not one of the allowed values", None),
        ("`TITLE` is invalid", None),
    ]


class Port(BaseModel):
    """What a validator makes of a text to see whether it can."""

    number: int = Field(le=9)


class MadeByValidator(BaseSettings):
    """Its validators make another model, and let out what that one refuses."""

    port: str = "1"

    @field_validator("port")
    @classmethod
    def _make(cls, value: str) -> str:
        Port.model_validate({"number": value})
        return value


@pytest.mark.parametrize(("text", "complaint"), [("x", "is not an integer"), ("10", "is too large")])
def test_what_a_validator_makes_is_told_from_what_is_written(text: str, complaint: str) -> None:
    """No part of the value has such a name."""
    message = checked(f"PORT={text}", settings_class=MadeByValidator).diagnostics[0].message
    assert message == f"`PORT` is invalid: in the result of a validator, `number` {complaint}"


class Inside(BaseModel):
    """A model with a default of its own that is wrong."""

    model_config = ConfigDict(validate_default=True)

    size: int = cast("int", "many")
    name: str = ""


class BadDefaults(BaseSettings):
    """What its code says is wrong, whatever anybody sets."""

    model_config = SettingsConfigDict(validate_default=True, env_nested_delimiter="__")

    port: int = cast("int", "http")
    inside: Inside = cast("Inside", {"name": "a"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["`size` in the default of `INSIDE` is not an integer", "the default of `PORT` is not an integer"]),
        ("PORT=80\nINSIDE__NAME=b\n", ["`size` in the default of `INSIDE` is not an integer"]),
        ("PORT=x\nINSIDE__SIZE=1\n", ["`PORT` is not an integer"]),
    ],
)
def test_a_default_that_the_class_refuses_is_told_from_a_value_that_is_set(text: str, found: list[str]) -> None:
    """Nothing in the file is wrong."""
    diagnostics = checked(text, settings_class=BadDefaults).diagnostics
    assert [each.message for each in diagnostics] == found
    for each in diagnostics:
        is_default = "default" in each.message
        assert (each.location is None) == is_default
        assert (each.hint == "change the default in the settings class, or set a value") == is_default


class Bounds(BaseSettings):
    """Its ends are no numbers."""

    day: Annotated[date, Field(ge=date(2020, 1, 1))] = date(2020, 1, 1)
    until: Annotated[datetime, Field(lt=datetime(2020, 1, 1))] = datetime(2019, 1, 1)  # noqa: DTZ001 - the app's
    at: Annotated[time, Field(gt=time(8))] = time(9)
    wait: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(hours=1))] = timedelta(hours=1)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("DAY=2019-01-01", "is too early"),
        ("UNTIL=2021-01-01T00:00:00", "is too late"),
        ("AT=07:00", "is too early"),
        ("WAIT=PT2H", "is too long"),
        ("WAIT=PT0S", "is too short"),
    ],
)
def test_a_moment_is_early_or_late_and_a_duration_short_or_long(line: str, complaint: str) -> None:
    """As a person would say it."""
    (found,) = checked(f"{line}\n", settings_class=Bounds).diagnostics
    assert found.message == f"`{found.variable}` {complaint}"


class Numbered(BaseSettings):
    """The digits of its bound are in its secret."""

    port: Annotated[int, Field(le=65535)] = 8000
    code: SecretStr = SecretStr("")


def test_a_number_stays_one_where_its_digits_are_in_a_secret() -> None:
    """They are masked in what pydantic tells of the bound."""
    (found,) = checked("PORT=80800\nCODE=abc65535xyz\n", settings_class=Numbered).diagnostics
    assert found.message == "`PORT` is too large"
