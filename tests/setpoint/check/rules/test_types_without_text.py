"""Of a type that no text can set, the type is what has to change."""

from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    Json,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    create_model,
)
from pydantic_settings import BaseSettings

from setpoint.contract.settings_class import SettingsContract
from setpoint.generate.env_example import env_example
from support.checking import checked


class Level(IntEnum):
    """Numbers that have names."""

    LOW = 1


class Plain(Enum):
    """Numbers that a text is not."""

    LOW = 1


class Lenient(Enum):
    """Takes texts by its own code."""

    LOW = 1

    @classmethod
    def _missing_(cls, value: object) -> "Lenient | None":
        return cls.LOW if value == "1" else None


class Colour(Enum):
    """A text, which JSON quotes."""

    RED = "red"


class Opaque:
    """pydantic knows no way to make one."""


class Inner(BaseModel, strict=True):
    """Strict as a whole."""

    port: int = 1


def with_value(annotation: Any, **config: Any) -> type[BaseSettings]:
    """Return a settings class whose `value` is of a type."""
    options = {"env_nested_delimiter": "__", **config}
    made: type[BaseSettings] = create_model(
        "Made", __base__=BaseSettings, __cls_kwargs__=options, value=(annotation, Field())
    )
    return made


PLAIN = "change the type in the settings class: a plain `{}` accepts a string, a strict one does not"
ARRAY = "change the type in the settings class: a plain `{}` accepts a JSON array, a strict one does not"
OTHER = "change the type in the settings class, or let a `BeforeValidator` convert the string"
NEVER: list[tuple[Any, str, str]] = [
    (StrictInt, "VALUE=4", PLAIN.format("int")),
    (StrictInt, "VALUE=x", PLAIN.format("int")),
    (StrictFloat, "VALUE=0.5", PLAIN.format("float")),
    (StrictBool, "VALUE=true", PLAIN.format("bool")),
    (Annotated[int, Field(strict=True, ge=1)], "VALUE=4", PLAIN.format("int")),
    (Annotated[tuple[int, ...], Field(strict=True)], "VALUE=[1]", ARRAY.format("tuple")),
    (Annotated[frozenset[int], Field(strict=True)], "VALUE=[1]", ARRAY.format("frozenset")),
    (Literal[1, 2], "VALUE=1", OTHER),
    (Literal[True], "VALUE=true", OTHER),
    (Literal[1, 2] | None, "VALUE=1", OTHER),
    (Plain, "VALUE=1", OTHER),
    (Plain | None, "VALUE=LOW", OTHER),
    (Opaque, "VALUE=1", OTHER),
    (Inner, "VALUE__PORT=1", PLAIN.format("int")),
    (dict[str, StrictInt], "VALUE__ANY=1", PLAIN.format("int")),
]


@pytest.mark.parametrize(("annotation", "line", "hint"), NEVER, ids=map(str, range(len(NEVER))))
def test_a_type_that_takes_no_text_has_to_change(annotation: Any, line: str, hint: str) -> None:
    """To say that the value is wrong would send somebody to look for a better one."""
    settings_class = with_value(annotation, arbitrary_types_allowed=True)
    name = line.partition("=")[0]
    (found,) = checked(f"{line}\n", settings_class=settings_class).diagnostics
    assert (found.code, found.message, found.hint) == ("SP401", f"`{name}` cannot be set by a variable", hint)


@pytest.mark.parametrize("config", [{}, {"strict": True}], ids=["lax", "strict"])
def test_an_array_in_a_strict_tuple_is_not_said_to_be_none(config: dict[str, Any]) -> None:
    """JSON has nothing but lists, and pydantic-settings converts none."""
    settings_class = with_value(list[Annotated[tuple[int, int], Field(strict=True)]], **config)
    (found,) = checked("VALUE=[[1, 2]]\n", settings_class=settings_class).diagnostics
    assert (found.message, found.label, found.hint) == (
        "`[0]` in `VALUE` cannot be set by a variable",
        "a JSON array makes a `list`, and this type does not accept one",
        ARRAY.format("tuple"),
    )


TAKEN_OR_WRONG: list[tuple[Any, dict[str, Any], str, list[str]]] = [
    (StrictInt | None, {}, "VALUE=4", []),
    (StrictInt, {"strict": True}, "VALUE=4", []),
    (StrictInt, {"strict": True}, "VALUE=x", ["`VALUE` is not an integer"]),
    (StrictInt | None, {}, "VALUE=x", ["`VALUE` is not an integer"]),
    (StrictStr, {}, "VALUE=x", []),
    (list[StrictInt], {}, "VALUE=[1]", []),
    (list[StrictInt], {}, 'VALUE=["x"]', ["`[0]` in `VALUE` is not an integer"]),
    (set[int], {}, 'VALUE={"a": 1}', ["`VALUE` is not a JSON array"]),
    (set[int], {"strict": True}, "VALUE=[1]", ["`VALUE` cannot be set by a variable"]),
    (Literal[1, "auto"], {}, "VALUE=x", ["`VALUE` is not one of the allowed values"]),
    (Literal[Level.LOW], {}, "VALUE=1", []),
    (Level, {}, "VALUE=x", ["`VALUE` is not one of the allowed values"]),
    (Lenient, {}, "VALUE=1", []),
    (Lenient, {}, "VALUE=x", ["`VALUE` is not one of the allowed values"]),
    (Plain, {"env_parse_enums": True}, "VALUE=LOW", []),
    (Plain, {"env_parse_enums": True}, "VALUE=x", ["`VALUE` is not one of the allowed values"]),
    (Annotated[Plain, BeforeValidator(int)], {}, "VALUE=1", []),
    (Annotated[StrictInt, BeforeValidator(lambda text: int(text) if text.isdigit() else text)], {}, "VALUE=4", []),
    (
        Annotated[StrictInt, BeforeValidator(lambda text: int(text) if text.isdigit() else text)],
        {},
        "VALUE=x",
        ["`VALUE` is not an integer"],
    ),
]


@pytest.mark.parametrize(
    ("annotation", "config", "line", "words"), TAKEN_OR_WRONG, ids=map(str, range(len(TAKEN_OR_WRONG)))
)
def test_a_type_that_takes_some_text_need_not_change(
    annotation: Any, config: dict[str, Any], line: str, words: list[str]
) -> None:
    """pydantic-settings converts for some strict types, JSON has numbers, and a validator may convert."""
    report = checked(f"{line}\n", settings_class=with_value(annotation, **config))
    assert [each.message for each in report.diagnostics] == words


MIXED = Literal[1, "two"]
FROM_JSON: Any = Json
EXPECTED: list[tuple[Any, str, str]] = [
    (MIXED, "VALUE=x", "`two`"),
    (MIXED | None, "VALUE=x", "`two`"),
    (int | MIXED, "VALUE=x", "an integer or `two`"),
    (dict[str, MIXED], "VALUE__KEY=1", "`two`"),
    (dict[str, dict[str, MIXED]], "VALUE__KEY__PART=1", "`two`"),
    (dict[str, Annotated[int, Field(ge=1, le=5)]], "VALUE__KEY=x", "an integer from 1 to 5"),
    # What is inside JSON can be a number.
    (dict[str, MIXED], 'VALUE={"key": "x"}', "1 or `two`"),
    (list[MIXED], 'VALUE=["x"]', "1 or `two`"),
    (tuple[MIXED, int], 'VALUE=["x", 1]', "1 or `two`"),
    (list[int] | MIXED, "VALUE=x", "a JSON array, `1` or `two`"),
    (FROM_JSON[MIXED], "VALUE=two", '`1` or `"two"`'),
    (FROM_JSON[Colour], "VALUE=red", '`"red"`'),
]


@pytest.mark.parametrize(("annotation", "line", "expected"), EXPECTED, ids=map(str, range(len(EXPECTED))))
def test_what_is_expected_can_be_written_there(annotation: Any, line: str, expected: str) -> None:
    """A text is never a number, but what is inside JSON may be one."""
    (found,) = checked(f"{line}\n", settings_class=with_value(annotation)).diagnostics
    assert found.label == f"expected {expected}"


SETTABLE: list[Any] = [str, Level, list[StrictInt], StrictInt | None, Literal[1, "auto"]]
UNSETTABLE: list[Any] = [StrictInt, StrictBool, Literal[1, 2], Literal[1, 2] | None, Plain, Opaque]


@pytest.mark.parametrize("annotation", UNSETTABLE, ids=map(str, range(len(UNSETTABLE))))
def test_a_missing_value_that_no_text_can_set_is_not_asked_for(annotation: Any) -> None:
    """Whoever wrote what is said to be expected would be refused again."""
    settings_class = with_value(annotation, arbitrary_types_allowed=True)
    (found,) = checked("", settings_class=settings_class).diagnostics
    hint = "change the type in the settings class"
    assert (found.code, (found.hint or "")[: len(hint)]) == ("SP302", hint)
    assert "cannot be set by a variable" in env_example([SettingsContract.of(settings_class)], "setpoint example")


@pytest.mark.parametrize("annotation", SETTABLE, ids=map(str, range(len(SETTABLE))))
def test_a_missing_value_that_a_text_can_set_is_asked_for(annotation: Any) -> None:
    """Its type accepts some texts, and they are told."""
    (found,) = checked("", settings_class=with_value(annotation)).diagnostics
    assert found.code == "SP302"
    assert not (found.hint or "").startswith("change the type")
    assert "cannot be set" not in env_example([SettingsContract.of(with_value(annotation))], "setpoint example")


class Defaults(BaseSettings):
    """Defaults, of which some could not be written."""

    port: StrictInt = 1
    version: Literal[1, 2] = 1
    rate: float = 0.5
    unchecked: int = Field(default="none")  # type: ignore[assignment]
    opaque: object = Opaque()


def test_the_example_proposes_nothing_that_the_class_refuses() -> None:
    """Somebody takes the `#` away, and the start fails."""
    text = env_example([SettingsContract.of(Defaults)], "setpoint example")
    lines = [line for line in text.splitlines() if "=" in line and not line.startswith("# ")]
    assert lines == ["#PORT=", "#VERSION=", "#RATE=0.5", "#UNCHECKED=", "#OPAQUE="]
