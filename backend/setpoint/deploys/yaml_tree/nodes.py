"""The nodes of a YAML document: what is written and where, not yet interpreted."""

from dataclasses import dataclass
from typing import NamedTuple

from setpoint.envfile.source_text import Span


@dataclass(frozen=True, eq=False, repr=False)
class YamlScalar:
    """A single value, before its type is decided.

    Attributes:
        text: What it says, without quotes, with escapes and line folding applied.
        span: Where it is, with its quotes but without its tag and anchor; empty if nothing is written.
        style: `'`, `"`, `|` or `>`; empty for a plain one, whose type depends on its text.
        tag: The tag that it carries, in full (`!reset`, `tag:yaml.org,2002:str`); None for most.
    """

    text: str
    span: Span
    style: str = ""
    tag: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class YamlSequence:
    """A list.

    Attributes:
        items: Its nodes; an alias is represented by the anchor's own node.
        span: Where it is, up to the end of its last item or its bracket.
        tag: The tag that it carries; None for most.
    """

    items: tuple["YamlNode", ...]
    span: Span
    tag: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class YamlMapping:
    """Keys and values.

    Attributes:
        entries: In the order of the file; a key can appear twice, and `<<` is a key like any other.
        span: Where it is, up to the end of its last value or its brace.
        tag: The tag that it carries; None for most.
    """

    entries: tuple["YamlEntry", ...]
    span: Span
    tag: str | None = None


YamlNode = YamlScalar | YamlSequence | YamlMapping


class YamlEntry(NamedTuple):
    """One key of a mapping, with its value."""

    key: YamlNode
    value: YamlNode


class YamlProblem(NamedTuple):
    """Why a text is not YAML, or not read here.

    Attributes:
        span: Where it is.
        message: What is wrong, in one sentence without a full stop; it quotes nothing of the file.
    """

    span: Span
    message: str


@dataclass(frozen=True, eq=False, repr=False)
class YamlReading:
    """The content of a text.

    Attributes:
        documents: The root of each document that was read in full; none for a text of comments.
        problem: What ended the reading; None if the whole text was read.
    """

    documents: tuple[YamlNode, ...]
    problem: YamlProblem | None = None


def repeated_keys(mapping: YamlMapping) -> list[tuple[YamlScalar, YamlScalar]]:
    """Return each repeated scalar key, with the first one that says the same, whatever its quotes."""
    first: dict[str, YamlScalar] = {}
    repeated = []
    for key, _ in mapping.entries:
        if isinstance(key, YamlScalar) and first.setdefault(key.text, key) is not key:
            repeated.append((key, first[key.text]))
    return repeated
