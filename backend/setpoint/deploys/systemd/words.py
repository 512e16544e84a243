"""Splits a value into words as systemd does: quotes anywhere, C escapes also outside quotes."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from setpoint.deploys.systemd.unit_text import PlacedText
from setpoint.envfile.source_text import Span

_BLANKS = " \t\n\r"
_BETWEEN = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r"[^ \t\n\r'\"\\]+")
_INSIDE = {quote: re.compile(rf"[^{quote}\\]+") for quote in "'\""}
_ESCAPE = re.compile(
    r"\\(?:([abfnrtvs\\\"'])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))", re.ASCII
)
_MEANT = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}
_LAST_BYTE = 0xFF
_LAST_CHARACTER = 0x10_FFFF


class Word(NamedTuple):
    """A word of a value.

    Attributes:
        text: What it says, without quotes and with its escapes read; bytes that are not UTF-8 are lone surrogates.
        span: Where it is in the file, including its quotes.
        quotes: Where quotes were removed from the middle of it, in the file.
        value_at: Where the text after its first `=` begins in the file; the end of the word if it has none.
    """

    text: str
    span: Span
    quotes: tuple[Span, ...] = ()
    value_at: int = 0


class BrokenQuotingError(Exception):
    """A quote is open at the end, or systemd does not know an escape: from this word on, nothing is read.

    Attributes:
        span: The quote or the backslash.
        is_escape: Whether it is an escape.
    """

    def __init__(self, span: Span, *, is_escape: bool) -> None:
        super().__init__()
        self.span = span
        self.is_escape = is_escape


def words(value: PlacedText, *, escapes: bool = True) -> Iterator[Word]:
    """Yield the words of `value`.

    Args:
        value: What is right of the `=`.
        escapes: Whether C escapes are read; without that, a backslash makes the next character literal.

    Raises:
        BrokenQuotingError: After the words before it were given.
    """
    at = 0
    while True:
        blanks = _BETWEEN.match(value.text, at)
        at = blanks.end() if blanks else at
        if at == len(value.text):
            return
        word = _WordReader(value, at, escapes=escapes)
        at = word.read()
        yield word.word(at)


class _WordReader:
    """Reads one word, whose bytes are collected first: several escapes may make up one character."""

    def __init__(self, value: PlacedText, start: int, *, escapes: bool) -> None:
        self._value = value
        self._start = start
        self._escapes = escapes
        self._bytes = bytearray()
        self._quotes: list[Span] = []
        self._value_at: int | None = None

    def read(self) -> int:
        """Read up to the blank or the end, and return where that is."""
        text, at = self._value.text, self._start
        while at < len(text) and text[at] not in _BLANKS:
            if text[at] in _INSIDE:
                self._quotes.append(self._value.span(at, at + 1))
                at = self._read_quoted(at)
            else:
                at = self._read_piece(at, _PLAIN)
        return at

    def word(self, end: int) -> Word:
        span = self._value.span(self._start, end)
        text = self._bytes.decode("utf-8", "surrogateescape")
        value_at = span.end if self._value_at is None else self._value.span(self._value_at, self._value_at).start
        return Word(text, span, tuple(self._quotes), value_at)

    def _read_quoted(self, start: int) -> int:
        quote = self._value.text[start]
        at = start + 1
        while at < len(self._value.text):
            if self._value.text[at] == quote:
                return at + 1
            at = self._read_piece(at, _INSIDE[quote])
        raise BrokenQuotingError(self._value.span(start, start + 1), is_escape=False)

    def _read_piece(self, at: int, plain: re.Pattern[str]) -> int:
        """Read an escape, or what has no meaning to a word."""
        piece = plain.match(self._value.text, at)
        if piece is None:
            return self._read_escape(at)
        if self._value_at is None and "=" in piece[0]:
            self._value_at = at + piece[0].index("=") + 1
        self._bytes += piece[0].encode("utf-8", "surrogateescape")
        return piece.end()

    def _read_escape(self, at: int) -> int:
        end, meant = (
            _escape(self._value.text, at) if self._escapes else (at + 2, self._value.text[at + 1 : at + 2].encode())
        )
        if not meant:
            raise BrokenQuotingError(self._value.span(at, min(at + 2, len(self._value.text))), is_escape=True)
        self._bytes += meant
        return end


def _escape(text: str, at: int) -> tuple[int, bytes]:
    """Return where the escape at `at` ends and what it means; nothing for one that systemd does not know."""
    escape = _ESCAPE.match(text, at)
    if escape is None:
        return at, b""
    letter, hexadecimal, octal, short, long = escape.groups()
    if letter:
        return escape.end(), _MEANT.get(letter, letter).encode()
    if hexadecimal or octal:
        number = int(hexadecimal, 16) if hexadecimal else int(octal, 8)
        return escape.end(), bytes([number]) if 0 < number <= _LAST_BYTE else b""
    number = int(short or long, 16)
    character = chr(number).encode("utf-8", "surrogatepass") if 0 < number <= _LAST_CHARACTER else b""
    return escape.end(), character
