"""Keyed fingerprints, with which people who share a key can compare secrets without showing them."""

import hashlib
import hmac
from dataclasses import dataclass, field

SHORTEST_KEY = 16
LONGEST_KEY = 4096
_PURPOSE = b"setpoint fingerprint 1\0"
_HEXADECIMAL_DIGITS = 16


class UnusableKeyError(ValueError):
    """The bytes are not a usable key; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class FingerprintKey:
    """A key for fingerprints; without it, nobody can find out which secret has a fingerprint by trying."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, content: bytes) -> "FingerprintKey":
        """Return the key in the `content` of a file; a line ending after it does not count.

        Raises:
            UnusableKeyError: It is so short that it could be guessed, or not a key at all.
        """
        key = content.rstrip(b"\r\n")
        if len(key) < SHORTEST_KEY:
            message = f"a key must have at least {SHORTEST_KEY} bytes"
            raise UnusableKeyError(message)
        if len(key) > LONGEST_KEY:
            message = f"a key must have at most {LONGEST_KEY} bytes"
            raise UnusableKeyError(message)
        return cls(key)

    def fingerprint(self, name: str, value: str) -> str:
        """Return the fingerprint of the `value` of the variable `name`; it differs by name."""
        content = _PURPOSE + name.encode("utf-8", "surrogatepass") + b"\0" + value.encode("utf-8", "surrogatepass")
        return hmac.new(self.key, content, hashlib.sha256).hexdigest()[:_HEXADECIMAL_DIGITS]
