"""Escapes whatever could end a line or control a terminal."""

import re

# Line breaks for some reader, commands for some terminal, or marks that reorder what people see.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def one_line(text: str) -> str:
    """Return `text` with an escape for whatever could end a line or control a terminal."""
    return _UNSAFE.sub(_escaped, text) if not text.isascii() or not text.isprintable() else text


def side_by_side(text: str) -> str:
    """Return the lines of `text` joined into one, for people."""
    return " | ".join(line.strip() for line in text.split("\n"))


def _escaped(found: re.Match[str]) -> str:
    return _SHORT_ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"
