"""What is expected, and what was meant, is said as a person would."""

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BeforeValidator, Field, create_model
from pydantic_core import PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import ErrorType
from pydantic_settings import BaseSettings

from setpoint.contract.guidance import Guidance
from setpoint.contract.settings_class import SettingsContract
from support.checking import checked
from support.differential.catalogue import names, types


class Mode(BaseSettings):
    """Choices of words and of numbers."""

    level: Literal["1", "2", "10"] = "1"
    mode: Literal["fast", "slow", "http2"] = "fast"


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("LEVEL=3\n", None),
        ("LEVEL=11\n", None),
        ("MODE=fsat\n", "did you mean `fast`?"),
        ("MODE=http3\n", "did you mean `http2`?"),
    ],
)
def test_a_word_is_guessed_and_a_number_is_not(content: str, hint: str | None) -> None:
    """Of numbers, any other is as good a guess."""
    (found,) = checked(content, settings_class=Mode).diagnostics
    assert (found.code, found.hint) == ("SP401", hint)


def test_the_number_that_a_value_must_be_a_multiple_of_is_named() -> None:
    """Inside of a value, nothing else says it."""
    made = create_model("Made", __base__=BaseSettings, pages=(list[Annotated[int, Field(multiple_of=4)]], []))
    (found,) = checked("PAGES=[4, 6]\n", settings_class=made).diagnostics
    assert found.message == "`[1]` in `PAGES` is not a multiple of 4"


def test_the_names_of_members_are_expected_where_the_class_takes_names() -> None:
    """Somebody who reads the class writes them; the values would do as well."""
    report = checked("COLOR=BLUE\nLEVEL=HIHG\n", settings_class=types.EnumsByName)
    assert [(each.label, each.hint) for each in report.diagnostics] == [
        ("expected `RED` or `DARK_BLUE`", None),
        ("expected `LOW` or `HIGH`", "did you mean `HIGH`?"),
    ]
    assert checked("COLOR=dark-blue\n", settings_class=types.EnumsByName).diagnostics == ()


def test_the_values_of_members_are_expected_where_the_class_takes_no_names() -> None:
    """A name would be refused."""
    report = checked("COLOR=DARK_BLUE\n", settings_class=types.Words)
    assert [each.label for each in report.diagnostics] == ["expected `red` or `dark-blue`"]


def test_every_member_of_an_enumeration_is_a_choice_once() -> None:
    """A name may be the value of its member."""
    same = Enum("same", {"a": "a", "B": "b"})
    made: type[BaseSettings] = create_model(
        "Made", __base__=BaseSettings, __cls_kwargs__={"env_parse_enums": True}, kind=(same, ...)
    )
    (variable,) = SettingsContract.of(made).variables
    assert variable.choices == ("a", "B", "b")


def test_a_value_that_holds_a_setting_has_to_be_json() -> None:
    """An alias leads into it, so that the type of the setting is not that of the value."""
    report = checked("SERVICE=nojson\n", settings_class=names.PathIntoList)
    assert [(each.code, each.message, each.label, each.location is not None) for each in report.diagnostics] == [
        ("SP401", "`SERVICE` is not valid JSON", "expected JSON that contains the setting", True)
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "SERVICE={}\n",
            ["`port` in `SERVICE` is missing a required value", "`host` in `SERVICE` is missing a required value"],
        ),
        ('SERVICE={"port": 1}\n', ["`host` in `SERVICE` is missing a required value"]),
        ("\n", ["`SERVICE` is required but not set"]),
        ('SERVICE={"port": 1, "host": "a"}\nNUMBERS=[1]\n', ["`NUMBERS` contains nothing that a setting takes"]),
    ],
)
def test_a_value_that_should_hold_a_setting_lacks_it(content: str, told: list[str]) -> None:
    """The variable is set: what is missing is in its value, and that is where to look."""
    report = checked(content, settings_class=names.PathsIntoOne)
    assert [each.message for each in report.diagnostics] == told
    assert all((each.location is not None) == (content != "\n") for each in report.diagnostics)


def _refuse(_: object) -> object:
    message = "no free port is left"
    raise ValueError(message)


def _refuse_by_assertion(_: object) -> object:
    raise AssertionError


def _refuse_in_own_words(_: object) -> object:
    kind, words = "taken", "somebody else has it"
    raise PydanticCustomError(kind, words)


def _fail(_: object) -> object:
    raise KeyError


def _refuse_as_pydantic_does(_: object) -> object:
    kind: ErrorType = "int_parsing"
    raise PydanticKnownError(kind)


OF_APP = [
    (AfterValidator(_refuse), None),
    (BeforeValidator(_refuse), None),
    (AfterValidator(_refuse_by_assertion), None),
    (AfterValidator(_refuse_in_own_words), None),
    (AfterValidator(_fail), None),
    (AfterValidator(_refuse_as_pydantic_does), "expected an integer"),
]


@pytest.mark.parametrize(("validator", "label"), OF_APP, ids=map(str, range(len(OF_APP))))
def test_a_validator_of_the_app_has_the_only_word_on_what_it_refuses(validator: Any, label: str | None) -> None:
    """The type is not at fault, and to name it would send people the wrong way."""
    made = create_model("Made", __base__=BaseSettings, value=(Annotated[int, validator], ...))
    (found,) = checked("VALUE=1\n", settings_class=made).diagnostics
    assert (found.code, found.label) == ("SP401", label)


def test_what_the_class_itself_says_that_it_expects_stays_beside_the_words_of_a_validator() -> None:
    """It was written for people, for this case."""
    kind = Annotated[int, AfterValidator(_refuse), Guidance(expected="a port that is free")]
    made = create_model("Made", __base__=BaseSettings, value=(kind, ...))
    (found,) = checked("VALUE=1\n", settings_class=made).diagnostics
    assert (found.message, found.label) == (
        "`VALUE` is invalid: no free port is left",
        "expected a port that is free",
    )
