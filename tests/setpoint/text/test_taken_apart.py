"""A value that code has taken apart shows none of its words."""

import json
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.masking import Masks, mask_spans
from setpoint.text.guarded import MASK
from setpoint.text.mask import Redactor
from setpoint.text.taken_apart import TakenApart

WRITTEN: dict[str, Callable[[Sequence[str]], str]] = {
    "as a list": lambda words: str([*words]),
    "as a tuple": lambda words: str((*words,)),
    "as a sorted list": lambda words: str(sorted(words)),
    "as keys of a mapping": lambda words: str({*dict.fromkeys(reversed(words))}),
    "as bytes": lambda words: str([each.encode() for each in words]),
    "as JSON": json.dumps,
    "as JSON in lines": lambda words: json.dumps(words, indent=2),
    "with commas": ", ".join,
    "with blanks": " ".join,
    "in lines": "\n".join,
    "with bars": "|".join,
    "with capitals": lambda words: str([each.capitalize() for each in words]),
    "in quotes": lambda words: " ".join(f"`{each}`" for each in words),
}


def _as_validators_words(value: str, text: str) -> str:
    return Redactor([value]).redact(text)


def _as_the_text_of_an_exception(value: str, text: str) -> str:
    return mask_spans(text, Masks([value]).spans_of_pieces(text))


SHOWN = pytest.mark.parametrize("shown", [_as_validators_words, _as_the_text_of_an_exception])


@SHOWN
@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
@given(st.lists(st.text("bdfgjk57", min_size=3, max_size=6), min_size=3, max_size=6), st.sampled_from("-. /:_+"))
def test_the_words_of_a_value_are_masked_in_a_row(
    shown: Callable[[str, str], str], write: Callable[[Sequence[str]], str], words: list[str], separator: str
) -> None:
    """The short ones among them as well, and nothing tells how many there are."""
    text = f"<{write([*dict.fromkeys(words)])}>"
    redacted = shown(separator.join(dict.fromkeys(words)), text)
    if len({*words}) > 2:
        assert redacted.count(MASK) == 1
        assert not any(each in redacted.lower() for each in words)


@SHOWN
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("many-horse-tests-red", "the horse is as red as many tests say"),
        ("blue-fox-jump-red", "expected one of 'red', 'green' or 'blue'"),
        ("please-use-a-long-name", "use another, long name"),
        ("host=db1 port=5432 user=me pass=xy", "`host`, `port`, `user` and `pass` are needed"),
        ('{"host": "db1", "port": "5432", "user": "me"}', "'host', 'port', 'user'"),
        ("kind-of-blue", "expected: kind; found: none"),
    ],
)
def test_words_that_a_message_has_of_its_own_stay(shown: Callable[[str, str], str], value: str, text: str) -> None:
    """Some word of it is in a value somewhere."""
    assert shown(value, text) == text


def test_words_of_different_values_are_no_row() -> None:
    """Together they are a part of none of them."""
    text = "'blue', 'horse', 'jump'"
    assert Redactor(["blue-fox-1", "horse-box-2", "jump-off-3"]).redact(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x1" * 1_000_000, "a b"),
        ("word " * 50_000, "word " * 50_000),
        ("a" + " " * 1_000_000 + "b", "a b"),
        (" ".join(map(str, range(50_000))), ", ".join(map(str, range(50_000)))),
    ],
    ids=["one word", "one word again and again", "blanks", "many words"],
)
def test_long_values_and_texts_take_no_time_to_speak_of(value: str, text: str) -> None:
    """A file may be a megabyte, and so may be what a class says about it."""
    started = time.process_time()
    assert len([*TakenApart([value]).spans(text)]) < 2
    assert time.process_time() - started < 5
