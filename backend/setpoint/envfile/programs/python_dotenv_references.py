"""Finds the references in a value as python-dotenv does: `${NAME}` and `${NAME:-default}`, never escaped or nested."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_END_OF_NAME = re.compile(r"[}:]")


class Reference(NamedTuple):
    """One reference: where it is in the value, its name, and its default if it has one."""

    start: int
    end: int
    name: str
    default: str | None


def references(value: str) -> Iterator[Reference]:
    """Yield the references of `value` in one pass over it, however many are opened and never closed."""
    start, last_closing = value.find("${"), value.rfind("}")
    while start >= 0:
        end_of_name = _END_OF_NAME.search(value, start)
        if end_of_name is None:
            return
        at = end_of_name.start()
        name, closing = value[start + 2 : at], at
        if end_of_name[0] == ":":
            closing = value.find("}", at) if value.startswith(":-", at) else -1
            if at > last_closing:
                return
        if closing < 0:
            # What is opened before this `:` has no other end either.
            start = value.find("${", at)
            continue
        yield Reference(start, closing + 1, name, value[at + 2 : closing] if end_of_name[0] == ":" else None)
        start = value.find("${", closing + 1)
