"""Expands `$(NAME)` as the kubelet does, once and from left to right."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from setpoint.envfile.draft import ExpansionLimit

_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\((?P<name>[^)]*)\))")


class Expanded(NamedTuple):
    """A value with its references expanded.

    Attributes:
        text: The value.
        used: The names whose values are in it.
        kept: The names whose `$(NAME)` is kept, because nothing sets them.
    """

    text: str
    used: tuple[str, ...]
    kept: tuple[str, ...]


def expand(value: str, known: Mapping[str, str], limit: ExpansionLimit) -> Expanded:
    """Expand each `$(NAME)` of `value` whose name is `known`, and `$$` to `$`; everything else is kept.

    Args:
        value: What is written.
        known: The values by their names.
        limit: How much may be inserted; a reference beyond it is kept.
    """
    used: list[str] = []
    kept: list[str] = []

    def replacement(reference: re.Match[str]) -> str:
        if reference["dollar"]:
            return "$"
        name = reference["name"]
        if name in known and limit.allows(known[name]):
            used.append(name)
            return known[name]
        kept.append(name)
        return reference[0]

    text = _REFERENCE.sub(replacement, value)
    return Expanded(text, tuple(used), tuple(kept))
