"""Values that are not fit to print are in no text that is."""

import base64
import html
import json
import random
import re
import time
import tracemalloc
from collections.abc import Callable
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.text.escape import printable
from setpoint.text.guarded import MASK
from setpoint.text.mask import Redactor
from setpoint.text.secret_forms import forms_of

secrets = st.text("abcdefgh0123", min_size=8, max_size=20).map(lambda text: f"a1{text}")


@given(secrets, st.text("xyz *", max_size=10), st.text("xyz *", max_size=10))
def test_a_value_and_its_pieces_are_masked(secret: str, before: str, after: str) -> None:
    """An exception's text often quotes a part."""
    for text in (secret, secret[:6], secret[1:], secret[2:8]):
        redacted = Redactor([secret]).redact(f"{before}{text}{after}")
        assert all(secret[at : at + 5] not in redacted for at in range(len(secret) - 4))
        assert MASK in redacted


@given(st.text(), st.lists(secrets))
def test_a_text_without_secrets_stays_as_it_is(text: str, values: list[str]) -> None:
    """Words about the mistake are the point of a message."""
    forms = {form for value in values for form in forms_of(value)}
    pieces = {form[at : at + 3] for form in forms for at in range(len(form) - 2)}
    if not any(piece in text for piece in pieces) and MASK * 2 not in text:
        assert Redactor(values).redact(text) == text


SHORT = ["shop", "123", "postgres", "changeme", "S3cr3t!", "a b c"]


@pytest.mark.parametrize("value", SHORT)
@pytest.mark.parametrize(
    "frame", ["{}", "it is {}", "'{}' is bad", "key={}, port=1", "is it {}?", "no {}.", "({})", "u:{}@h"]
)
def test_a_short_value_is_masked_where_it_is_a_word(value: str, frame: str) -> None:
    """A PIN is a secret, too."""
    assert Redactor([value]).redact(frame.format(value)) == frame.format(MASK)


@pytest.mark.parametrize(
    "text",
    [
        "/srv/shop/bin/tool",
        "shop-db",
        "shops",
        "SHOP_PORT",
        "1234",
        "shop.example.org",
        "postgresql://",
        "changemes",
        "a",
    ],
)
def test_a_short_value_is_not_looked_for_inside_words(text: str) -> None:
    """The message would no longer say what it is about, and the gap would tell the value."""
    assert Redactor(SHORT).redact(text) == text


PLACEHOLDERS = ["changethis", "your-secret-here", "replace-this-now", "ReplaceMe123", "change me", "!ChangeThisKey!"]


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_of_a_placeholder_nothing_but_the_whole_is_masked(value: str, quote: str) -> None:
    """What it is made of is in every other sentence, and there is no secret in it, however a file writes it."""
    redactor = Redactor([f"{quote}{value}{quote}", value])
    text = "to replace or change your secret key, see the secretary who replaced the exchange here, this time"
    assert redactor.redact(text) == text
    assert redactor.redact(f"it is {value}") == f"it is {MASK}"


@pytest.mark.parametrize(
    "value", ["redis://:Nine-white-Swans@change-me", '{"key": "Nine-white-Swans", "b": "changeme"}']
)
def test_a_secret_beside_a_placeholder_is_masked_in_pieces(value: str) -> None:
    """Some of the value is real."""
    assert "white" not in Redactor([value]).redact("it is Nine-white")


@pytest.mark.parametrize("write", [str.lower, str.upper, str.capitalize])
@pytest.mark.parametrize("separator", ["", "_", "/", "--", "."])
@pytest.mark.parametrize(
    "value", ["kV7-tqLw_92Xz.pRmD4hJ", "9f86d081-884c-7d65-9a2f-eaa0c55ad015", "ABCDE-12345-FGHIJ"]
)
def test_a_value_is_masked_however_code_normalises_it(value: str, separator: str, write: Callable[[str], str]) -> None:
    """Keys are compared without dashes and in one case, and a message may quote what was compared."""
    normalised = separator.join(map(write, re.split(r"[-_.]", value)))
    assert Redactor([value]).redact(f"no key is called `{normalised}`") == f"no key is called `{MASK}`"


@pytest.mark.parametrize("value", ["true", "None", "x", "42"])
def test_what_is_too_short_or_means_nothing_is_no_secret(value: str) -> None:
    """Everything else that has such a value would be hidden."""
    assert Redactor([value]).redact(f"it is {value}") == f"it is {value}"


FORMS = {
    "as JSON": ('{"password": "geheim-\u043f\u0430\u0440"}', "geheim-\u043f\u0430\u0440", "geheim-пар"),
    "a part of JSON": ('["x", {"k": ["Tr0ub4dor"]}]', "Tr0ub4dor"),
    "base64": ("Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5", "correct-horse-battery"),
    "base64 for URLs, without padding": ("c3VianVjdGlvbj8_Pg", "subjuction??>"),
    "base64 of JSON": ("eyJ0b2tlbiI6ICJUcjB1YjRkb3IifQ==", "Tr0ub4dor"),
    "hexadecimal": ("636f72726563742d686f727365", "correct-horse"),
    "written as base64": ("correct-horse", "Y29ycmVjdC1ob3Jz"),
    "written as base64 after a user": ("correct-horse", base64.b64encode(b"me:correct-horse").decode()[4:16]),
    "written as base64, twice": ("correct-horse", base64.b64encode(base64.b64encode(b"correct-horse")).decode()),
    "written as base32": ("correct-horse", base64.b32encode(b"correct-horse").decode()),
    "written as base32 in small letters": ("correct-horse", base64.b32encode(b"correct-horse").decode().lower()),
    "written in hexadecimal": ("correct-horse", "636f72726563742d686f727365"),
    "written into a URL": ("Tr0ub4dor/& 3", "Tr0ub4dor%2F%26%203", "Tr0ub4dor/%26%203"),
    "percent-encoded": ("Tr0ub4dor%2F%26%203", "Tr0ub4dor/& 3"),
    "with a percent sign that encodes no UTF-8": ("Tr0ub%acdor%2F3", "Tr0ub%acdor%2F3"),
    "in a URL": ("postgresql://app:h%40nter2@db/app", "h@nter2", "h%40nter2"),
    "the query of a URL": ("https://a.example/?sig=Tr0ub4dor%2B3", "Tr0ub4dor+3"),
    "stripped": ("  Tr0ub4dor\t", "Tr0ub4dor"),
    "quoted by Python": ("Tr0ub\n4d'or\"x", "Tr0ub\\n4d'or\"x", "Tr0ub\\n4d\\'or\\\"x"),
    "quoted twice by Python": (
        "Tr0ub\n4d'or\"x",
        repr(repr("Tr0ub\n4d'or\"x"))[2:-2],
        repr(str(["Tr0ub\n4d'or\"x"]))[3:-3],
    ),
    "hexadecimal with separators": ("correct-horse", *(b"correct-horse".hex(each) for each in ":- _.")),
    "hexadecimal in groups": ("correct-horse", b"correct-horse".hex(" ", 2), b"correct-horse".hex(":", 4).upper()),
    "a part in hexadecimal with separators": ("correct-horse", b"me:correct".hex(":")),
    "hexadecimal that gets separators": ("8f14e45fceea167a", bytes.fromhex("8f14e45fceea167a").hex(":")),
    "as bytes": ("пароль-Tr0", repr("пароль-Tr0".encode())[2:-1]),
}


@pytest.mark.parametrize(("value", "forms"), [(first, rest) for first, *rest in FORMS.values()], ids=list(FORMS))
def test_a_value_is_masked_in_whatever_form_it_comes_back(value: str, forms: list[str]) -> None:
    """A validator quotes what the class has made of it."""
    for form in (value, *forms):
        redacted = Redactor([value]).redact(f"it is {form} now")
        assert redacted == f"it is {MASK} now" or not any(form[at : at + 5] in redacted for at in range(len(form) - 4))


SPELT_OUT: dict[str, Callable[[str], str]] = {
    "in capitals": str.upper,
    "in the other case": str.swapcase,
    "backwards": lambda value: value[::-1],
    "for HTML": html.escape,
    "as references of HTML": lambda value: "".join(f"&#{ord(each)};" for each in value),
    "with all percent signs": lambda value: "".join(f"%{each:02x}" for each in value.encode()),
    "percent-encoded in small letters": lambda value: re.sub("%..", lambda found: found[0].lower(), quote(value, "")),
    "percent-encoded twice": lambda value: quote(quote(value, ""), ""),
    "as escapes of JSON": lambda value: "".join(f"\\u{ord(each):04x}" for each in value),
    "as Go writes JSON": lambda value: json.dumps(value).replace("&", "\\u0026").replace("<", "\\u003c"),
    "as escapes of bytes": lambda value: "".join(f"\\x{each:02x}" for each in value.encode()),
    "in octal digits": lambda value: "".join(f"\\{each:03o}" for each in value.encode()),
    "as numbers": lambda value: str([*value.encode()]),
    "as hexadecimal numbers": lambda value: str([*map(hex, value.encode())]),
    "as a list of characters": lambda value: str([*value]),
    "spaced": " ".join,
    "with commas": ", ".join,
    "composed otherwise": lambda value: normalize("NFD", value),
    "as JSON in JSON": lambda value: json.dumps(json.dumps(value)),
}


@pytest.mark.parametrize(
    "value", ["Tr0ub4d", "swordfish", "Hunter2pw", "correct-horse-battery", "p&s<w/9Q", "P\u00e4ss-4w\u00f6rd"]
)
@pytest.mark.parametrize("way", SPELT_OUT)
def test_a_value_is_masked_however_it_is_spelt_out(way: str, value: str) -> None:
    """Whoever reads it needs no key."""
    spelt = SPELT_OUT[way](value)
    redacted = Redactor([value]).redact(f"it is {spelt} now")
    assert not any(spelt[at : at + 5] in redacted for at in range(len(spelt) - 4))


@pytest.mark.parametrize(
    "text",
    [
        "PASSWORD and Secret are names, API_TOKEN too",
        "one of 10, 20, 30, 40, 50 and 0x10 0x20 0x30 0x40",
        "a, b, c, d or 'a', 'b', 'c', 'd'",
        "C:\\users\\u1 and a%20b and &amp; and \\d{3}-\\x41 &#65; \\U99999999",
        "1-2-3-4-5 and a-b-c-d",
    ],
)
def test_what_spells_something_else_stays(text: str) -> None:
    """A list of choices is what a message is about."""
    assert (
        Redactor(["password", "secret", "token", "Tr0ub4dor&3", "correct-horse", "abdc", "4711"]).redact(text) == text
    )


def test_other_digits_with_separators_stay() -> None:
    """Addresses and moments say what a message is about."""
    text = "00:16:3e:5e:6c:00 and fe80::1 at 2026-11-27 04:57:03, 3f2b8c1e-9c1d-4a77-8b1e-0a1b2c3d4e5f"
    assert Redactor(["correct-horse", "Tr0ub4dor&3", "8f14e45fceea167a"]).redact(text) == text


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
    redactor = Redactor([f"value-{number}-{number * 7919}" for number in range(5000)] + ["x1" * 200_000])
    for number in range(2000):
        assert redactor.redact(f"the number {number} is 7919{number}") != ""
    assert redactor.redact("a x1x1x1 b") == f"a {MASK} b"
    assert time.process_time() - started < 30


def _random_values(number: int, length: int) -> list[str]:
    draw = random.Random(7)  # noqa: S311 - the same each time
    return ["".join(draw.choices("abcdefghijkmnopqrstuvwxyz0123456789", k=length)) for _ in range(number)]


def test_a_message_beside_many_secrets_costs_no_index_of_all_their_parts() -> None:
    """One fault in a file of secrets is one message; the index would take seconds, and ten times the memory."""
    values, message = _random_values(300, 1_000), "`PORT` is not an integer, nor near one"
    tracemalloc.start()
    try:
        assert Redactor(values).redact(message) == message
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 250 * len("".join(values))


def test_a_text_after_many_others_is_masked_as_the_first() -> None:
    """What is found out for the first few is found in another way than for the others."""
    values = _random_values(3, 30)
    texts = [f"{value[at : at + length]}-{at}" for value in values for at in (0, 18) for length in (3, 4, 5, 6, 12)]
    redactor = Redactor(values)
    redactor.redact(" ".join(map(str, range(2_000))))
    assert [redactor.redact(text) for text in texts] == [Redactor(values).redact(text) for text in texts]


def test_an_empty_value_masks_nothing() -> None:
    """It stands between any two characters."""
    assert Redactor([""]).redact("text") == "text"


def test_masks_in_a_row_are_one() -> None:
    """Their number would tell the length."""
    assert Redactor(["abcdef12", "ghijkl34"]).redact("abcdef12ghijkl34") == MASK


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


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40),
    st.binary(max_size=4),
    st.binary(max_size=4),
)
def test_no_bit_of_a_secret_shows_in_base64(secret: str, before: bytes, after: bytes) -> None:
    """Whatever is before it and after it: what is left are letters that are made of other bytes alone.

    Of a shorter secret, a letter at either end may be left where its neighbors could be a word.
    """
    content = secret.encode()
    encoded = base64.b64encode(before + content + after).decode()
    first, last = len(before) * 8 // 6, -(-(len(before) + len(content)) * 8 // 6)
    shown = Redactor([secret]).redact(f"<{encoded}>")
    assert shown.removeprefix("<").partition(MASK)[0] in {encoded[:at] for at in range(first + 1)}
    assert shown.removesuffix(">").rpartition(MASK)[2] in {encoded[at:] for at in range(last, len(encoded) + 1)}


def test_a_text_that_comes_again_and_again_is_masked_once() -> None:
    """A class that takes one of a thousand words refuses each item of a long list with all of them."""
    redactor = Redactor(["a1bcdefgh" * 50])
    text = "Input should be " + ", ".join(f"'choice-{at}'" for at in range(1_000)) + " a1bcdefgha1bcdefgh"
    started = time.process_time()
    assert {redactor.redact(text).count(MASK) for _ in range(1_000)} == {1}
    assert time.process_time() - started < 5
