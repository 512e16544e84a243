"""Keyed fingerprints, by which people who share a key can compare secrets without showing them."""

import hashlib
import hmac
from dataclasses import dataclass, field

SHORTEST_KEY = 16
LONGEST_KEY = 4096
_PURPOSE = b"setpoint fingerprint 1\0"
_HEXADECIMAL_DIGITS = 16


class UnusableKeyError(ValueError):
    """The bytes are no key; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class FingerprintKey:
    """A key that makes fingerprints; without it nobody can try out which secret has one."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, content: bytes) -> "FingerprintKey":
        """Return the key in `content` of a file; a line end after it does not count.

        Raises:
            UnusableKeyError: It is too short to keep anybody from trying out keys, or no key at all.
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
        """Return the fingerprint of `value` of the variable `name`: another name gives another one."""
        content = _PURPOSE + name.encode("utf-8", "surrogatepass") + b"\0" + value.encode("utf-8", "surrogatepass")
        return hmac.new(self.key, content, hashlib.sha256).hexdigest()[:_HEXADECIMAL_DIGITS]
