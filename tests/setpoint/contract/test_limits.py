"""Limits that leave no value, as those of a class whose bounds were swapped."""

import json
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings

from setpoint.contract.document.admission import InadmissibleContractError, admit
from setpoint.contract.document.compiled import CompiledContract
from setpoint.contract.document.identity import digest
from setpoint.contract.document.limits import contradictions
from setpoint.contract.document.manifest import as_json
from setpoint.contract.settings_class import SettingsContract

BOUNDS = st.sampled_from([-2, -1, 0, 1, 2])
NUMBERS = st.dictionaries(
    st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), BOUNDS, max_size=4
)


class Pool(BaseModel):
    """A part of the class below."""

    size: int = Field(5, gt=4, lt=5)


class Swapped(BaseSettings):
    """A class that refuses whatever is set; it starts only because of its defaults."""

    port: int = Field(8000, ge=65_535, le=1)
    ratio: float | None = Field(None, gt=1, le=1)
    name: str = Field("a", min_length=3, max_length=2)
    hosts: list[Annotated[int, Field(ge=2, le=1)]] = []
    tags: dict[str, str] = Field({}, min_length=2, max_length=1)
    step: int = Field(10, ge=1, le=9, multiple_of=10)
    pool: Pool = Pool()
    fine: int = Field(1, ge=1, le=1)


def contract(**properties: Any) -> dict[str, Any]:
    """Return a contract with these settings."""
    document = as_json(SettingsContract.of(Swapped))
    names = {key.upper(): [key] for key in properties}
    document |= {"variables": names, "secrets": [], "schema": {"type": "object", "properties": properties}}
    return {**document, "digest": digest(document)}


def test_each_setting_of_which_nothing_is_valid_is_named() -> None:
    """A contract that refuses every write of a variable helps nobody, and the class is where that is corrected."""
    with pytest.raises(InadmissibleContractError) as refused:
        admit(json.dumps(as_json(SettingsContract.of(Swapped))).encode())
    assert {each.partition(", ")[0] for each in refused.value.reasons} == {
        f"nothing is a valid value of `{name}`" for name in ("PORT", "RATIO", "NAME", "HOSTS", "TAGS", "STEP", "POOL")
    }
    assert refused.value.reasons[0] == (
        "nothing is a valid value of `HOSTS`, because its limits exclude each other; correct the settings class"
    )


def test_a_name_that_is_not_fit_to_print_is_not_printed() -> None:
    """A stranger has written it."""
    document = contract(x={"type": "integer", "minimum": 2, "maximum": 1})
    document["variables"] = {"\x1b[31m": ["x"]}
    assert [each.partition(", ")[0] for each in contradictions(document)] == [
        "nothing is a valid value of one of its settings"
    ]


@given(NUMBERS, st.sampled_from([None, 1, 2, 3]))
def test_integers_are_excluded_only_if_there_are_none(bounds: dict[str, int], step: int | None) -> None:
    """By pydantic's own word on each that could be one."""
    document = contract(x={"type": "integer", **bounds, **({"multipleOf": step} if step else {})})
    compiled = CompiledContract(document)
    valid = any(compiled.values({"X": str(each)}) is not None for each in range(-7, 8))
    assert valid is not bool([*contradictions(document)])


@given(NUMBERS)
def test_numbers_are_excluded_only_if_there_are_none(bounds: dict[str, int]) -> None:
    """By pydantic's own word on each that could be one, in steps of a half."""
    document = contract(x={"type": "number", **bounds})
    compiled = CompiledContract(document)
    valid = any(compiled.values({"X": str(each / 2)}) is not None for each in range(-14, 15))
    assert valid is not bool([*contradictions(document)])
