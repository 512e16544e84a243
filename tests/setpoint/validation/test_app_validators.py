"""An app's own validators are heard, all of them, and quoted without secrets."""

from asyncio import CancelledError
from typing import Annotated, Any, Self

import pytest
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_core.core_schema import ValidationInfo
from pydantic_settings import BaseSettings

from setpoint.formats import full
from setpoint.formats.for_people import Style
from support.checking import checked, marks, messages


class Checked(BaseSettings):
    """Validators of every kind."""

    low: int = 0
    high: int = 9
    token: SecretStr = SecretStr("")
    other: int = 0

    @field_validator("token")
    @classmethod
    def _not_short(cls, token: SecretStr) -> SecretStr:
        if len(token.get_secret_value()) == 1:
            message = f"the token {token.get_secret_value()} is short"
            raise ValueError(message)
        return token

    @field_validator("other")
    @classmethod
    def _raises_anything(cls, other: int, info: ValidationInfo) -> int:
        if other == 7:
            raise KeyError(info.data["token"].get_secret_value())
        return other

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            message = f"LOW={self.low} exceeds HIGH={self.high}, token {self.token.get_secret_value()}"
            raise ValueError(message)
        return self


def test_validators_across_fields_run_although_another_field_is_invalid() -> None:
    """Nothing hides anything."""
    report = checked("LOW=5\nHIGH=3\nOTHER=x\n", settings_class=Checked)
    assert marks(report) == [
        "1.env:1:5-1:6 error SP404 conflicting-values LOW",
        "1.env:3:7-3:8 error SP401 invalid-value OTHER",
    ]


def test_validators_across_fields_that_cannot_run_are_told_of() -> None:
    """A report must not look complete when it is not."""
    report = checked("LOW=x\nHIGH=3\n", settings_class=Checked)
    assert marks(report) == [
        "1.env:1:5-1:6 error SP401 invalid-value LOW",
        "nowhere info SP405 unchecked-conflicts None",
    ]


def test_a_validators_words_are_shown_without_the_secrets_in_them() -> None:
    """Its author thought of a log for developers."""
    report = checked("LOW=5\nHIGH=3\nTOKEN=hunter2\n", settings_class=Checked)
    assert messages(report) == ["LOW=5 exceeds HIGH=3, token ********"]


def test_a_secrets_own_validator_is_not_quoted() -> None:
    """Its words are about the value, and may hold any part of it."""
    assert messages(checked("TOKEN=q\n", settings_class=Checked)) == ["`TOKEN` is invalid"]


def test_a_validator_that_raises_anything_hides_no_other_field() -> None:
    """A `KeyError` is a mistake of the app's, and says nothing of the other values."""
    report = checked("LOW=x\nOTHER=7\nTOKEN=hunter2\n", settings_class=Checked)
    assert [mark for mark in marks(report) if "error" in mark] == [
        "1.env:1:5-1:6 error SP401 invalid-value LOW",
        "1.env:2:7-2:8 error SP401 invalid-value OTHER",
    ]
    alone = checked("OTHER=7\nTOKEN=hunter2\n", settings_class=Checked)
    assert alone.status == "failed"
    assert "KeyError" in messages(alone)[0]
    assert "hunter2" not in full.render(alone, Style(colored=False))


class Stop(BaseException):
    """Is no `Exception`, as `asyncio.CancelledError` is none."""


@pytest.mark.parametrize("kind", [Stop, GeneratorExit, SystemExit, CancelledError, RecursionError, StopIteration])
def test_whatever_a_class_raises_is_one_fault_among_others(kind: type[BaseException]) -> None:
    """It may be raised in a validator, a default factory or a source, and its text is never shown."""

    def fail(value: object = None) -> Any:
        text = f"hunter2 {value}"
        raise kind(text)

    class Stopped(BaseSettings):
        """Fails in validators and a default factory."""

        before: Annotated[int, BeforeValidator(fail)] = 1
        after: Annotated[int, AfterValidator(fail)] = 1
        made: int = Field(default_factory=fail)
        port: int = 1

    class Sourceless(Stopped):
        """Fails in a source."""

        @classmethod
        def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[Any, ...]:
            return fail, sources["env_settings"]

    report = checked("BEFORE=1\nAFTER=1\nPORT=x\n", settings_class=Stopped)
    assert [each.variable for each in report.diagnostics] == ["BEFORE", "AFTER", "PORT", "MADE"]
    sourceless = checked("PORT=x\n", settings_class=Sourceless)
    assert {"SP409", "SP401"} == {each.code for each in sourceless.diagnostics}
    assert "hunter2" not in full.render(report, Style(colored=False)) + full.render(sourceless, Style(colored=False))


def test_a_default_that_is_made_of_an_invalid_value_is_not_blamed() -> None:
    """Nothing asks its factory then, which is no fault of the default."""

    class Derived(BaseSettings):
        """Makes a default of another setting."""

        workers: int = 1
        threads: int = Field(default_factory=lambda made: made["workers"] * 2)

    assert messages(checked("WORKERS=x\n", settings_class=Derived))[0] == "`WORKERS` is not an integer"
    assert not [each for each in messages(checked("WORKERS=x\n", settings_class=Derived)) if "THREADS" in each]


def test_an_interruption_is_none_of_the_class() -> None:
    """Whoever presses Ctrl-C while a validator runs wants the check to end."""

    def fail(_: object) -> Any:
        raise KeyboardInterrupt

    class Interrupted(BaseSettings):
        """Runs for long."""

        port: Annotated[int, BeforeValidator(fail)] = 1

    with pytest.raises(KeyboardInterrupt):
        checked("PORT=1\n", settings_class=Interrupted)


class Broken(BaseSettings):
    """Fails whatever is in it."""

    port: int = 1

    @model_validator(mode="after")
    def _fail(self) -> Self:
        raise KeyError(self.port)


def test_a_class_that_always_fails_says_where() -> None:
    """The app's author needs the place, and no traceback."""
    report = checked("PORT=80\n", settings_class=Broken)
    assert [each.name for each in report.diagnostics] == ["conflicting-values"]
    assert messages(report)[0].startswith("a validator fails with KeyError in `_fail()`, line ")
    both = checked("PORT=x\n", settings_class=Broken)
    assert [each.name for each in both.diagnostics] == ["invalid-value"] or messages(both)


class LooksAtRawValues(BaseSettings):
    """A validator that runs before the fields are known to be valid."""

    low: int = 0
    high: int = 9

    @model_validator(mode="before")
    @classmethod
    def _needs_low(cls, values: dict[str, Any]) -> dict[str, Any]:
        if "low" not in values:
            message = "LOW is needed"
            raise ValueError(message)
        return values


def test_a_validator_of_raw_values_is_not_misled() -> None:
    """An invalid value is there all the same, so nothing may be said about its absence."""
    report = checked("LOW=x\n", settings_class=LooksAtRawValues)
    assert marks(report) == ["1.env:1:5-1:6 error SP401 invalid-value LOW"]
    assert messages(checked("", settings_class=LooksAtRawValues)) == ["LOW is needed"]


class ShortNames(BaseSettings):
    """Settings that are called like words of ours."""

    a: int = 1
    validator: int = 1

    @model_validator(mode="after")
    def _stumble(self) -> Self:
        raise KeyError(self.a)


def test_a_validator_across_fields_that_fails_blames_no_good_line() -> None:
    """The words that say so are ours, and name no setting of the app."""
    report = checked("A=1\nVALIDATOR=2\n", settings_class=ShortNames)
    assert [(each.code, each.location, each.variable) for each in report.diagnostics] == [("SP404", None, None)]
