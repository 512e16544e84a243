"""Tells values that were meant to be replaced."""

import re

_PLACEHOLDER = re.compile(
    r"<[^<>]*[a-z][^<>]*>|x{3,}|\.{3}|…|to[-_ ]?do|tbd|fixme|placeholder"
    r"|(?:please[-_ ]?)?(?:change|replace|fill)[-_ ]?(?:me|this|it|in)(?:[-_ ]?(?:please|now|in[-_ ]production))?!*"
    r"|your[-_ ][a-z0-9_ -]+|insert[-_ ][a-z0-9_ -]+[-_ ]here",
    re.IGNORECASE,
)
_PLACEHOLDER_INSIDE = re.compile(r"<[a-z _-]*(?:key|id|host|dsn|token|password|user|name)[a-z _-]*>", re.IGNORECASE)


def is_placeholder(value: str) -> bool:
    """Return whether `value` was copied from an example, such as `changeme` or `<your-dsn>`."""
    return bool(_PLACEHOLDER.fullmatch(value.strip()) or _PLACEHOLDER_INSIDE.search(value))
