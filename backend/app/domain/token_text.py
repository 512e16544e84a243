"""The text of a token: `sp_<id>_<secret><checksum>`, which scanners recognise and typing errors can't fake."""

import hashlib
import re
import secrets
import string
from dataclasses import dataclass, field
from zlib import crc32

_ALPHABET = string.digits + string.ascii_letters
_ID_LENGTH = 12
_SECRET_LENGTH = 43
"""43 characters of 62 hold 256 bits, as 32 random bytes do."""
_CHECKSUM_LENGTH = 6

PREFIX = "sp_"
"""The prefix of every token of this service."""

PATTERN = rf"{PREFIX}[0-9A-Za-z]{{12}}_[0-9A-Za-z]{{49}}"
"""For secret scanners."""

_ID = re.compile(rf"[0-9A-Za-z]{{{_ID_LENGTH}}}")
_TOKEN = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{_ID_LENGTH}}})_[0-9A-Za-z]{{{_SECRET_LENGTH + _CHECKSUM_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class TokenText:
    """A token as its holder has it.

    Attributes:
        id: The public part, which tells tokens apart.
        text: All of it; shown once, stored nowhere.
    """

    id: str
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the text in hexadecimal; no salt, because 256 random bits can't be guessed."""
        return hashlib.sha256(self.text.encode("ascii")).hexdigest()


def is_token_id(text: str) -> bool:
    """Return whether `text` may be the public part of a token."""
    return bool(_ID.fullmatch(text))


def new_token_text() -> TokenText:
    """Return a new token."""
    token_id, secret = _random(_ID_LENGTH), _random(_SECRET_LENGTH)
    start = f"{PREFIX}{token_id}_{secret}"
    return TokenText(token_id, start + _checksum(start))


def parse_token_text(text: str) -> TokenText | None:
    """Return the token written as `text`; None if it is not one, or was mistyped."""
    match = _TOKEN.fullmatch(text)
    if match is None or _checksum(text[:-_CHECKSUM_LENGTH]) != text[-_CHECKSUM_LENGTH:]:
        return None
    return TokenText(match[1], text)


def _random(length: int) -> str:
    return _digits(secrets.randbelow(len(_ALPHABET) ** length), length)


def _checksum(start: str) -> str:
    return _digits(crc32(start.encode("ascii")), _CHECKSUM_LENGTH)


def _digits(number: int, length: int) -> str:
    """Return `number` in base 62, with zeros in front."""
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
