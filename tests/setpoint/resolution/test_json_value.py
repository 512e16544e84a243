"""The place of an item inside a JSON value is exact, whatever blanks and escapes are around it."""

import json
from collections.abc import Iterator
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.resolution.json_value import first_fault, span_of
from support.checking import checked, marks

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=3), inside, max_size=4),
    max_leaves=20,
)


def _paths(value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield each path into `value` with what stands there."""
    yield (), value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in items:
        yield from (((key, *path), found) for path, found in _paths(inside))


@given(_values, st.sampled_from([None, 1, "\t"]), st.sampled_from([(", ", ": "), (" ,\r\n", " :\t")]), st.booleans())
def test_every_item_is_found_where_it_stands(
    value: Any,
    indent: int | str | None,
    separators: tuple[str, str],
    ascii_only: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    """What stands at the place is the item, and nothing but it."""
    text = f" {json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii_only)}\n"
    for path, expected in _paths(value):
        span = span_of(text, path)
        assert span is not None
        assert json.loads(span.of(text)) == expected
        assert span.of(text) == span.of(text).strip()


@given(st.text("[]{},:\"\\ u0n1-.etrfalsn'", max_size=30))
def test_no_text_makes_it_stumble(text: str) -> None:
    """A text that is no JSON has no place inside, or one that lies in it."""
    for span in (span_of(text, [0, "a"]), first_fault(text)):
        assert span is None or 0 <= span.start <= span.end <= len(text)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_value_without_an_end_has_no_place_inside(opening: str) -> None:
    """It is too deep for anybody to read."""
    assert span_of(opening * 50_000, [0]) is None
    assert first_fault(opening * 50_000) is None


class Replica(BaseModel):
    """One of several."""

    host: str
    port: int = 1


class Listed(BaseSettings):
    """Values that are JSON."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    replicas: list[Replica] = []
    limits: dict[str, int] = {}
    api_keys: list[SecretStr] = []
    pool_min: int = 1
    pool_max: int = 5

    @model_validator(mode="after")
    def _pool_has_room(self) -> Self:
        if self.pool_min > self.pool_max:
            message = "POOL_MIN must not exceed pool_max"
            raise ValueError(message)
        return self


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('REPLICAS=[{"host": "a"}, {"host": "b", "port": "x"}]', "1:48-1:51 error SP401 invalid-value REPLICAS"),
        ('REPLICAS=\'[{"host": "a"}, {"port": 1}]\'', "1:27-1:38 error SP401 invalid-value REPLICAS"),
        ('LIMITS={"a": 1,\t"b": null}', "1:22-1:26 error SP401 invalid-value LIMITS"),
        ('LIMITS={"a" 1}', "1:13-1:14 error SP401 invalid-value LIMITS"),
        ("LIMITS=many", "1:8-1:12 error SP401 invalid-value LIMITS"),
        ('API_KEYS=["a", 1]', "1:10-1:11 error SP401 invalid-value API_KEYS"),
        ('LIMITS="{\\"a\\": \\"x\\"}"', "1:8-1:24 error SP401 invalid-value LIMITS"),
    ],
)
def test_a_finding_points_into_the_value(content: str, expected: str) -> None:
    """But not into a secret, which shows nothing of itself, nor where escapes make the places uncertain."""
    found = [mark.removeprefix("1.env:") for mark in marks(checked(content, settings_class=Listed))]
    assert [each for each in found if "SP405" not in each] == [expected]


@pytest.mark.parametrize(
    ("contents", "environment", "place", "label"),
    [
        (["POOL_MIN=9\nPOOL_MAX=2\n"], None, "1.env:1:10-1:11", "together with `POOL_MAX` on line 2"),
        (["POOL_MIN=9\n"], None, "1.env:1:10-1:11", "together with `POOL_MAX` at its default"),
        (["POOL_MAX=0\n"], None, "1.env:1:10-1:11", "together with `POOL_MIN` at its default"),
        (["POOL_MAX=2\n", "POOL_MIN=9\n"], None, "2.env:1:10-1:11", "together with `POOL_MAX` at 1.env:1"),
        (["POOL_MAX=2\n"], {"pool_min": "9"}, "1.env:1:10-1:11", "together with `pool_min` in the process environment"),
    ],
)
def test_a_conflict_names_each_variable_that_its_words_name(
    contents: list[str], environment: dict[str, str] | None, place: str, label: str
) -> None:
    """And says where each of them is set, because either can be mended."""
    report = checked(*contents, settings_class=Listed, environment=environment)
    assert [mark.partition(" ")[0] for mark in marks(report)] == [place]
    assert (report.diagnostics[0].message, report.diagnostics[0].label) == ("POOL_MIN must not exceed pool_max", label)


class Db(BaseModel):
    """Parts that have to fit."""

    least: int = 1
    most: int = 5

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least > self.most:
            message = "least of db must not exceed its most"
            raise ValueError(message)
        return self


class WithParts(BaseSettings):
    """The message of a validator names the whole, of which variables set parts."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    db: Db = Db()


def test_a_conflict_that_names_a_model_is_at_what_sets_its_parts() -> None:
    """The model has no default then."""
    (found,) = checked("DB__LEAST=9\n", settings_class=WithParts).diagnostics
    assert (found.variable, found.label) == ("DB__LEAST", "together with `DB__MOST` at its default")
