"""A settings class that code of another one makes is told of by its own name and variables."""

from typing import Any, Self

import pytest
from pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from support.checking import checked, messages


class Db(BaseSettings):
    """It reads variables of its own."""

    model_config = SettingsConfigDict(env_prefix="DB_")

    port: int
    host: str = "localhost"


class ByInit(BaseSettings):
    """Its `__init__` makes the other one, whatever sources say."""

    db: Db
    name: str = "none"
    size: int = 1

    def __init__(self, **values: Any) -> None:
        super().__init__(db=Db(), **values)


class ByModelValidator(BaseSettings):
    """It makes the other one unless a source sets it."""

    db: Db | None = None
    name: str = "none"
    size: int = 1

    @model_validator(mode="after")
    def with_db(self) -> Self:
        """Make it."""
        self.db = self.db or Db()
        return self


class ByFieldValidator(BaseSettings):
    """It looks into the other one, whose settings are not among its own."""

    name: str = "none"
    size: int = 1

    @field_validator("name")
    @classmethod
    def with_host(cls, value: str) -> str:
        """Add its host."""
        return f"{value}.{Db().host}"


class AfterInit(BaseSettings):
    """It makes the other one when all is read."""

    name: str = "none"
    size: int = 1
    _db: Db = PrivateAttr()

    def model_post_init(self, _: Any, /) -> None:
        """Make it."""
        self._db = Db()


class InList(BaseSettings):
    """A function makes a default that holds the other one."""

    name: str = "none"
    size: int = 1
    dbs: list[Db] = Field(default_factory=lambda: [Db()])


MAKING: list[type[BaseSettings]] = [ByInit, ByModelValidator, ByFieldValidator, AfterInit]
_HEAD = "the settings class `Db`, which code of this one makes,"
_ADVICE = "to see why, name it among the settings classes of the app"


@pytest.mark.parametrize("settings_class", MAKING)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("NAME=a\n", [f"{_HEAD} needs `DB_PORT`; {_ADVICE}"]),
        ("NAME=a\nDB_PORT=x\n", [f"{_HEAD} refuses `DB_PORT`; {_ADVICE}"]),
        ("NAME=a\nDB_PORT=5432\nDB_HOST=db\n", []),
    ],
)
def test_what_code_makes_is_refused_by_its_own_variables(
    settings_class: type[BaseSettings], content: str, said: list[str]
) -> None:
    """No setting of the class that makes it is to blame, and nothing that it needs is to be taken out."""
    report = checked(content, settings_class=settings_class)
    assert [(each.message, each.location) for each in report.diagnostics] == [(each, None) for each in said]


class InDict(BaseSettings):
    """Another function makes several."""

    name: str = "none"
    size: int = 1
    dbs: dict[str, Db] = Field(default_factory=lambda: {"a": Db(), "b": Db()})


@pytest.mark.parametrize("settings_class", [InList, InDict])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("NAME=a\n", [("DB_PORT", "`DB_PORT` is required but not set", None)]),
        ("NAME=a\nDB_PORT=x\n", [("DB_PORT", "`DB_PORT` is not an integer", 2)]),
        ("NAME=a\nDB_PORT=5432\nDB_HOST=db\n", []),
    ],
)
def test_what_is_made_for_a_field_is_told_as_what_the_class_itself_reads(
    settings_class: type[BaseSettings], content: str, said: list[tuple[str, str, int | None]]
) -> None:
    """The types of its fields say which class that is, so each variable has its place."""
    found = checked(content, settings_class=settings_class).diagnostics
    assert [(each.variable, each.message, each.location and each.location.line) for each in found] == said


@pytest.mark.parametrize("settings_class", [*MAKING, InList, InDict])
def test_a_fault_of_its_own_makes_no_variable_of_another_class_unknown(settings_class: type[BaseSettings]) -> None:
    """What it makes once all is well, it makes with a stand-in for what is not."""
    found = messages(checked("SIZE=x\nDB_PORT=1\nNAME=a\n", settings_class=settings_class))
    assert found == ["`SIZE` is not an integer"]


@pytest.mark.parametrize("settings_class", [ByModelValidator, AfterInit])
def test_a_fault_of_its_own_hides_none_of_the_class_that_its_code_makes(settings_class: type[BaseSettings]) -> None:
    """One check tells both."""
    found = messages(checked("SIZE=x\nDB_PORT=y\n", settings_class=settings_class))
    assert found == ["`SIZE` is not an integer", f"{_HEAD} refuses `DB_PORT`; {_ADVICE}"]


class AroundItsField(BaseSettings):
    """The validator of one field makes the other class, once it has looked at the value."""

    size: int = 1
    name: str = "none"

    @field_validator("size", mode="wrap")
    @classmethod
    def with_db(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        """Make it."""
        made = handler(value)
        Db()
        return made


class AfterAnyField(BaseSettings):
    """A validator of all fields does, of which there is one."""

    size: int = 1

    @field_validator("*")
    @classmethod
    def with_db(cls, value: Any) -> Any:
        """Make it."""
        Db()
        return value


@pytest.mark.parametrize("settings_class", [AroundItsField, AfterAnyField])
def test_what_a_validator_of_an_invalid_field_would_make_is_not_unknown(settings_class: type[BaseSettings]) -> None:
    """It makes the same for the default of the field."""
    found = messages(checked("SIZE=x\nDB_PORT=1\nDB_HOTS=a\n", settings_class=settings_class))
    assert found == ["`SIZE` is not an integer", "no setting reads `DB_HOTS`"]


class OfItsSize(Db):
    """It is given something by the class that makes it."""

    size: int = 1


class GivesSize(BaseSettings):
    """It hands on what may be invalid."""

    size: int = 1

    @model_validator(mode="after")
    def with_db(self) -> Self:
        """Make it."""
        OfItsSize(size=self.size)
        return self


def test_what_a_class_is_given_instead_of_an_invalid_value_is_no_fault_of_it() -> None:
    """It stands in for one that is told already."""
    assert messages(checked("SIZE=x\nDB_PORT=1\n", settings_class=GivesSize)) == ["`SIZE` is not an integer"]


class Group(BaseModel):
    """It has one of them inside."""

    db: Db = Field(default_factory=Db)


class InSeveralFields(BaseSettings):
    """Each of its fields holds one class, of which it may itself read some values."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    group: Group = Field(default_factory=Group)
    db: Db = Field(default_factory=Db)
    maybe: Db | None = None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("GROUP__DB__PORT=2\nDB_PORT=x\n", ["`DB_PORT` is not an integer"]),
        ("GROUP__DB__PORT=x\nDB_PORT=2\n", ["`GROUP__DB__PORT` is not an integer"]),
        ("GROUP__DB__PORT=x\nDB_PORT=y\n", ["`GROUP__DB__PORT` is not an integer", "`DB_PORT` is not an integer"]),
    ],
)
def test_what_one_field_hands_a_class_is_not_blamed_for_another_field(content: str, said: list[str]) -> None:
    """There, the class reads its own variables."""
    assert messages(checked(content, settings_class=InSeveralFields)) == said


def test_what_one_field_hands_a_class_is_not_shown_for_another_field() -> None:
    """Nor is anything for a field in which there is none."""
    environment = ProcessEnvironment({"GROUP__DB__PORT": "2", "DB_PORT": "3"})
    subject = Subject(SettingsContract.of(InSeveralFields), Gathered(environment=environment))
    found = {each.variable.setting: each.winner.name for each in provenances(subject) if each.winner}
    assert found == {("group", "db", "port"): "GROUP__DB__PORT", ("db", "port"): "DB_PORT"}
    assert [each.variable.setting for each in provenances(subject) if each.variable.setting[0] == "maybe"] == [
        ("maybe",)
    ]
