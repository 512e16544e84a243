"""Escapes what could control a terminal or is invisible."""

import re

UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
"""A character that could control a terminal or is invisible."""

_LINE_END = r"\r?\n"
_COMMON = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def printable(text: str) -> str:
    """Return `text` with everything escaped that could control a terminal or is invisible."""
    return text if text.isascii() and text.isprintable() else re.sub(UNPRINTABLE, _escaped, text)


def printable_lines(text: str) -> str:
    r"""Return `text` like `printable`, but with `\n` between its lines, and no empty line at its start or end."""
    lines = [printable(line.replace("\t", "    ").rstrip()) for line in re.split(_LINE_END, text)]
    while lines and not lines[-1]:
        del lines[-1]
    while lines and not lines[0]:
        del lines[0]
    return "\n".join(lines)


def in_one_line(text: str) -> str:
    """Return `text`, which may have several lines, as one line."""
    return " ".join(line.strip() for line in text.split("\n"))


def _escaped(match: re.Match[str]) -> str:
    if match[0] in _COMMON:
        return _COMMON[match[0]]
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python keeps a byte that is not UTF-8 (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - the last code with two hex digits
