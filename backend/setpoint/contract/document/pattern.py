"""Which patterns mean the same to every regex engine, and how large they get with each repetition expanded."""

import re

_PORTABLE = re.compile(r"(?:[^\\(]|\\[dDwWsStnrfv.\\/\[\](){}^$|*+?-]|\((?!\?)|\(\?:)*", re.DOTALL)
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|\((?:\?:)?|.", re.DOTALL)
_CLASS_ESCAPE = re.compile(r"\\[dDwWsS]")
_SIZE_OF_CLASS = 100
"""What `\\w` comes to: an engine that knows Unicode writes it as hundreds of ranges."""
_SIZE_OF_ANYTHING = 4
"""What `.` and `[^a]` come to: a character of UTF-8 may have four bytes."""
_SIZE_OF_GROUP = 5
"""What even an empty group comes to, which an engine has to remember."""
_CHARACTERS_OF_A_SIZE = 8
"""How many characters that a class lists cost as much as one of the text."""


def is_portable(pattern: str) -> bool:
    """Return whether `pattern` has no look-around, no backreference and no flags (ECMA-262 has them, RE2 does not)."""
    return bool(_PORTABLE.fullmatch(pattern))


def expanded_size(pattern: str) -> int:
    """Return roughly how many characters a portable `pattern` has once each repetition is expanded."""
    sizes, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if text.startswith("("):
            sizes.append(_SIZE_OF_GROUP)
            last = 0
        elif text == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        elif token[1] is not None:
            times = int((token[2] or token[1])[:6])
            sizes[-1] += last * max(times - 1, 0)
            last *= max(times, 1)
        else:
            last = _size_of(text)
            sizes[-1] += last
    return sum(sizes)


def _size_of(text: str) -> int:
    least = _SIZE_OF_ANYTHING if text == "." or text.startswith("[^") else 1
    return _SIZE_OF_CLASS * len(_CLASS_ESCAPE.findall(text)) + len(text) // _CHARACTERS_OF_A_SIZE + least
