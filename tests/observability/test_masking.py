"""A secret is masked in whatever form a program writes it."""

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.masking import MASK, Masks, mask_spans, mask_urls


def _mask(secret: str, text: str) -> str:
    return mask_spans(text, Masks([secret]).spans(text))


def _mask_pieces(secret: str, text: str) -> str:
    return mask_spans(text, Masks([secret]).spans_of_pieces(text))


WRITERS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "repr": repr,
    "ascii": ascii,
    "repr of its bytes": lambda text: repr(text.encode("utf-8", "backslashreplace")),
    "JSON": json.dumps,
    "JSON with letters": lambda text: json.dumps(text, ensure_ascii=False),
    "in a URL": lambda text: quote(text.encode("utf-8", "backslashreplace"), safe=""),
    "in hexadecimal digits": lambda text: text.encode("utf-8", "backslashreplace").hex(),
    "in hexadecimal digits with separators": lambda text: text.encode("utf-8", "backslashreplace").hex(":"),
    "in hexadecimal digits with blanks": lambda text: text.encode("utf-8", "backslashreplace").hex(" "),
    "in the repr of a repr": lambda text: repr(repr(text))[1:-1],
    "as SQL writes bytes": lambda text: text.encode("utf-8", "backslashreplace").hex().upper(),
    "in base64": lambda text: base64.b64encode(text.encode("utf-8", "backslashreplace")).decode().rstrip("="),
    "in base64, twice": lambda text: (
        base64.b64encode(base64.b64encode(text.encode("utf-8", "backslashreplace"))).decode().rstrip("=")
    ),
    "in base32": lambda text: base64.b32encode(text.encode("utf-8", "backslashreplace")).decode().rstrip("="),
    "in a URL, in small letters": lambda text: re.sub(
        "%..", lambda escape: escape[0].lower(), quote(text.encode("utf-8", "backslashreplace"), safe="")
    ),
    "in HTML": html.escape,
    "in a form": lambda text: quote_plus(text.encode("utf-8", "backslashreplace")),
    "in a container": lambda text: str([{"a": (text,)}]),
    "the text of a KeyError": lambda text: str(KeyError(text)),
}
SECRETS = st.text(st.characters(codec=None), min_size=8, max_size=40).filter(
    lambda text: len(text.strip()) >= 8 and len(set(text)) > 4
)


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@given(secret=SECRETS)
def test_a_secret_is_masked_however_it_is_written(write: Callable[[str], str], secret: str) -> None:
    """What is left of the text is what was around it."""
    assert _mask(secret, f"<{write(secret)}>") in {f"<{quote}{MASK}{quote}>" for quote in ("", "'", '"', "\\'")} | {
        f"<b{quote}{MASK}{quote}>" for quote in ("'", '"')
    } | {f"<[{{'a': ({quote}{MASK}{quote},)}}]>" for quote in ("'", '"')}


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@given(secret=SECRETS, before=st.binary(max_size=8), after=st.binary(max_size=8))
def test_a_secret_is_masked_in_the_middle_of_base64(
    encode: Callable[[bytes], bytes], secret: str, before: bytes, after: bytes
) -> None:
    """As in a `Basic` header: what is left decodes to nothing of it."""
    content = secret.encode("utf-8", "backslashreplace")
    encoded = encode(before + content + after).decode()
    beginning, mask, end = _mask(secret, encoded).partition(MASK)
    assert mask
    assert encoded.startswith(beginning)
    assert len(beginning) * 6 <= len(before) * 8
    assert encoded.endswith(end)
    assert len(end.rstrip("=")) * 6 < len(after) * 8 + 6


@given(secret=SECRETS, around=st.text(max_size=5))
def test_no_piece_of_eight_characters_is_left(secret: str, around: str) -> None:
    """Errors quote the beginning, the end or the middle of their input."""
    for piece in (secret[:-1], secret[1:], secret[2:10]):
        masked = _mask_pieces(secret, f"{around}|{piece}|{around}")
        assert not any(secret[at : at + 8] in masked for at in range(len(secret) - 7) if "*" not in secret)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("shop", MASK),
        ("the shop, or shop.", f"the {MASK}, or {MASK}."),
        ("workshop shopping shop_port", "workshop shopping shop_port"),
        ("no", "no"),
    ],
)
def test_a_short_secret_is_masked_as_a_word(text: str, masked: str) -> None:
    """It is a part of too many others."""
    assert mask_spans(text, Masks(["shop", "no"]).spans(text)) == masked


def test_a_line_of_a_key_is_masked_on_its_own() -> None:
    """Parsers complain about one line."""
    assert "bGluZTE" not in _mask("-BEGIN-\nbGluZTEbGluZTE\n-END-", "bad line: bGluZTEbGluZTE")


def test_secrets_that_overlap_are_masked_together() -> None:
    """What one leaves of the other would be a piece of a secret."""
    text = "<abcdefghijkl>"
    spans = [span for secret in ("abcdefgh", "efghijkl") for span in Masks([secret]).spans(text)]
    assert mask_spans(text, spans) == f"<{MASK}>"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET https://user:pw@host/path?token=x#y failed", "GET https://********@host/path failed"),
        ("(url: /path?token=abc) timed out", "(url: /path) timed out"),
        ("postgresql://host/db, why?", "postgresql://host/db, why?"),
        ("really? yes", "really? yes"),
    ],
)
def test_urls_keep_neither_credentials_nor_queries(text: str, masked: str) -> None:
    """Whoever put a token there did not do it to have it logged."""
    assert mask_urls(text) == masked


SPELT_OUT: dict[str, Callable[[str], str]] = {
    "in capitals": str.upper,
    "in the other case": str.swapcase,
    "backwards": lambda text: text[::-1],
    "spaced": " ".join,
    "as characters": lambda text: str([*text]),
    "as escapes": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "with all percent signs": lambda text: "".join(f"%{ord(each):02x}" for each in text),
    "as numbers": lambda text: str([*text.encode()]),
}


@pytest.mark.parametrize("secret", ["Hunter2pwd", "correct-horse-battery", 'p&ss<w"o/9Q'])
@pytest.mark.parametrize("write", SPELT_OUT.values(), ids=SPELT_OUT)
def test_the_text_of_an_exception_does_not_spell_a_secret_out(write: Callable[[str], str], secret: str) -> None:
    """Code may have done anything to it before it failed."""
    written = write(secret)
    shown = _mask_pieces(secret, f"it is {written} now")
    assert not any(written[at : at + 5] in shown for at in range(len(written) - 4))
