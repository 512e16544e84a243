"""Env files of apps that read them in another encoding than UTF-8."""

import codecs
from io import BytesIO, TextIOWrapper


def is_same_encoding(one: str, other: str) -> bool:
    """Return whether both are names of one encoding; a name that Python does not know is like no other."""
    try:
        return codecs.lookup(one) == codecs.lookup(other)
    except LookupError:
        return False


def in_utf_8(content: bytes, encoding: str) -> bytes:
    """Return `content`, which an app reads in `encoding`, in UTF-8.

    It is unchanged if it should be UTF-8 and is not, which is a separate finding.

    Raises:
        LookupError: Python has no such encoding for text.
        UnicodeError: `content` is not in it.
    """
    try:
        # As `open` does: UTF-16 must begin with a byte order mark then.
        return TextIOWrapper(BytesIO(content), encoding, newline="").read().encode("utf-8", "surrogatepass")
    except UnicodeError:
        if not codecs.lookup(encoding).name.startswith("utf-8"):
            raise
        return content
