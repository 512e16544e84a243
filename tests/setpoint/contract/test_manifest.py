"""The manifest says what a class takes, as far as a schema can, and lists the rest."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Json,
    PostgresDsn,
    Secret,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_settings import BaseSettings

from setpoint.contract.document.manifest import as_json
from setpoint.contract.settings_class import SettingsContract

CANARY = "kXwvQzmWncRt"
KEYWORDS = {
    "format", "schemes", "hostRequired", "$schema", "title", "description", "deprecated", "writeOnly", "default",
    "type", "enum", "anyOf", "properties", "required", "additionalProperties", "items",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
}  # fmt: skip
TYPES: dict[str, type | tuple[type, ...]] = {
    "integer": int, "number": (int, float), "string": str, "boolean": bool, "null": type(None),
    "array": list, "object": dict,
}  # fmt: skip


class Size(IntEnum):
    """A choice among numbers."""

    SMALL = 1
    LARGE = 2


class Forgiving(StrEnum):
    """A choice that takes other spellings."""

    FAST = "fast"

    @classmethod
    def _missing_(cls, value: object) -> "Forgiving | None":
        return cls.FAST if str(value).lower() == "fast" else None


class Tree(BaseModel):
    """A model that nests itself."""

    size: int = 1
    child: "Tree | None" = None


class Pool(BaseModel):
    """Settings inside a setting, with a secret among them."""

    model_config = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=1)] = 5
    max_age: int = Field(alias="maxAge")
    password: str = CANARY


class Lenient(BaseModel):
    """A model that may rename what it gets."""

    size: int = 1

    @model_validator(mode="before")
    @classmethod
    def _renames(cls, given: Any) -> Any:
        return {"size": given} if isinstance(given, int) else given


class Trimmed(BaseModel):
    """A model that changes texts before it looks at them."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: Annotated[str, Field(max_length=3)]


class TwoNames(BaseModel):
    """A model with a field of two names."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(1, validation_alias=AliasChoices("a", "b"))  # type: ignore[pydantic-alias]  # two names are the point


def _refuse_three(number: int) -> int:
    if number == 3:
        message = "not three"
        raise ValueError(message)
    return number


def _manifest(annotation: Any) -> dict[str, Any]:
    settings_class = create_model("Made", __base__=BaseSettings, field=(annotation, ...))
    return as_json(SettingsContract.of(settings_class))


def _takes(schema: dict[str, Any], value: Any) -> bool:
    """Return what a validator of JSON Schema says, for the keywords that the manifest uses."""
    if "anyOf" in schema:
        return any(_takes(each, value) for each in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return False
    bounds: dict[str, Callable[[Any], object]] = {
        "minimum": lambda limit: value >= limit, "maximum": lambda limit: value <= limit,
        "exclusiveMinimum": lambda limit: value > limit, "exclusiveMaximum": lambda limit: value < limit,
        "multipleOf": lambda limit: value % limit == 0, "pattern": lambda limit: re.search(limit, value),
        "minLength": lambda limit: len(value) >= limit, "maxLength": lambda limit: len(value) <= limit,
        "minItems": lambda limit: len(value) >= limit, "maxItems": lambda limit: len(value) <= limit,
        "minProperties": lambda limit: len(value) >= limit, "maxProperties": lambda limit: len(value) <= limit,
        "items": lambda each: all(_takes(each, item) for item in value),
        "required": lambda names: all(name in value for name in names),
    }  # fmt: skip
    if not all(holds(schema[keyword]) for keyword, holds in bounds.items() if keyword in schema):
        return False
    return kind != "object" or all(_takes(_of_key(schema, key), item) for key, item in value.items())


def _of_key(schema: dict[str, Any], key: str) -> dict[str, Any]:
    others = schema.get("additionalProperties", {})
    found: dict[str, Any] = schema.get("properties", {}).get(key, {"enum": []} if others is False else others)
    return found


def _class_takes(annotation: Any, value: Any) -> bool:
    try:
        TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("annotation", "taken", "refused", "refused_by_class_alone", "reason"),
    [
        (int, [0, -5], ["x", [], 1.5], [], None),
        (bool, [True, False], ["x"], [], None),
        (float, [0, 1.5], ["x"], [], None),
        (Annotated[int, Field(ge=1, lt=5)], [1, 4], [0, 5], [], None),
        (Annotated[int, Field(multiple_of=5)], [5], [3], [], None),
        (Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)], [0.5, 1], [0, 1.5], [], None),
        (Annotated[int | None, Field(ge=1)], [None, 1], [0], [], None),
        (Annotated[int, Field(ge=1)] | None, [None, 1], [0], [], None),
        (Annotated[str, Field(min_length=2, max_length=3, pattern="^[a-z]+$")], ["ab"], ["a", "abcd", "A1"], [], None),
        (Annotated[str, Field(pattern="^(?i)a$")], ["A"], [1], ["b"], "constraint"),
        (Annotated[str, StringConstraints(strip_whitespace=True, max_length=3)], ["  a  "], [], ["abcd"], "constraint"),
        (Literal["a", "b"] | None, ["a", None], ["c"], [], None),
        (Size, [1, 2], [3], [], None),
        (Forgiving, ["fast", "FAST"], [], ["x"], "type"),
        (Tree, [{"child": {"child": {}}}], [{"size": "x"}], [{"child": {"size": "x"}}], "type"),
        (SecretStr, ["a"], [[]], [], None),
        (Annotated[SecretStr, Field(min_length=2)], ["ab"], ["a"], [], None),
        (Secret[int], [1], ["x"], [], None),
        (Path, ["/a"], [[]], [], None),
        (Annotated[list[int], Field(min_length=1)], [[1]], [[], ["x"]], [], None),
        (set[int], [[1], [1, 1]], [["x"]], [], None),
        (Annotated[set[int], Field(max_length=2)], [[1, 1, 2]], [["x"]], [[1, 2, 3]], "constraint"),
        (dict[str, int], [{"a": 1}], [{"a": "x"}], [], None),
        (dict[int, int], [{1: 1}], [[]], [{"a": 1}], "type"),
        (tuple[int, str], [(1, "a")], [], [(1,)], "type"),
        (Any, [1, "a", None], [], [], None),
        (Decimal, ["1.5", 1], [], ["x"], "type"),
        (PostgresDsn, ["postgresql://h/d"], [[]], [], None),
        (Json[list[int]], ["[1]"], [], ["x"], "constraint"),
        (Annotated[int, AfterValidator(_refuse_three)], [1], ["x"], [3], "validator"),
        (Annotated[int, AfterValidator(abs), Field(ge=0)], [-1], ["x"], [], "validator"),
        (Annotated[list[str], BeforeValidator(lambda text: text.split(","))], ["a,b"], [], [], "constraint"),
        (Pool, [{"maxAge": 1, "size": 2}], [{}, {"maxAge": 1, "size": 0}, {"maxAge": 1, "x": 1}], [], None),
        (Lenient, [1, {"size": 1}], [], [{"size": "x"}], "validator across fields"),
        (TwoNames, [{"a": 1}, {"b": 1}], [1], [{"c": 1}], "alias"),
    ],
)  # fmt: skip
def test_the_schema_never_refuses_what_the_class_takes(
    annotation: Any, taken: list[Any], refused: list[Any], refused_by_class_alone: list[Any], reason: str | None
) -> None:
    """And where it lets pass what the class refuses, the manifest says so."""
    manifest = _manifest(annotation)
    schema = manifest["schema"]["properties"]["field"]
    assert [each for each in taken if not (_class_takes(annotation, each) and _takes(schema, each))] == []
    assert [each for each in refused if _class_takes(annotation, each) or _takes(schema, each)] == []
    assert [each for each in refused_by_class_alone if _class_takes(annotation, each) or not _takes(schema, each)] == []
    assert [each["reason"] for each in manifest["checked_by_class_alone"]] == ([reason] if reason else [])
    assert set(_keywords(manifest["schema"])) <= KEYWORDS


def _keywords(schema: dict[str, Any]) -> Iterator[str]:
    yield from schema
    parts = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    parts += [each for key in ("items", "additionalProperties") if isinstance(each := schema.get(key), dict)]
    for part in parts:
        yield from _keywords(part)


def test_a_texts_change_before_the_check_opens_its_schema() -> None:
    """A class that strips blanks takes a longer text than its limit says."""
    schema = _manifest(Trimmed)["schema"]["properties"]["field"]
    assert _takes(schema, {"name": "  abc  "})
    assert _class_takes(Trimmed, {"name": "  abc  "})
