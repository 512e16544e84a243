"""JSON is stored by a fast library, and nothing that the standard library would store is lost or changed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.store.repositories.columns import json_text, json_value

NUMBERS = some.integers(-(2**63), 2**64 - 1) | some.floats(allow_nan=False, allow_infinity=False)
TEXTS = some.text(some.characters(exclude_categories=()))
VALUES = some.recursive(
    some.none() | some.booleans() | NUMBERS | TEXTS,
    lambda parts: some.lists(parts) | some.tuples(parts, parts) | some.dictionaries(TEXTS, parts),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_is_read_as_the_standard_library_would_read_it(value: object) -> None:
    """Lone surrogates too, which the fast library refuses; whichever of them has written it."""
    by_the_standard_library = json.dumps(value)
    expected = json.loads(by_the_standard_library)
    assert json_value(json_text(value)) == expected
    assert json_value(by_the_standard_library) == expected
    assert json.loads(json_text(value)) == expected


@pytest.mark.parametrize("text", ["", "{", "[1,", "nothing"])
def test_what_is_no_json_is_an_error_that_means_damage(text: str) -> None:
    """The store tells people so by the class of the error."""
    with pytest.raises(json.JSONDecodeError):
        json_value(text)
