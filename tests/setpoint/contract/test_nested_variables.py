"""The variables of nested settings, and what a text that is no JSON says of them."""

from typing import Self

import pytest
from pydantic import (
    BaseModel,
    PostgresDsn,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from support.checking import checked, marks, messages


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
        "1.env:5:10-5:13 error SP401 invalid-value PORTS",
        "nowhere info SP405 unchecked-conflicts None",
    ]
    assert messages(report)[2] == "`[1]` in `PORTS` is not an integer"


def test_a_required_part_of_a_nested_setting_is_named_by_its_own_variable() -> None:
    """`DATABASE` is no name that anyone would set."""
    assert messages(checked("", settings_class=Nested)) == ["`DATABASE__URL` is required but not set"]
    report = checked("DATABASE__POOL_MIN=2\n", settings_class=Nested)
    assert messages(report)[0] == "`DATABASE__URL` is required but not set"


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


class Pool(BaseModel):
    """A list among plain settings."""

    ports: list[int]
    size: int = 1


class Pooled(BaseSettings):
    """A required list inside a setting."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    pool: Pool
    other: int = 0


def test_a_part_that_is_no_json_hides_no_other_part() -> None:
    """The class itself names neither the part nor anything else."""
    report = checked("POOL__SIZE=x\nPOOL__PORTS=[bad\nOTHER=x\n", settings_class=Pooled)
    assert marks(report) == [
        "1.env:1:12-1:13 error SP401 invalid-value POOL__SIZE",
        "1.env:2:14-2:15 error SP401 invalid-value POOL__PORTS",
        "1.env:3:7-3:8 error SP401 invalid-value OTHER",
    ]
    assert messages(checked("POOL=[bad\n", settings_class=Pooled)) == ["`POOL` is not valid JSON"]
