"""A value that is no JSON hides nothing that is wrong with the parts of it that variables of their own set."""

from typing import Any

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from support.checking import checked
from support.differential.catalogue import names, nesting, unions

_DB = "SP401 `DB` is not valid JSON"
_PORT = "SP401 `DB__PORT` is not an integer"


class ByPath(BaseModel):
    """Takes a field from inside another value."""

    port: int = Field(1, validation_alias=AliasPath("net", "port"))  # type: ignore[pydantic-alias]  # on purpose


class ByPathOrName(BaseSettings):
    """Takes several fields from inside one value; one of them has a name besides."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", extra="ignore")

    port: int = Field(1, validation_alias=AliasPath("service", "port"))  # type: ignore[pydantic-alias]  # on purpose
    other: int = Field(1, validation_alias=AliasChoices("OTHER", AliasPath("service", "other")))  # type: ignore[pydantic-alias]  # on purpose
    inner: ByPath = ByPath()


BESIDE: list[tuple[type[BaseSettings], str, list[str]]] = [
    (nesting.Nested, "DB=x\nDB__PORT=y\n", [_DB, _PORT]),
    (nesting.Nested, "DB__PORT=y\nDB=x\n", [_PORT, _DB]),
    (nesting.Nested, "DB=x\nDB__PORT=1\n", [_DB]),
    (nesting.Nested, "DB=x\n", [_DB]),
    (nesting.NestedForbidsStrangers, "DB=x\nDB__PROT=1\n", [_DB, "SP301 no setting reads `DB__PROT`"]),
    (nesting.Deep, "POOL=x\nPOOL__DB=y\nPOOL__DB__PORT=z\n", ["POOL", "POOL__DB", "POOL__DB__PORT"]),
    (nesting.Nested, "DB=[]\nDB__PORT=y\n", ["SP401 `DB` is not a JSON object", _PORT]),
    (nesting.OptionalNested, "DB=x\nDB__PORT=y\n", ["SP401 `DB` is not a JSON object", _PORT]),
    (nesting.OptionalNested, "DB=x\nDB__PORT=1\n", ["SP401 `DB` is not a JSON object"]),
    (nesting.OptionalNested, "DB=null\nDB__PORT=y\n", []),
    (unions.Discriminated, "STORE=x\nSTORE__PORT=y\n", ["SP401 `STORE` is not a JSON object"]),
    (nesting.Deep, "POOL__DB=y\nPOOL__DB__PORT=z\nPOOL__SIZE=x\n", ["POOL__DB", "POOL__DB__PORT", "POOL__SIZE"]),
    (nesting.PydanticDataclass, "DB=x\nDB__PORT=y\n", [_DB, _PORT]),
    (unions.ModelsByName, "GROUPS=x\nGROUPS__A__COUNT=y\n", ["GROUPS", "GROUPS__A__COUNT"]),
    (unions.NumbersByName, "LIMITS=x\nLIMITS__CPU=y\n", ["LIMITS", "LIMITS__CPU"]),
    # It might be the one of the two that has no port.
    (unions.ModelsInUnionByName, "STORES=x\nSTORES__A__PORT=y\n", ["STORES"]),
    (unions.Either, "STORE=x\nSTORE__PORT=y\n", ["STORE"]),
    (unions.Either, "STORE=x\nSTORE__KIND=bucket\nSTORE__PORT=y\n", ["STORE", "STORE__PORT"]),
    (unions.Either, "STORE=[]\nSTORE__KIND=bucket\nSTORE__PORT=y\n", ["STORE", "STORE__PORT"]),
    (unions.Discriminated, "STORE=x\nSTORE__KIND=bucket\nSTORE__PORT=y\n", ["STORE", "STORE__PORT"]),
    (unions.Discriminated, "STORE=x\nSTORE__KIND=tape\n", ["STORE", "STORE__KIND"]),
    (unions.ModelOrFlag, "STORE=x\nSTORE__KIND=bucket\nSTORE__PORT=y\n", ["STORE"]),
    (unions.ModelOrText, "STORE=x\nSTORE__PATH=y\n", []),
    (
        unions.ModelsInUnionByName,
        "STORES=x\nSTORES__A__KIND=bucket\nSTORES__A__PORT=y\n",
        ["STORES", "STORES__A__PORT"],
    ),
    (
        unions.ModelsInUnionByName,
        "STORES__A=x\nSTORES__A__KIND=bucket\nSTORES__A__PORT=y\nSTORES__B=[]\nSTORES__B__KIND=tape\n",
        ["STORES__A", "STORES__A__PORT", "STORES__B", "STORES__B__KIND"],
    ),
    (names.PathsOrNames, "SERVICE=x\nSERVICE__PORT=y\n", ["SERVICE", "SERVICE__PORT"]),
    (names.PathsOrNames, "SERVICE=x\nSERVICE__POOL__SIZE=y\nHOST=h\n", ["SERVICE", "SERVICE__POOL__SIZE"]),
    (ByPathOrName, "SERVICE=x\nOTHER=y\n", ["SERVICE", "OTHER"]),
    (ByPathOrName, "INNER=x\nINNER__NET__PORT=y\n", ["INNER", "INNER__NET__PORT"]),
    (ByPathOrName, "INNER__NET__PORT=y\n", ["SP401 `INNER__NET__PORT` is not an integer"]),
]


@pytest.mark.parametrize(("settings_class", "content", "told"), BESIDE, ids=map(str, range(len(BESIDE))))
def test_a_value_that_is_no_json_hides_no_part(settings_class: Any, content: str, told: list[str]) -> None:
    """As far as the part would be wrong beside any value."""
    found = checked(content, settings_class=settings_class).diagnostics
    if all(each.isupper() for each in told):
        assert [each.variable for each in found] == told
    else:
        assert [f"{each.code} {each.message}" for each in found] == told


@pytest.mark.parametrize(
    ("environment", "told"), [({"DB": "x"}, ["DB"]), ({"DB": "x", "DB__PORT": "z"}, ["DB", "DB__PORT"])]
)
def test_a_part_that_a_weaker_source_sets_may_be_replaced_by_the_value(
    environment: dict[str, str], told: list[str]
) -> None:
    """So nothing is said of it before the value is JSON."""
    found = checked("DB__PORT=y\n", settings_class=nesting.Nested, environment=environment).diagnostics
    assert [each.variable for each in found] == told
