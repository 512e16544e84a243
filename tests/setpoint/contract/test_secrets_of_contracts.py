"""A contract hides what its class would hide, and leaves to a class inside what that reads by itself."""

from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    Field,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.document.exported import read_exported_contract
from setpoint.contract.document.manifest import settings_manifest
from setpoint.contract.settings_class import SettingsContract
from support.checking import checked

CANARY = "kXwvQzmWncRt"


class Nesting(BaseSettings):
    """What all classes with nested settings here have in common."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")


class Size(IntEnum):
    """A choice among numbers."""

    SMALL = 1


class Door(BaseModel):
    """A model whose field has several names, and none of them is its own."""

    key: str = Field("", validation_alias=AliasChoices("left", "right"))  # type: ignore[pydantic-alias]  # on purpose


class Numeric(Nesting):
    """Numbers and words, of which a schema can't say that they are that, and a key that the class does not know."""

    door: Door = Door()

    price: Decimal = Decimal(1)
    prices: list[Decimal] = []
    pair: tuple[int, int] = (1, 2)
    word: Literal["a", None] = "a"  # noqa: PYI061 - as a union it is another type
    part: int = Field(1, validation_alias=AliasPath("PARTS", 0))  # type: ignore[pydantic-alias]  # on purpose
    changed: Annotated[int, BeforeValidator(lambda given: given)] = 1
    either: bool | Decimal = True
    sizes: list[Size] = []
    size: bool | Size = True


@pytest.mark.parametrize(
    "name", ["PRICE", "PRICES", "PAIR", "WORD", "PARTS", "CHANGED", "EITHER", "SIZES", "SIZE", "DOOR__KEY"]
)
def test_a_contract_hides_a_token_where_its_class_would(name: str, tmp_path: Path) -> None:
    """The class sees that no number looks like that; without it, it might be one."""
    content = f"{name}=k9{CANARY}7\n" * 2
    for settings_class in (Numeric, _exported(Numeric, tmp_path)):
        report = checked(content, settings_class=settings_class)
        assert [each.excerpt.text for each in report.diagnostics if each.code == "SP103" and each.excerpt] == [
            f"{name}=********"
        ]


def _exported(settings_class: type[BaseSettings], folder: Path) -> type[BaseSettings]:
    path = folder / "contract.json"
    path.write_text(settings_manifest(SettingsContract.of(settings_class)))
    return read_exported_contract(str(path))


class PoolOfOwnPrefix(BaseSettings, env_prefix="POOL_"):
    """A settings class with names of its own."""

    size: int = 1


class AroundPool(BaseSettings):
    """It has another settings class make a value."""

    pool: PoolOfOwnPrefix = Field(default_factory=PoolOfOwnPrefix)
    port: int = 1


def test_what_a_settings_class_inside_reads_is_left_to_the_class(tmp_path: Path) -> None:
    """Its variables are known, and that nobody has looked at them is said."""
    path = tmp_path / "contract.json"
    path.write_text(settings_manifest(SettingsContract.of(AroundPool)))
    report = checked("POOL_SIZE=x\nPORT=1\n", settings_class=read_exported_contract(str(path)))
    assert [(each.code, each.label) for each in report.diagnostics] == [
        ("SP408", "only the settings class checks `pool`")
    ]
