"""A compiled contract says of texts what the class says that it was exported of, and never invents a fault."""

import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from unittest import mock
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    HttpUrl,
    PostgresDsn,
    SecretStr,
    ValidationError,
    create_model,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from setpoint.contract.document.compiled import CompiledContract
from setpoint.contract.document.manifest import as_json
from setpoint.contract.settings_class import SettingsContract


class Color(Enum):
    """A choice among words."""

    RED = "red"
    BLUE = "dark-blue"


class Size(IntEnum):
    """A choice among numbers."""

    SMALL = 1
    LARGE = 2


class Share(float, Enum):
    """A choice among numbers with a point."""

    HALF = 0.5


class Step(Enum):
    """A choice among numbers that no text means: pydantic looks for members whose value is the text."""

    FIRST = 1
    NEXT = "2"


class Inner(BaseModel):
    """Settings two levels down."""

    depth: int = 1
    tags: list[str] = []


class Pool(BaseModel):
    """Settings inside a setting."""

    size: int = Field(5, ge=1)
    MaxAge: float = 1
    other: int = Field(1, alias="json")
    inner: Inner = Inner()
    ports: list[int] | None = None


class Finite(BaseModel):
    """Settings inside a setting without infinity."""

    model_config = ConfigDict(allow_inf_nan=False)

    rate: float


class Strict(BaseModel):
    """Settings inside a setting that take no other keys, one of which they need."""

    model_config = ConfigDict(extra="forbid")

    host: str
    weights: dict[str, float] = {}


KINDS: list[tuple[Any, Any]] = [
    (int, 1),
    (int, ...),
    (Annotated[int, Field(ge=1, lt=100, multiple_of=3)], 3),
    (float, 0.5),
    (Annotated[float, Field(gt=0, le=1)], 0.5),
    (bool, False),
    (bool, ...),
    (str, "x"),
    (Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]+$")], "ab"),
    (int | None, None),
    (float | bool, 1.5),
    (int | Literal["auto"], "auto"),
    (Literal["fast", "safe"], "safe"),
    (Literal["a", 1], "a"),
    (Color, Color.RED),
    (Size, Size.SMALL),
    (Step, Step.FIRST),
    (FiniteFloat, 0.5),
    (SecretStr, ...),
    (Path, Path("x")),
    (Decimal, Decimal(1)),
    (Any, None),
    (list[str], []),
    (Annotated[list[int], Field(max_length=2)], []),
    (set[int], {1}),
    (list[int] | None, None),
    (dict[str, int], {}),
    (dict[str, list[int]], {}),
    (dict[str, Any], {}),
    (dict[str, Inner], {}),
    (list[Inner], []),
    (Pool, Pool()),
    (Pool | None, None),
    (Strict, ...),
    (Strict | Inner, Inner()),
    (list[SecretStr], []),
    (timedelta, timedelta(1)),
    (timedelta | int | None, None),
    (datetime | date | None, None),
    (list[timedelta], []),
    (HttpUrl, ...),
    (PostgresDsn | None, None),
    (dict[str, UUID], {}),
]
TEXTS = [
    "", "0", "1", "2", "3", "-1", " 7 ", "1_0", "99", "1e3", "1.0", "0.5", "nan", "true", "off", "YES", "null", "none",
    "x", "ab", "abcde", "Fast", "fast", "auto", "red", "RED", "dark-blue", "SMALL", "[]", "{}", '["a"]', "[1, 2]",
    "[1, 2, 3]",
    '[1, "x"]', '{"a": 1}', '{"a": "2"}', '{"a": [1]}', '{"a": {"depth": 2}}', '[{"depth": "3"}]', '{"size": 0}',
    '{"size": "7", "json": 2}',
    '{"SIZE": 7, "maxage": 2}', '{"host": "h"}', '{"host": "h", "more": 1}', '{"depth": 4}', "{", "NaN", "1" * 400, "é",
    "PT1S", "1 00:00:01", "2026-11-27", "2026-11-27T12:00Z", "https://h", "HTTP://h:65536", " postgres://u@h/d ",
    '["PT1S", 3]', '["1 day"]', '{"a": "00000000-0000-0000-0000-000000000001"}',
]  # fmt: skip
ODD_TEXTS = ["1.", "1e0", "\u0661", "0.50", ".5", "inf", "-inf", '["1"]', "[1.0]", "[0.5]", "[[]]", "[{}]"]
PARTS = [
    "size",
    "SIZE",
    "maxage",
    "MaxAge",
    "json",
    "inner",
    "inner__depth",
    "inner__tags",
    "inner__x__y",
    "ports",
    "host",
]
PARTS += ["weights", "weights__a", "a", "a__b", "depth", "0", "", "x__"]
CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "env_prefix": st.sampled_from(["APP_", "app"]),
        "env_nested_delimiter": st.sampled_from(["__", "_"]),
        "env_nested_max_split": st.sampled_from([1, 2]),
        "env_ignore_empty": st.booleans(),
        "env_parse_none_str": st.sampled_from(["null", ""]),
        "case_sensitive": st.booleans(),
    },
)
ALIASES = st.sampled_from([None, None, "FIRST", AliasChoices("FIRST", "second")])


@st.composite
def classes(draw: st.DrawFn) -> type[BaseSettings]:
    """Make a settings class of up to three fields."""
    fields: dict[str, Any] = {}
    for name in draw(
        st.lists(st.sampled_from(["port", "Pool", "a", "pool_size"]), min_size=1, max_size=3, unique=True)
    ):
        kind, default = draw(st.sampled_from(KINDS))
        alias = draw(ALIASES) if not fields else None
        fields[name] = (kind, Field(default, validation_alias=alias))
    config = SettingsConfigDict(**draw(CONFIGS), extra="ignore")  # type: ignore[typeddict-item]  # of its keys
    base = type("Base", (BaseSettings,), {"model_config": config, "__module__": __name__})
    return create_model("Made", __base__=base, **fields)


@st.composite
def situations(draw: st.DrawFn) -> tuple[type[BaseSettings], dict[str, str]]:
    """Make a settings class and an environment for it."""
    made = draw(classes())
    delimiter = made.model_config.get("env_nested_delimiter") or "__"
    names = [each.name for each in SettingsContract.of(made).variables] + ["OTHER"]
    text = st.one_of(
        st.sampled_from(TEXTS), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
    )
    variables: dict[str, str] = {}
    for _ in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from(names))
        if draw(st.booleans()):
            name = f"{name}{delimiter}{draw(st.sampled_from(PARTS)).replace('__', delimiter)}"
        variables[draw(st.sampled_from([name, name.lower()]))] = draw(text)
    return made, variables


def by_class(settings_class: type[BaseSettings], variables: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return what the class itself makes of an environment; None where it refuses it."""
    with mock.patch.dict(os.environ, variables, clear=True):
        try:
            settings = settings_class()
        except (ValidationError, SettingsError):
            return None
    return {name: _plain(getattr(settings, name)) for name in settings_class.model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return _plain(value.get_secret_value())
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {fields[name].alias or name: _plain(each) for name, each in value}
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | set):
        return sorted([_plain(each) for each in {*value}], key=str) if isinstance(value, set) else [*map(_plain, value)]
    if isinstance(value, Path):
        return value
    plain = value.value if isinstance(value, Enum) else value
    return type(plain), "nan" if plain != plain else plain  # noqa: PLR0124 - NaN


@given(situations())
def test_a_contract_agrees_with_its_class(situation: tuple[type[BaseSettings], dict[str, str]]) -> None:
    """It takes all that the class takes, with the same values; where it is all that the class checks, nothing else."""
    settings_class, variables = situation
    document = as_json(SettingsContract.of(settings_class))
    compiled = CompiledContract(document)
    right, said = by_class(settings_class, variables), compiled.values(variables)
    if right is None:
        assert said is None or compiled.unchecked
        return
    assert said is not None
    unchecked = {each.partition(".")[0] for each in compiled.unchecked}
    for name, schema in document["schema"]["properties"].items():
        assert name in unchecked or _is_same(said[name], right[name], schema), name


BETWEEN = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@pytest.mark.parametrize("kind", [Color, Size, Share, list[Size], BETWEEN, float, set[str]], ids=str)
def test_a_contract_says_all_of_what_json_can_describe(kind: Any) -> None:
    """However a number is written, `1.` and `inf` included."""
    made = create_model("Made", __base__=BaseSettings, kind=(kind, ...))
    compiled = CompiledContract(as_json(SettingsContract.of(made)))
    assert not compiled.unchecked
    for variables in ({"KIND": text} for text in (*TEXTS, *ODD_TEXTS)):
        assert (compiled.values(variables) is None) is (by_class(made, variables) is None), variables


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Step, "1"),
        (Step | None, "1"),
        (list[Step], '["1"]'),
        (Literal["a", 1], "1"),
        (FiniteFloat, "NaN"),
        (dict[str, FiniteFloat], '{"a": 1e999}'),
        (Annotated[FiniteFloat, Field(ge=0)], "inf"),
        (Finite, '{"rate": NaN}'),
        (set[Inner], "[{}]"),
        (frozenset[Any], "[[]]"),
    ],
    ids=str,
)
def test_a_contract_names_what_only_the_class_refuses(kind: Any, text: str) -> None:
    """What the service stores as valid, an instance could not start with."""
    made = create_model("Made", __base__=BaseSettings, kind=(kind, ...))
    assert by_class(made, {"KIND": text}) is None
    assert CompiledContract(as_json(SettingsContract.of(made))).unchecked


def _is_same(said: Any, right: Any, schema: Mapping[str, Any]) -> bool:
    """Return whether a value is what the class makes, but for defaults: not all of them are in a contract."""
    if said == schema.get("default") or not schema.keys() - {"default"}:
        return True
    if "anyOf" in schema:
        return any(_is_same(said, right, each) for each in schema["anyOf"])
    if "properties" in schema:
        parts = schema["properties"].items()
        return isinstance(said, dict) and all(
            key in said and _is_same(said[key], right[key], each) for key, each in parts
        )
    if isinstance(right, Path):
        return Path(said) == right
    return bool(_plain({*said} if schema.get("uniqueItems") is False else said) == right)
