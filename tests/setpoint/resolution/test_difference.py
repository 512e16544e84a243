"""What differs between two sources for a settings class, and what only seems to."""

from typing import Self

import pytest
from pydantic import AliasChoices, BaseModel, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.difference import Difference, differences
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered
from setpoint.text.fingerprint import FingerprintKey, UnusableKeyError


class Inner(BaseModel):
    """A model inside the settings."""

    size: float = 1


class App(BaseSettings):
    """Types of which one value has several texts."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    rate: float = Field(0.5, validation_alias=AliasChoices("RATE", "OLD_RATE"))  # type: ignore[pydantic-alias]  # on purpose
    debug: bool = False
    names: list[str] = []
    inner: Inner = Inner()
    sizes: dict[str, float] = {}
    token: SecretStr | None = None


class Strict(App):
    """A required setting, and a validator across fields."""

    needed: int
    low: int = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.needed:
            message = "LOW must not exceed NEEDED"
            raise ValueError(message)
        return self


def _differences(old: str, new: str, settings_class: type[BaseSettings] = App) -> tuple[Difference, ...]:
    contract = SettingsContract.of(settings_class)
    one, other = (Subject(contract, Gathered((parse_env_file("x.env", text.encode(), {}),))) for text in (old, new))
    return differences(one, other)


SAME = [
    ("RATE=0.10", "RATE=.1"),
    ("RATE=1", "RATE=1.0"),
    ("RATE=1", "OLD_RATE=1.0"),
    ("DEBUG=true", "DEBUG=1"),
    ('NAMES=["a","b"]', 'NAMES=[ "a", "b" ]'),
    ("INNER__SIZE=1", "INNER__SIZE=1.00"),
    ('INNER={"size":1}', 'INNER={"size": 1.0}'),
    ("SIZES__A=1", "SIZES__A=1.0"),
    ("TOKEN=abc", "TOKEN='abc'"),
    ("RATE=x", "RATE='x'"),
    ("OTHER=1", "OTHER='1'"),
    ("RATE=nan", "RATE='nan'"),
    ("# RATE=1", ""),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_two_texts_of_one_value_are_no_difference(old: str, new: str) -> None:
    """Nothing changes for the app."""
    assert _differences(old, new) == ()
    assert _differences(new, old) == ()


@pytest.mark.parametrize(
    ("old", "new", "name", "as_text"),
    [
        ("RATE=0.1", "RATE=0.2", "RATE", False),
        ("RATE=1", "OLD_RATE=2", "RATE", False),
        ("SIZES__A=1", "SIZES__A=2", "SIZES__A", False),
        ("TOKEN=abc", "TOKEN=abd", "TOKEN", False),
        ("RATE=x", "RATE=y", "RATE", True),
        ("RATE=x", "RATE=1", "RATE", True),
        ("OTHER=1", "OTHER=2", "OTHER", False),
    ],
)
def test_two_values_are_one_difference(old: str, new: str, name: str, *, as_text: bool) -> None:
    """And where a value is invalid it is said that texts were compared."""
    assert [(each.name, each.change, each.compared_as_text) for each in _differences(old, new)] == [
        (name, "changed", as_text)
    ]


def test_what_else_is_invalid_does_not_keep_a_valid_value_from_being_compared() -> None:
    """Each field is looked at for itself."""
    assert [each.name for each in _differences("RATE=0.10\nDEBUG=x", "RATE=0.1\nDEBUG=y")] == ["DEBUG"]


def test_texts_are_compared_where_a_validator_needs_what_is_missing() -> None:
    """Nobody knows what such a class would make of the value."""
    assert [(each.name, each.compared_as_text) for each in _differences("RATE=0.10", "RATE=0.1", Strict)] == [
        ("RATE", True)
    ]
    assert _differences("RATE=0.10\nNEEDED=1", "RATE=0.1\nNEEDED=01", Strict) == ()


def test_what_only_one_side_has_is_added_or_removed() -> None:
    """Known variables in the order of the class, then the others."""
    found = _differences("OTHER=1\nTOKEN=a\nRATE=1", "NEW=1\nDEBUG=1\nRATE=1")
    assert [(each.name, each.change, each.known) for each in found] == [
        ("DEBUG", "added", True),
        ("TOKEN", "removed", True),
        ("OTHER", "removed", False),
        ("NEW", "added", False),
    ]


def test_a_fingerprint_depends_on_key_name_and_value() -> None:
    """The same secret under two names can't be recognised, nor tried out without the key."""
    one, other = FingerprintKey.of(b"k" * 32), FingerprintKey.of(b"l" * 32)
    found = {
        one.fingerprint("A", "x"),
        one.fingerprint("B", "x"),
        one.fingerprint("A", "y"),
        other.fingerprint("A", "x"),
    }
    assert len(found) == 4
    assert one.fingerprint("A", "x") == FingerprintKey.of(b"k" * 32 + b"\r\n").fingerprint("A", "x")
    assert "kkk" not in repr(one)


@pytest.mark.parametrize("content", [b"", b"\n" * 40, b"short", b"k" * 5000])
def test_a_key_that_can_be_tried_out_is_none(content: bytes) -> None:
    """An empty file must not make fingerprints that look as good as others."""
    with pytest.raises(UnusableKeyError):
        FingerprintKey.of(content)
