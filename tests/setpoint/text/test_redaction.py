"""Values that are not fit to print are in no text that is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.text.escape import printable
from setpoint.text.mask import MASK, Redactor

secrets = st.text("abcdefgh0123", min_size=6, max_size=20)


@given(secrets, st.text("xyz *", max_size=10), st.text("xyz *", max_size=10))
def test_a_value_and_its_pieces_are_masked(secret: str, before: str, after: str) -> None:
    """An exception's text often quotes a part."""
    for text in (secret, secret[:5], secret[1:], secret[2:6]):
        redacted = Redactor([secret]).redact(f"{before}{text}{after}")
        assert all(secret[at : at + 4] not in redacted for at in range(len(secret) - 3))
        assert MASK in redacted


@given(st.text(), st.lists(secrets))
def test_a_text_without_secrets_stays_as_it_is(text: str, values: list[str]) -> None:
    """Words about the mistake are the point of a message."""
    pieces = {value[at : at + 4] for value in values for at in range(len(value) - 3)}
    if not any(piece in text for piece in pieces) and MASK * 2 not in text:
        assert Redactor(values).redact(text) == text


def test_a_short_value_is_masked_as_a_whole() -> None:
    """A PIN is a secret, too."""
    assert Redactor(["123"]).redact("1234 12 123") == f"{MASK}4 12 {MASK}"


@pytest.mark.parametrize("text", ["hUnTeR2hUnTeR2", "HUNTER2HUNTER2", "xhunter2hunter2x", "\u0130HUNTER2HUNTER"])
def test_a_long_value_is_masked_in_whatever_case(text: str) -> None:
    """A validator may quote what it has made of it."""
    assert "hunt" not in Redactor(["HunTeR2HunTeR2"]).redact(text).lower()


def test_a_name_that_a_value_holds_in_another_case_stays() -> None:
    """The message would no longer say what it is about."""
    text = "SHOP_POOL_MIN must not exceed SHOP_POOL_MAX"
    assert Redactor(["postgresql://shop:hunter2@shop-db/shop"]).redact(text) == text


def test_thousands_of_values_and_long_ones_take_no_time_to_speak_of() -> None:
    """Each of thousands of messages is redacted."""
    started = time.process_time()
    redactor = Redactor([f"value-{number}-{number * 7919}" for number in range(5000)] + ["x1" * 1_000_000])
    for number in range(5000):
        assert redactor.redact(f"the number {number} is 7919{number}") != ""
    assert redactor.redact("a x1x1x1 b") == f"a {MASK} b"
    assert time.process_time() - started < 30


def test_an_empty_value_masks_nothing() -> None:
    """It stands between any two characters."""
    assert Redactor([""]).redact("text") == "text"


def test_masks_in_a_row_are_one() -> None:
    """Their number would tell the length."""
    assert Redactor(["abcdef", "ghijkl"]).redact("abcdefghijkl") == MASK


@pytest.mark.parametrize("character", "\0\n\r\t\x1b\x7f\x85\x9b\u200b\u200f\u2028\u202e\u2066\ufeff\ud800")
def test_a_character_that_steers_or_hides_is_escaped(character: str) -> None:
    """A file must not steer the terminal of whoever checks it."""
    assert printable(f"a{character}b") not in {f"a{character}b", "ab"}
    assert printable(printable(f"a{character}b")) == printable(f"a{character}b")


@given(st.text())
def test_what_is_printable_is_one_line_of_valid_unicode(text: str) -> None:
    """Reports are written line by line."""
    assert len(printable(text).splitlines()) <= 1
    printable(text).encode()
