"""Turns any value into something that can be written in one line: masked, and within limits."""

from collections.abc import Mapping
from datetime import date
from itertools import islice

from observability.exception_text import described, type_name
from observability.known_secrets import masked, masked_to_the_piece

LONGEST_TEXT = 8_192
"""How many characters of a text are written; the rest is counted."""

_DEEPEST_LEVEL = 6
_MOST_ITEMS = 200
_LARGEST_INTEGER = 2**63


def within_bounds(value: object, level: int = 0) -> object:
    """Return `value` as JSON types, masked, and not too deep, long or large for a line."""
    if value is None or isinstance(value, (bool, float, date)):
        return value
    if isinstance(value, int) and abs(value) < _LARGEST_INTEGER:
        return int(value) if masked(str(int(value))) == str(int(value)) else masked(str(int(value)))
    if not isinstance(value, (Mapping, list, tuple, set, frozenset)):
        return text_within_bounds(value)
    if level == _DEEPEST_LEVEL:
        return f"<{type_name(value)}>"
    if isinstance(value, Mapping):
        parts = islice(value.items(), _MOST_ITEMS)
        return {text_within_bounds(name): within_bounds(part, level + 1) for name, part in parts}
    return [within_bounds(part, level + 1) for part in islice(value, _MOST_ITEMS)]


def text_within_bounds(value: object) -> str:
    """Return the text of `value`, masked, and cut after `LONGEST_TEXT` characters."""
    text = text_of(value)
    # Cut once before masking, so that an endless text takes no time, and once after, so that no mask is cut.
    shown = masked_to_the_piece(text[: 2 * LONGEST_TEXT])
    if len(text) > LONGEST_TEXT:
        shown = f"{shown[:LONGEST_TEXT]}… ({len(text)} characters)"
    return encodable(shown)


def encodable(text: str) -> str:
    """Return `text` with an escape for each surrogate, which UTF-8 does not have."""
    return text.encode("utf-8", "backslashreplace").decode()


def text_of(value: object) -> str:
    """Return a text for `value`, whatever it is and whichever of its methods fail."""
    try:
        if isinstance(value, BaseException):
            return described(value)
        return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    except Exception:  # noqa: BLE001 - any object can be in a record, and any of its methods can fail
        return f"<{type_name(value)}>"
