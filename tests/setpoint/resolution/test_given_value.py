"""A value is looked for where pydantic would look for it."""

from typing import Any

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, Field

from setpoint.resolution.given_value import NOTHING, keys_taken, path_taken, value_at_path


@pytest.mark.parametrize(
    ("path", "found"),
    [(["a", 0], 1), (["a", -1], 2), (["a", 2], NOTHING), (["a", -3], NOTHING), (["a", "b"], NOTHING), (["b"], NOTHING)],
)
def test_a_path_leads_to_an_item_or_nowhere(path: list[str | int], found: Any) -> None:
    """From the end of a list, too."""
    assert value_at_path({"a": [1, 2]}, path) is found


class Aliased(BaseModel):
    """Each field has another way to its value."""

    port: int = Field(1, validation_alias=AliasChoices(AliasPath("service", "port"), "PORT"))  # type: ignore[pydantic-alias]
    host: str = Field("none", validation_alias=AliasChoices("HOST", AliasPath("service", "host")))  # type: ignore[pydantic-alias]
    name: str = Field("none", alias="title")


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({"service": {"port": 1, "host": "a"}}, {"port": ["service", "port"], "host": ["service", "host"]}),
        ({"service": [], "PORT": 1, "HOST": "a"}, {"port": ["PORT"], "host": ["HOST"]}),
        ({"service": {"port": 1, "host": "a"}, "HOST": "b"}, {"port": ["service", "port"], "host": ["HOST"]}),
        ({"name": "a"}, {}),
    ],
)
def test_of_several_ways_to_a_value_the_first_that_leads_to_one_counts(
    values: dict[str, Any], paths: dict[str, list[str]]
) -> None:
    """One way that counts for one field takes nothing from another, and no field has a name besides its aliases."""
    found = {name: path_taken(Aliased, name, values) for name in Aliased.model_fields}
    assert {name: path for name, path in found.items() if path} == paths


class Around(BaseModel):
    """Holds another model under an alias."""

    inner: Aliased = Field(Aliased(), validation_alias=AliasChoices("inner", "old"))  # type: ignore[pydantic-alias]


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"around": {"old": {"service": {"port": 1}}}}, ["old", "service", "port"]),
        ({"around": {"inner": {"PORT": 1}, "old": {"service": {"port": 1}}}}, ["inner", "PORT"]),
        ({"around": {"inner": {}, "old": {"PORT": 1}}}, None),
    ],
)
def test_the_first_key_that_leads_to_a_model_counts_for_all_of_its_fields(
    values: dict[str, Any], keys: list[str] | None
) -> None:
    """What is under the other keys of the model counts for nothing."""

    class Outer(BaseModel):
        around: Around

    assert keys_taken(Outer, ("around", "inner", "port"), values) == keys
