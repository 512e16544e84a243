"""Finds the place of an item inside a value that is written as JSON (RFC 8259)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from setpoint.envfile.source_text import Span

Key = str | int

_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class _Node:
    """A value and what is inside it, by key or index.

    Attributes:
        span: Where it is.
        inside: What is inside it.
        key: Where its own key is, if it has one.
    """

    span: Span
    inside: Mapping[Key, "_Node"] = field(default_factory=dict)
    key: Span | None = None


def span_of(text: str, path: Iterable[Key], *, is_key: bool = False) -> Span | None:
    """Return where in `text` the item at `path` is, or the last one on the way; None if `text` is not JSON.

    Steps that lead nowhere are skipped: pydantic puts names of types between keys.

    Args:
        text: The text.
        path: The keys and indexes that lead to the item.
        is_key: Whether its key is wanted rather than its value.
    """
    node = _root(text)
    if node is None:
        return None
    for step in path:
        node = node.inside.get(step, node)
    return (node.key if is_key else None) or node.span


def first_fault(text: str) -> Span | None:
    """Return where `text`, which is meant as an array or an object, stops being JSON; None if that says nothing."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return Span(error.pos, min(error.pos + 1, len(text)))
    except (ValueError, RecursionError):
        return None
    return None


# Thousands of findings may concern the same value.
@lru_cache(maxsize=4)
def _root(text: str) -> _Node | None:
    try:
        return _node(text, _after_blanks(text, 0))
    except (ValueError, RecursionError, IndexError, TypeError):  # An array can't be a key.
        return None


def _node(text: str, at: int, key_span: Span | None = None) -> _Node:
    opening = text[at]
    if opening not in "[{":
        return _Node(Span(at, _DECODER.raw_decode(text, at)[1]), key=key_span)
    inside: dict[Key, _Node] = {}
    end = _after_blanks(text, at + 1)
    while text[end] not in "]}":
        key: Key = len(inside)
        of_key = None
        if opening == "{":
            start = end
            key, end = _DECODER.raw_decode(text, start)
            of_key, end = Span(start, end), _after_blanks(text, _after_blanks(text, end) + 1)
        inside[key] = _node(text, end, of_key)
        end = _after_blanks(text, inside[key].span.end)
        if text[end] == ",":
            end = _after_blanks(text, end + 1)
    return _Node(Span(at, end + 1), inside, key_span)


def _after_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at
