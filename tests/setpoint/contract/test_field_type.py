"""A field's type reads well in a sentence."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NewType
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from annotated_types import Ge
from pydantic import (
    UUID4,
    AnyUrl,
    AwareDatetime,
    BaseModel,
    ByteSize,
    DirectoryPath,
    Field,
    FilePath,
    FileUrl,
    FutureDatetime,
    ImportString,
    IPvAnyAddress,
    IPvAnyNetwork,
    Json,
    PastDate,
    PositiveInt,
    PostgresDsn,
    Secret,
    SecretBytes,
    SecretStr,
    StringConstraints,
    condecimal,
    conint,
    create_model,
)
from pydantic_settings import BaseSettings
from typing_extensions import TypedDict

from setpoint.contract.secrecy import is_secret
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.type_in_words import description


class Color(Enum):
    """A choice."""

    RED = "red"
    GREEN = "green"


class Inner(BaseModel):
    """A model."""

    key: SecretStr | None = None
    url: str = ""


@dataclass
class Card:
    """Known to pydantic as a model is."""

    number: SecretStr


class Account(TypedDict):
    """Its name says it."""

    api_key: str


class Login(NamedTuple):
    """A secret by its type."""

    user: str
    word: SecretStr


UserId = NewType("UserId", int)

IN_WORDS: list[tuple[Any, str]] = [
    (int, "an integer"),
    (bool, "`true` or `false`"),
    (float, "a number"),
    (Decimal, "a number"),
    (str, "a string"),
    (bytes, "a string"),
    (int | None, "an integer"),
    (int | str, "an integer or a string"),
    (Annotated[str, Field(pattern=r"^[a-z]+$")], "a string of the form `^[a-z]+$`"),
    (
        Annotated[str, StringConstraints(pattern="^a", min_length=2)],
        "a string of at least 2 characters and of the form `^a`",
    ),
    (Annotated[str, Field(pattern=re.compile("^a"))] | None, "a string of the form `^a`"),
    (Annotated[str, Field(pattern="`a`")], "a string"),
    (Annotated[str, Field(pattern="a" * 61)], "a string"),
    (Literal["a"], "`a`"),
    (Literal["a", "b", 3], "`a` or `b`"),
    (Literal[1, 2], "`1` or `2`"),
    (float | Literal["auto", True], "a number or `auto`"),
    (Color, "`red` or `green`"),
    (int | Literal["auto"], "an integer or `auto`"),
    (bool | Literal["auto"], "`true`, `false` or `auto`"),
    (int | bool | Literal["x", "y"], "an integer, `true`, `false`, `x` or `y`"),
    (Color | int | None, "`red`, `green` or an integer"),
    (Literal[1, "all"] | list[int], "`1`, `all` or a JSON array"),
    (Annotated[int, Field(ge=1, le=5)] | Literal["max"], "an integer from 1 to 5, or `max`"),
    (conint(ge=1) | Annotated[float, Field(le=0)], "an integer of 1 or more, or a number up to 0"),
    (Annotated[str, Field(max_length=3)] | bool, "a string of at most 3 characters, `true`, or `false`"),
    (Annotated[float, Field(ge=-1.5, le=1e6)], "a number from -1.5 to 1000000"),
    (int | Literal["auto", "none"] | None, "an integer, `auto` or `none`"),
    (list[int] | Literal["all"] | float, "a JSON array, `all` or a number"),
    (int | bool, "an integer, `true` or `false`"),
    (int | Color, "an integer, `red` or `green`"),
    (Literal["a", "red"] | Color, "`a`, `red` or `green`"),
    (list[int], "a JSON array"),
    (set[str] | None, "a JSON array"),
    (Sequence[int], "a JSON array"),
    (dict[str, int], "a JSON object"),
    (Mapping[str, int] | None, "a JSON object"),
    (conint(ge=3) | None, "an integer of 3 or more"),
    (Inner, "a JSON object"),
    (Path, "a path"),
    (FilePath, "the path of a file"),
    (DirectoryPath, "the path of a directory"),
    (UUID, "a UUID"),
    (UUID4, "a UUID of version 4"),
    (
        condecimal(max_digits=5, decimal_places=2),
        "a number of at most 5 digits and of at most 2 digits after the point",
    ),
    (condecimal(max_digits=1, ge=0), "a number of 0 or more and of at most 1 digit"),
    (IPv4Interface, "an IPv4 address with the length of its network, such as `10.0.0.1/24`"),
    (PastDate, "a date in the past"),
    (FutureDatetime, "a date and time in the future"),
    (AnyUrl, "a URL"),
    (timedelta, "a duration such as `PT30S`"),
    (ZoneInfo, "the name of a time zone, such as `Europe/Berlin`"),
    (datetime, "a date and time such as `2026-01-31T12:30:00Z`"),
    (AwareDatetime, "a date and time with a time zone such as `2026-01-31T12:30:00Z`"),
    (date, "a date such as `2026-01-31`"),
    (time, "a time such as `12:30`"),
    (IPv4Address, "an IPv4 address"),
    (IPvAnyAddress, "an IP address"),
    (IPvAnyNetwork, "an IP network"),
    (ByteSize, "a size such as `10MB`"),
    (re.Pattern, "a regular expression"),
    (ImportString, "the dotted name of a Python object"),
    (Json, "JSON"),
    (Json[list[int]], "a JSON array"),
    (Any, "any string"),
    (UserId, "an integer"),
    (SecretStr, "a string"),
    (SecretBytes | None, "a string"),
    (Secret[int], "an integer"),
    (Secret[Annotated[int, Field(ge=1)]], "an integer of 1 or more"),
    (PositiveInt, "an integer above 0"),
    (Annotated[int, Field(ge=1, le=5)], "an integer from 1 to 5"),
    (Annotated[int, Ge(1)], "an integer of 1 or more"),
    (Annotated[date, Ge(date(2020, 1, 1))], "a date of 2020-01-01 or later"),
    (Annotated[time, Field(gt=time(8), le=time(9))], "a time after 08:00:00 and up to 09:00:00"),
    (None, "nothing"),
    (Annotated[int, Field(gt=1, lt=5)] | None, "an integer from 2 to 4"),
    (Annotated[PositiveInt, Field(ge=1, le=65535)], "an integer from 1 to 65535"),
    (Annotated[PositiveInt, Field(ge=5)], "an integer of 5 or more"),
    (Annotated[int, Field(ge=5), Field(gt=5)], "an integer above 5"),
    (Annotated[float, Field(gt=0, le=1)], "a number above 0 and up to 1"),
    (Annotated[str, Field(min_length=2), Field(min_length=4)], "a string of at least 4 characters"),
    (Annotated[float, Field(ge=0, lt=1, multiple_of=0.1)], "a number of 0 or more, below 1 and divisible by 0.1"),
    (Annotated[int, Field(ge=1, le=1)], "an integer equal to 1"),
    (Annotated[str, Field(min_length=3, max_length=3)], "a string of exactly 3 characters"),
    (Annotated[list[int], Field(min_length=1, max_length=1)], "a JSON array of exactly 1 item"),
    (Annotated[int, Field(multiple_of=5)], "an integer divisible by 5"),
    (Annotated[str, Field(min_length=1)], "a string of at least 1 character"),
    (Annotated[str, Field(min_length=2, max_length=9)], "a string of 2 to 9 characters"),
    (Annotated[list[int], Field(max_length=2)], "a JSON array of at most 2 items"),
    (Annotated[str, Field(min_length=0, max_length=1)], "a string of at most 1 character"),
    (Annotated[timedelta, Field(ge=timedelta(days=1))], "a duration of 1 day or more"),
    (Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=90))], "a duration above 0 and up to 90 minutes"),
    (Callable[[], int], "a value of type `Callable`"),
]


def _field(annotation: Any) -> Any:
    return create_model("Model", field=(annotation, ...)).model_fields["field"]


@pytest.mark.parametrize(
    ("annotation", "words"), IN_WORDS, ids=[f"{at} {words}" for at, (_, words) in enumerate(IN_WORDS)]
)
def test_a_type_reads_well_in_a_sentence(annotation: Any, words: str) -> None:
    """It follows "expected"."""
    assert description(_field(annotation)) == words


class InJson(BaseSettings):
    """Settings that are JSON in any case."""

    anything: Json[Any]
    text: Json[str]
    numbers: Json[list[int]]


def test_what_is_json_whatever_is_in_it_is_called_json() -> None:
    """A bare string would be refused."""
    words = [description(field) for field in InJson.model_fields.values()]
    assert words == ["JSON", "a JSON string", "a JSON array"]


@pytest.mark.parametrize(
    "annotation",
    [
        *(SecretStr, SecretStr | None, Secret[int], Annotated[SecretStr | None, Field()]),
        *(list[SecretStr], dict[str, SecretStr], Inner, list[Inner], AnyUrl, PostgresDsn, FileUrl | None),
        *(Card, list[Card], Account, Login),
    ],
    ids=range(15),
)
def test_a_secret_inside_a_type_makes_the_field_secret(annotation: Any) -> None:
    """However deep it stands."""
    assert is_secret(["field"], _field(annotation))


@pytest.mark.parametrize("annotation", [str, int, list[str], dict[str, int], Literal["a"], Path, UserId], ids=range(7))
def test_a_type_without_a_secret_is_shown(annotation: Any) -> None:
    """Unless its name says otherwise."""
    assert not is_secret(["field"], _field(annotation))


@pytest.mark.parametrize(("annotation", "expected"), [(str, True), (int, True), (bool, False), (Color, False)])
def test_a_name_makes_a_field_secret_unless_its_type_lists_all_values(annotation: Any, *, expected: bool) -> None:
    """`DB_PASSWORD=true` tells whether there is one."""
    assert is_secret(["db_password"], _field(annotation)) is expected


def test_a_class_without_fields_expects_nothing() -> None:
    """It is a strange class, and no error."""
    assert SettingsContract.of(BaseSettings).variables == ()
