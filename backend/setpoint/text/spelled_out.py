"""Finds the parts of a text that spell another text: escapes, digits for characters, single characters in a row."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import unquote

_ESCAPE = re.compile(
    r"%[0-9A-Fa-f]{2}|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});"
    r"|\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[0-3][0-7]{2})"
)
_ESCAPE_WITH_BACKSLASH = re.compile(r"\\(?:u(\w{4})|U(\w{8})|x(\w\w)|([0-3][0-7]{2}))")
# As `bytes.hex(":")` writes them, and tools that dump bytes.
_HEXADECIMAL = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:[0-9A-Fa-f]{2}){1,4}[: _.-]){2,}(?:[0-9A-Fa-f]{2}){1,4}(?![0-9A-Za-z])"
)
_NUMBER = r"(?:0x[0-9A-Fa-f]{2}|\d{2,3})"
_NUMBERS = re.compile(rf"(?<![\w.]){_NUMBER}(?:'?(?:, ?| )'?{_NUMBER}){{3,}}(?![\w.])")
_CHARACTERS = re.compile(r"(?<![^\W_])\S([ ,:._-]|, )\S(?:\1\S){2,}(?![^\W_])")
_QUOTED_CHARACTERS = re.compile(r"(?:'[^']'|\"[^\"]\")(?:, ?(?:'[^']'|\"[^\"]\")){3,}")


def spelled_out(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where in `text` something is spelt out, and what it is."""
    for word in re.finditer(r"\S+", text) if _ESCAPE.search(text) else ():
        if _ESCAPE.search(word[0]):
            yield *word.span(), _of_escapes(word[0])
    for pattern, read in _KINDS:
        for found in pattern.finditer(text):
            yield *found.span(), read(found[0])


def _of_escapes(written: str) -> str:
    characters = _ESCAPE_WITH_BACKSLASH.sub(_character, written)
    with suppress(UnicodeError):
        characters = characters.encode("latin-1").decode()  # Each may be one byte of a character.
    return html.unescape(unquote(unquote(characters)))


def _character(escape: re.Match[str]) -> str:
    try:
        return chr(int(escape[4], 8) if escape[4] else int(escape[1] or escape[2] or escape[3], 16))
    except (ValueError, OverflowError):
        return escape[0]


def _digits(written: str) -> str:
    return re.sub("[^0-9a-f]", "", written.lower())


def _of_digits(written: str) -> str:
    return bytes.fromhex(_digits(written)).decode("utf-8", "replace")


def _of_numbers(written: str) -> str:
    codes = (int(each, 0 if each.startswith("0x") else 10) for each in re.findall(_NUMBER, written))
    return bytes(code for code in codes if code <= _LARGEST_BYTE).decode("utf-8", "replace")


def _of_characters(written: str) -> str:
    return written[:: 3 if written[1:3] == ", " else 2]


def _of_quoted_characters(written: str) -> str:
    return "".join(each[1] for each in re.findall(r"'[^']'|\"[^\"]\"", written))


_LARGEST_BYTE = 0xFF
_KINDS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_HEXADECIMAL, _digits),
    (_HEXADECIMAL, _of_digits),
    (_NUMBERS, _of_numbers),
    (_CHARACTERS, _of_characters),
    (_QUOTED_CHARACTERS, _of_quoted_characters),
)
