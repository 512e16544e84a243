"""Reads YAML into nodes from PyYAML's events: no recursion, bounded aliases, and a place for every problem."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import yaml

from setpoint.deploys.yaml_tree.nodes import (
    YamlEntry,
    YamlMapping,
    YamlNode,
    YamlProblem,
    YamlReading,
    YamlScalar,
    YamlSequence,
)
from setpoint.envfile.source_text import Span

MOST_LEVELS = 100
"""How deep nodes may be nested; deploy files need about twelve levels."""
MOST_REPEATED_NODES = 100_000
"""How many nodes aliases may repeat in one file; a whole cluster's manifests have fewer nodes."""
MOST_ESCAPED_QUOTES = 100
r"""How many `\'` may be in double quotes, for each of which the file is read again; YAML has no such escape."""

# Go's YAML packages are translations of libyaml, so it accepts and refuses what they do.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_VERSION = (1, 1)
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_MARK = "\ue000"
_BYTE_ORDER_MARK = "\ufeff"
_UNACCEPTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROPERTIES = re.compile(r"(?:[!&][^\s,\[\]{}]*+(?:\s++|#[^\n]*+)*+)++")


class _Mark(Protocol):
    """A place as given by either loader, counted in code points."""

    index: int


class _NotReadError(Exception):
    """The text is not read beyond this place."""

    def __init__(self, span: Span, message: str) -> None:
        super().__init__(message)
        self.problem = YamlProblem(span, message)


@dataclass(slots=True)
class _Collection:
    """A list or mapping whose end is still to come.

    Attributes:
        event: What opened it.
        children: Its nodes so far, keys and values in turn.
        end: Where the last of them ends, or the alias of it.
        size: How many nodes it would have if every alias were expanded.
        levels: How deep it would then be nested.
    """

    event: yaml.CollectionStartEvent
    end: int
    children: list[YamlNode] = field(default_factory=list)
    size: int = 1
    levels: int = 1


class _Finished(NamedTuple):
    """A node that is read, with its size and levels as in `_Collection`."""

    node: YamlNode
    size: int = 1
    levels: int = 0


def read_yaml(text: str, *, shared_anchors: bool = False) -> YamlReading:
    """Read every document of `text`.

    Args:
        text: The file; bytes that are not UTF-8 are lone surrogates in it.
        shared_anchors: Whether a document may use the anchors of those before it, contrary to the YAML specification.

    Returns:
        The documents up to the first problem; no text makes it raise an exception.
    """
    reader = _Reader(text, shared_anchors=shared_anchors)
    try:
        reader.read()
    except _NotReadError as not_read:
        return YamlReading(tuple(reader.documents), not_read.problem)
    return YamlReading(tuple(reader.documents))


class _Reader:
    def __init__(self, text: str, *, shared_anchors: bool) -> None:
        self.documents: list[YamlNode] = []
        self._text = self._parsed = text
        self._shared_anchors = shared_anchors
        self._shift = len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0
        self._open: list[_Collection] = []
        self._anchors: dict[str, _Finished] = {}
        self._repeated = 0

    def read(self) -> None:
        unacceptable = _UNACCEPTABLE.search(self._text, self._shift)
        if unacceptable is not None:
            raise _NotReadError(Span(*unacceptable.span()), _why_unacceptable(unacceptable[0]))
        for _ in range(MOST_ESCAPED_QUOTES + 1):
            try:
                for event in yaml.parse(self._parsed[self._shift :], Loader=_LOADER):
                    self._take(event)
            except yaml.MarkedYAMLError as error:
                if not self._take_escaped_quote(self._place_of(error).start):
                    raise _NotReadError(self._place_of(error), _why(error)) from None
            else:
                return
        raise _NotReadError(Span(0, 0), f"the file has more than {MOST_ESCAPED_QUOTES} escaped single quotes")

    def _take_escaped_quote(self, start: int) -> bool:
        r"""Mark the `\'` at `start` as a quote, which Go's yaml packages read and libyaml does not, and start again."""
        if not self._text.startswith("\\'", start) or _MARK in self._text:
            return False
        self._parsed = f"{self._parsed[:start]}'{_MARK}{self._parsed[start + 2 :]}"
        self.documents, self._open, self._anchors, self._repeated = [], [], {}, 0
        return True

    def _take(self, event: yaml.Event) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self._check_version(event)
                self._anchors = self._anchors if self._shared_anchors else {}
            case yaml.ScalarEvent():
                span = self._without_properties(event)
                self._check_slashes(event, span)
                text = event.value.replace(f"'{_MARK}", "'")
                node: YamlNode = YamlScalar(text, span, event.style or "", event.tag)
                self._add(_Finished(node), span.end, event.anchor)
            case yaml.AliasEvent():
                self._add(self._named(event), self._span(event).end)
            case yaml.CollectionStartEvent():
                self._check_levels(event, 1)
                self._open.append(_Collection(event, self._without_properties(event).start))
            case yaml.CollectionEndEvent():
                self._close(event)

    def _add(self, finished: _Finished, end: int, anchor: str | None = None) -> None:
        if anchor is not None:
            self._anchors[anchor] = finished
        if self._open:
            collection = self._open[-1]
            collection.children.append(finished.node)
            collection.size += finished.size
            collection.levels = max(collection.levels, finished.levels + 1)
            collection.end = end
        else:
            self.documents.append(finished.node)

    def _check_slashes(self, event: yaml.ScalarEvent, span: Span) -> None:
        r"""Refuse `\/` in double quotes, as Go's yaml packages do."""
        written = span.of(self._text) if event.style == '"' else ""
        if "\\/" in written:
            for escape in _ESCAPE.finditer(written):
                if escape[0] == "\\/":
                    place = Span(span.start + escape.start(), span.start + escape.end())
                    raise _NotReadError(place, "while parsing a quoted scalar: found unknown escape character")

    def _check_version(self, start: yaml.DocumentStartEvent) -> None:
        if start.version is not None and tuple(start.version) != _VERSION:
            raise _NotReadError(self._span(start), "only YAML 1.1 can be read, not the version that `%YAML` names")

    def _check_levels(self, event: yaml.Event, levels: int) -> None:
        if len(self._open) + levels > MOST_LEVELS:
            raise _NotReadError(self._span(event), f"it is nested deeper than {MOST_LEVELS} levels")

    def _close(self, end: yaml.CollectionEndEvent) -> None:
        collection = self._open.pop()
        event, children = collection.event, collection.children
        start = self._without_properties(event).start
        span = Span(start, self._span(end).end if event.flow_style else collection.end)
        node: YamlNode
        if isinstance(event, yaml.MappingStartEvent):
            entries = map(YamlEntry, children[::2], children[1::2])
            node = YamlMapping(tuple(entries), span, event.tag)
        else:
            node = YamlSequence(tuple(children), span, event.tag)
        self._add(_Finished(node, collection.size, collection.levels), span.end, event.anchor)

    def _named(self, alias: yaml.AliasEvent) -> _Finished:
        span = self._span(alias)
        if any(collection.event.anchor == alias.anchor for collection in self._open):
            raise _NotReadError(span, "this alias is inside the node that it refers to")
        if alias.anchor not in self._anchors:
            raise _NotReadError(span, "this alias refers to an anchor that is not defined above")
        finished = self._anchors[alias.anchor]
        self._check_levels(alias, finished.levels)
        self._repeated += finished.size
        if self._repeated > MOST_REPEATED_NODES:
            raise _NotReadError(span, f"aliases expand to more than {MOST_REPEATED_NODES:,} nodes")
        return finished

    def _span(self, event: yaml.Event) -> Span:
        return Span(self._offset(event.start_mark), self._offset(event.end_mark))

    def _without_properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> Span:
        """Return where the node itself is: its event begins at its tag or anchor, and a block ends after its line."""
        start, end = self._span(event)
        if self._text[start : start + 1] in ("!", "&"):
            properties = _PROPERTIES.match(self._text, start, end)
            start = properties.end() if properties else start
        return Span(start, max(start, start + len(self._text[start:end].rstrip())))

    def _place_of(self, error: yaml.MarkedYAMLError) -> Span:
        start = min(len(self._text), self._offset(error.problem_mark or error.context_mark))
        return Span(start, min(len(self._text), start + 1))

    def _offset(self, mark: _Mark | None) -> int:
        return self._shift + (mark.index if mark else 0)


def _why_unacceptable(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "the file is not UTF-8"
    return "YAML does not allow control characters"


def _why(error: yaml.MarkedYAMLError) -> str:
    """Return what the library says; without its C part, it would quote the offending character."""
    if not yaml.__with_libyaml__ or not error.problem:
        return "the YAML can't be parsed from here on"
    return f"{error.context}: {error.problem}" if error.context else str(error.problem)
