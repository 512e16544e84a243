"""What programs make of bytes that are not UTF-8, and that stand in a text as lone surrogates."""

import re

_BAD_BYTE = "[\ud800-\udfff]"


def first_bad_byte(text: str) -> int | None:
    """Return where the first byte stands that is not UTF-8, or None."""
    if text.isascii():
        return None
    match = re.search(_BAD_BYTE, text)
    return match.start() if match else None


def with_each_byte_replaced(text: str) -> str:
    """Put U+FFFD for every single bad byte, as Go does."""
    return text if text.isascii() else re.sub(_BAD_BYTE, "\ufffd", text)


def with_each_sequence_replaced(text: str) -> str:
    """Put U+FFFD for every longest sequence that begins as a character, as browsers, V8 and .NET do."""
    if first_bad_byte(text) is None:
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
