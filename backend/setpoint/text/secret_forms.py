"""The forms in which a secret may reappear: as written, as programs decode it, and as they quote it."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from setpoint.text.secret_values import credentials_in_url, is_url

_SHORTEST = 3
_LONGEST_DECODED = 1 << 16
_LONGEST_ENCODED = 1 << 10
_SHORTEST_ENCODED = 6
_LONG_ENOUGH = 12
"""This many letters of base64 are unlikely by chance, so they count whatever they are."""
_MOST_STEPS = 3
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}={0,2}")
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2}){4,}")
# Words with which a secret setting may say "nothing"; masking them would hide what a message says.
_NO_SECRETS = {"true", "false", "none", "null", "nil", "yes", "off"}


def forms_of(value: str) -> frozenset[str]:
    """Return `value` and what it may be turned into before it is quoted; nothing for fewer than three characters."""
    found = {value}
    news = [value]
    for _ in range(_MOST_STEPS):
        news = [each for text in news for each in _decoded(text) if each not in found]
        found.update(news)
    quoted = {form for each in found for form in _quoted(each)}
    # What was quoted is often a part of something that is quoted again: `repr` of an exception's text.
    quoted |= {form for each in quoted - found for form in _quoted(each)}
    encoded = {form for each in found for form in _encoded(each)}
    return frozenset(
        each for each in found | quoted | encoded if len(each) >= _SHORTEST and each.lower() not in _NO_SECRETS
    )


def _decoded(text: str) -> Iterator[str]:
    """Yield what programs turn `text` into."""
    yield text.strip()
    if len(text) > _LONGEST_DECODED:
        return
    if not text.isascii():
        yield from _composed_otherwise(text)
    bare = text.strip()
    if bare[:1] in {'"', "'"}:
        yield bare.strip(bare[:1])
    if "%" in text:
        yield _unquoted(text)
    if "+" in text:
        yield _unquoted(text.replace("+", " "))
    yield from _in_url(bare)
    yield from _in_json(bare)
    yield from _from_bytes(bare)


def _composed_otherwise(text: str) -> Iterator[str]:
    """Yield `text` with letters and their marks put together, and taken apart."""
    from unicodedata import normalize

    yield normalize("NFC", text)
    yield normalize("NFD", text)


def _unquoted(text: str) -> str:
    """Return `text` without percent-encoding, whatever the resulting bytes."""
    try:
        return unquote(text, errors="surrogatepass")
    except UnicodeDecodeError:
        return unquote(text, errors="surrogateescape")


def _in_url(text: str) -> Iterator[str]:
    """Yield what is secret in a URL: its credentials, and the values of its query."""
    if not is_url(text):
        return
    yield from credentials_in_url(text)
    query = text.partition("?")[2].partition("#")[0]
    yield from (value for pair in query.split("&") if (value := pair.partition("=")[2]))


def _in_json(text: str) -> Iterator[str]:
    if text[:1] not in {"[", "{", '"'}:
        return
    try:
        yield from _strings_in(json.loads(text))
    except (ValueError, RecursionError):
        return


def _strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        yield from (each for item in value for each in _strings_in(item))
    elif isinstance(value, dict):
        yield from (each for item in value.values() for each in _strings_in(item))


def _from_bytes(text: str) -> Iterator[str]:
    """Yield `text` decoded from base64 (RFC 4648) or hexadecimal digits, if the result is text again."""
    if _HEXADECIMAL.fullmatch(text):
        yield from _as_text(bytes.fromhex(text))
    if _BASE64.fullmatch(text):
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        try:
            yield from _as_text(base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True))
        except binascii.Error:
            return


def _as_text(content: bytes) -> Iterator[str]:
    text = content.decode("utf-8", "replace")
    if len(text) > _SHORTEST and text.isprintable() and "\ufffd" not in text:
        yield text


def _quoted(text: str) -> Iterator[str]:
    """Yield `text` as Python and JSON write it between quotes."""
    if len(text) <= _LONGEST_DECODED and not (text.isalnum() and text.isascii()):
        yield repr(text)[1:-1]
        # In a text that has both kinds of quotes, perhaps around it, Python escapes one of them.
        yield repr(f'{text}"')[1:-2]
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]
        yield repr(text.encode("utf-8", "surrogatepass"))[2:-1]


def _encoded(text: str) -> Iterator[str]:
    """Yield `text` as programs write it into URLs and headers, where everybody can decode it."""
    if not _SHORTEST_ENCODED <= len(text) <= _LONGEST_ENCODED:
        return
    yield from {quote(text, safe="", errors="surrogatepass"), quote(text, errors="surrogatepass")} - {text}
    content = text.encode("utf-8", "surrogatepass")
    yield content.hex()
    for at_once in (base64.b32encode(content), base64.b64encode(base64.b64encode(content))):
        yield at_once.decode().rstrip("=")
    # As `user:password` in a header; how the end is encoded depends on the length of the beginning.
    for before in range(3):
        whole = (before + len(content)) // 3 * 4
        encoded = base64.b64encode(bytes(before) + content).decode()
        yield encoded[before + (before > 0) : whole]
        yield from _beginnings(before, content)
        yield from _endings(encoded[:whole], content[len(content) - (before + len(content)) % 3 :])


def _beginnings(before: int, content: bytes) -> Iterator[str]:
    """Yield the base64 of `content` after other bytes, the last of which share a letter with it."""
    for preceding in range({1: 4, 2: 16}.get(before, 0)):
        bytes_before = bytes(before - 1) + bytes([preceding])
        yield base64.b64encode(bytes_before + content).decode()[before : before + _LONG_ENOUGH]


def _endings(encoded: str, rest: bytes) -> Iterator[str]:
    """Yield how base64 continues after `encoded` with the one or two bytes of `rest`, at the end or before others."""
    if not rest:
        return
    beginning = encoded[-_LONG_ENOUGH:]
    yield beginning + base64.b64encode(rest).decode()
    for following in range(0, 256, 16 if len(rest) == 1 else 64):
        yield beginning + base64.b64encode(rest + bytes([following])).decode()[: len(rest) + 1]
