"""An exported contract takes all that its class takes, however the class gets its values together."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    Discriminator,
    Field,
    RootModel,
    SecretStr,
    Tag,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from typing_extensions import TypedDict

from setpoint.contract.document.exported import read_exported_contract
from setpoint.contract.document.manifest import settings_manifest
from setpoint.contract.file_variables import FileVariables
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats import registry
from setpoint.formats.for_people import Style
from support.checking import checked, marks

CANARY = "kXwvQzmWncRt"


class Nesting(BaseSettings):
    """What all classes with nested settings here have in common."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")


class Size(IntEnum):
    """A choice among numbers."""

    SMALL = 1


class Share(float, Enum):
    """A choice among numbers with a point."""

    HALF = 0.5


class Numbers(BaseSettings):
    """Numbers may be written in several ways."""

    size: Size = Size.SMALL
    share: Share = Share.HALF
    sizes: list[Size] = []


class Parts(BaseSettings):
    """Settings that are parts of one value."""

    port: int = Field(validation_alias=AliasPath("CONFIG", "port"))  # type: ignore[pydantic-alias]  # on purpose
    host: str = Field(validation_alias=AliasChoices("HOST", AliasPath("CONFIG", "host")))  # type: ignore[pydantic-alias]  # on purpose


class PartFirst(BaseSettings):
    """A part of a value takes precedence over a variable of its own."""

    port: int = Field(1, validation_alias=AliasChoices(AliasPath("CONFIG", "port"), "PORT"))  # type: ignore[pydantic-alias]  # on purpose


class Cache(BaseSettings):
    """It reads variables by itself."""

    model_config = SettingsConfigDict(env_prefix="CACHE_")

    size: int
    lifetime: int = 1


class InTwoWays(BaseSettings):
    """Parts of one value come from here, and others from what the class of the value reads."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    cache: Cache


class SharedName(BaseSettings):
    """Settings that have a name in common."""

    reading: str = Field(validation_alias=AliasChoices("READ_URL", "BASE_URL"))  # type: ignore[pydantic-alias]  # on purpose
    writing: str = Field(validation_alias=AliasChoices("WRITE_URL", "BASE_URL"))  # type: ignore[pydantic-alias]  # on purpose


class Pool(BaseModel):
    """A model with a delimiter in a name."""

    max_size: int


class CutOnce(BaseSettings):
    """The delimiter stands in names as well."""

    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="_", env_nested_max_split=1)

    pool: Pool


class Tree(BaseModel):
    """A model that nests itself."""

    size: int
    child: "Tree | None" = None


class Limits(RootModel[dict[str, int]]):
    """A model that is no object of fields."""


@dataclass
class Host:
    """A dataclass."""

    port: int


class Mail(TypedDict):
    """A typed dictionary."""

    port: int


class Lenient(BaseModel):
    """A model that may change what it gets."""

    port: int

    @model_validator(mode="before")
    @classmethod
    def _changes(cls, given: Any) -> Any:
        return given


class Cat(BaseModel):
    """One of two."""

    kind: Literal["cat"]


class Dog(BaseModel):
    """The other one."""

    kind: Literal["dog"]
    name: SecretStr


Pet = Annotated[
    Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")],
    Discriminator(lambda given: given.get("kind") if isinstance(given, dict) else given.kind),
]


class Nested(Nesting):
    """All kinds of nested settings whose schema is open."""

    tree: Tree
    limits: Limits
    host: Host
    mail: Mail
    lenient: Lenient
    pet: Pet
    any: Any


class Page(BaseModel):
    """A model that passes over what it does not know."""

    size: int = 1


class Paged(Nesting):
    """A name in it may be misspelt."""

    page: Page = Page()


class Sets(BaseSettings):
    """A set counts what is left of an array."""

    ports: set[int] = Field(max_length=2)


class Prefixed(BaseSettings):
    """The prefix is longer than the first word."""

    model_config = SettingsConfigDict(env_prefix="MY_APP_")

    port: int
    host: str = ""


class Directory(BaseSettings):
    """A secret may stand in a directory where nobody looked."""

    model_config = SettingsConfigDict(secrets_dir="/nowhere/secrets")

    token: SecretStr


class InFile(FileVariables):
    """A secret may stand in a file that a variable names."""

    token: SecretStr


class Rewritten(BaseSettings):
    """A validator looks at all values before the class does."""

    port: int
    token: SecretStr = SecretStr("")

    @model_validator(mode="before")
    @classmethod
    def _changes(cls, given: Any) -> Any:
        return given


IN_PARTS = (
    "TREE__SIZE=1\nTREE__CHILD__SIZE=2\nLIMITS__A=1\nHOST__PORT=1\nMAIL__PORT=1\nLENIENT__PORT=1\n"
    f"PET__KIND=dog\nPET__NAME={CANARY}\n"
)
AS_JSON = (
    'TREE={"size":1}\nLIMITS={"a":1}\nHOST={"port":1}\nMAIL={"port":1}\nLENIENT={"port":1}\n'
    f'PET={{"kind":"dog","name":"{CANARY}"}}\n'
)


@pytest.mark.parametrize(
    ("settings_class", "content"),
    [
        *((Numbers, f"SIZE={text}\n") for text in ("1", "01", "+1", "' 1'", "1.0")),
        (Numbers, 'SHARE=.50\nSIZES=["01", 1]\n'),
        (Parts, 'CONFIG={"port": 1, "host": "h"}\n'),
        (Parts, 'CONFIG={"port": 1}\nHOST=h\n'),
        (PartFirst, 'CONFIG={"port": 1}\nPORT=x\n'),
        (InTwoWays, "CACHE_SIZE=1\nCACHE__LIFETIME=2\n"),
        (SharedName, "BASE_URL=x\n"),
        (SharedName, "READ_URL=x\nBASE_URL=x\n"),
        (CutOnce, "APP_POOL_MAX_SIZE=3\n"),
        (CutOnce, 'APP_POOL={"max_size": 3}\n'),
        (Nested, f"{IN_PARTS}ANY=x\n"),
        (Nested, f"{AS_JSON}ANY=x\n"),
        (Nested, AS_JSON + "ANY=null\n"),
        (Sets, "PORTS=[1, 1, 1]\n"),
        (Prefixed, "MY_APP_PORT=1\nMY_OTHER=1\n"),
        (Directory, "OTHER=1\n"),
        (InFile, "TOKEN_FILE=/nowhere/token\n"),
        (InFile, f"TOKEN={CANARY}\n"),
        (Rewritten, f"PORT=1\nTOKEN={CANARY}\n"),
    ],
)
def test_a_contract_says_nothing_that_its_class_does_not(
    settings_class: type[BaseSettings], content: str, tmp_path: Path
) -> None:
    """It takes what the class takes, knows the same names, and shows no more."""
    by_class = checked(content, settings_class=settings_class)
    by_contract = checked(content, settings_class=_exported(settings_class, tmp_path))
    assert set(marks(by_contract)) - set(marks(by_class)) <= {"nowhere info SP408 partial-schema None"}
    assert CANARY[:6] not in registry.render("full", by_contract, Style(colored=False))


@pytest.mark.parametrize(
    ("settings_class", "content", "expected"),
    [
        (Numbers, "SIZE=2\n", "1.env:1:6-1:7 error SP401 invalid-value SIZE"),
        (CutOnce, "APP_POOL_MAX_SIZE=x\n", "1.env:1:19-1:20 error SP401 invalid-value APP_POOL_MAX_SIZE"),
        (Prefixed, "MY_APP_PORT=1\nMY_APP_DEBUG=1\n", "1.env:2:1-2:13 error SP301 unknown-variable MY_APP_DEBUG"),
        (Rewritten, "TOKN=x\n", "1.env:1:1-1:5 error SP301 unknown-variable TOKN"),
        (Nested, "PET__KIND=cat\nTREES__SIZE=1\n", "1.env:2:1-2:12 error SP301 unknown-variable TREES__SIZE"),
        (Paged, "PAGE__SISE=1\n", "1.env:1:1-1:11 error SP301 unknown-variable PAGE__SISE"),
        (Sets, 'PORTS=[1, "x"]\n', "1.env:1:11-1:14 error SP401 invalid-value PORTS"),
    ],
)  # fmt: skip
def test_a_contract_still_finds_what_it_can(
    settings_class: type[BaseSettings], content: str, expected: str, tmp_path: Path
) -> None:
    """What it lets pass is no more than has to be."""
    found = marks(checked(content, settings_class=_exported(settings_class, tmp_path)))
    assert expected in found
    assert expected in marks(checked(content, settings_class=settings_class))


def _exported(settings_class: type[BaseSettings], folder: Path) -> type[BaseSettings]:
    path = folder / "contract.json"
    path.write_text(settings_manifest(SettingsContract.of(settings_class)))
    return read_exported_contract(str(path))
