"""Any value at all as something that can be written in one line, within bounds."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import islice

from observability.exception_text import described, type_name

LONGEST_TEXT = 8_192
"""Characters of a text that are written; the rest is counted."""

_DEEPEST_LEVEL = 6
_MOST_ITEMS = 200
_LARGEST_INTEGER = 2**63
# Line breaks for some reader, commands for some terminal, or marks that reorder what people see.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def within_bounds(value: object, level: int = 0) -> object:
    """Return `value` made of what JSON has, no deeper, longer or larger than a line can bear."""
    if value is None or isinstance(value, (bool, float, date)):
        return value
    if isinstance(value, int) and abs(value) < _LARGEST_INTEGER:
        return int(value)
    if not isinstance(value, (Mapping, list, tuple, set, frozenset)):
        return text_within_bounds(value)
    if level == _DEEPEST_LEVEL:
        return f"<{type_name(value)}>"
    if isinstance(value, Mapping):
        parts = islice(value.items(), _MOST_ITEMS)
        return {text_within_bounds(name): within_bounds(part, level + 1) for name, part in parts}
    return [within_bounds(part, level + 1) for part in islice(value, _MOST_ITEMS)]


def text_within_bounds(value: object) -> str:
    """Return the text of `value`, cut after `LONGEST_TEXT` characters."""
    text = text_of(value)
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}… ({len(text)} characters)"
    return encodable(text)


def encodable(text: str) -> str:
    """Return `text` with an escape for each surrogate, which UTF-8 does not have."""
    return text.encode("utf-8", "backslashreplace").decode()


def text_of(value: object) -> str:
    """Return a text for `value`, whatever it is and whichever of its methods fails."""
    try:
        if isinstance(value, BaseException):
            return described(value)
        return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    except Exception:  # noqa: BLE001 - any object can stand in a record, and any of its methods can fail
        return f"<{type_name(value)}>"


def one_line(text: str) -> str:
    """Return `text` with an escape for whatever could end a line or steer a terminal."""
    return _UNSAFE.sub(_escaped, text) if not text.isascii() or not text.isprintable() else text


def _escaped(found: re.Match[str]) -> str:
    return _SHORT_ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"
