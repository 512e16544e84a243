"""Finds where something that a shell would run ends, without looking at what it would run."""

import re

_MARK = re.compile(r"\\.|\$[({]|[()\"'`}]", re.DOTALL)
_MARK_IN_DOUBLE_QUOTES = re.compile(r"\\.|\$[({]|[\"`]", re.DOTALL)
_BACKTICK = re.compile(r"[^`\\]*+(?:\\.[^`\\]*+)*+`", re.DOTALL)
_CLOSING = {"(": ")", "$(": ")", "${": "}", '"': '"'}


def end_of_backticks(text: str, inside: int) -> int | None:
    """Return where the command in backticks that begins at `inside` ends, or None."""
    match = _BACKTICK.match(text, inside)
    return match.end() if match else None


def end_of_brackets(text: str, inside: int) -> int | None:
    """Return where the bracket whose content begins at `inside` is closed, or None."""
    awaited = [")"]
    at: int | None = inside
    while at is not None:
        mark = (_MARK_IN_DOUBLE_QUOTES if awaited[-1] == '"' else _MARK).search(text, at)
        if mark is None:
            return None
        at = mark.end()
        if mark[0] == awaited[-1]:
            awaited.pop()
            if not awaited:
                return at
        elif mark[0] in _CLOSING:
            awaited.append(_CLOSING[mark[0]])
        elif mark[0] == "'":
            closing = text.find("'", at)
            at = closing + 1 if closing >= 0 else None
        elif mark[0] == "`":
            at = end_of_backticks(text, at)
    return None
