"""Turns the YAML of a compose file into trees: types, merge keys, `!reset` and `!override`, no repeated keys."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from setpoint.deploys.compose.refusal import RefusedError, raise_for, refusal, refused
from setpoint.deploys.compose.tree import Items, Leaf, Path, Table, Tree, joined
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.deploys.yaml_tree.go_scalars import WrongTagError, go_value
from setpoint.deploys.yaml_tree.nodes import YamlMapping, YamlNode, YamlScalar, YamlSequence, repeated_keys
from setpoint.deploys.yaml_tree.reading import read_yaml
from setpoint.envfile.source_text import SourceText

MOST_DOCUMENTS = 100
"""How many documents a compose file may have; each of them overrides those before it."""
_MERGE_TAGS = (None, "!", "tag:yaml.org,2002:merge")


class Document(NamedTuple):
    """One document of a compose file.

    Attributes:
        tree: What it says.
        replaced: The paths that it removes from earlier files, or replaces as a whole.
    """

    tree: Tree
    replaced: tuple[Path, ...]


def documents(source: SourceText) -> list[Document]:
    """Return the documents of a compose file.

    Raises:
        RefusedError: It is not YAML, or a key appears twice or is not a string.
    """
    reading = read_yaml(source.text, shared_anchors=True)
    if reading.problem is not None:
        place = Place(source, reading.problem.span)
        raise refused(DeployProblemKind.NOT_YAML, f"the file is not YAML: {reading.problem.message}", place)
    if len(reading.documents) > MOST_DOCUMENTS:
        place = Place(source, reading.documents[MOST_DOCUMENTS].span)
        message = f"a compose file may have {MOST_DOCUMENTS} documents at most"
        raise refused(DeployProblemKind.INVALID_STRUCTURE, message, place)
    return [_Decoder(source).document(root) for root in reading.documents]


class _Decoder:
    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._replaced: list[Path] = []
        self._reset: set[tuple[int, int]] = set()

    def document(self, root: YamlNode) -> Document:
        raise_for(self._repeated(root, set()))
        tree = self._tree(root, ())
        return Document(tree or Leaf(None, self._place(root)), tuple(self._replaced))

    def _repeated(self, node: YamlNode, seen: set[int]) -> Iterator[DeployProblem]:
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, YamlSequence):
            for item in node.items:
                yield from self._repeated(item, seen)
        elif isinstance(node, YamlMapping):
            for again, first in repeated_keys(node):
                line = self._source.line_at(first.span.start)
                message = f"this key is already on line {line}, so docker compose rejects the file"
                hint = "remove one of them"
                if again.text == "<<":
                    hint = "write one `<<` with a list, `<<: [*first, *second]`; the first that has a name wins"
                yield refusal(DeployProblemKind.DUPLICATE_KEY, message, self._place(again), hint=hint)
            for _, value in node.entries:
                yield from self._repeated(value, seen)

    def _tree(self, node: YamlNode, path: Path) -> Tree | None:
        """Return what `node` says; None if it is to be removed."""
        if node.tag in ("!reset", "!override"):
            self._replaced.append(path)
        if node.tag == "!reset":
            return None
        if isinstance(node, YamlScalar):
            return self._leaf(node)
        if isinstance(node, YamlSequence):
            found = [self._child(node, item, (*path, str(index))) for index, item in enumerate(node.items)]
            return Items(tuple(item for item in found if item is not None), self._place(node))
        return self._table(node, path)

    def _child(self, parent: YamlNode, child: YamlNode, path: Path) -> Tree | None:
        """Return what `child` says; a `!reset` inside what an alias repeats counts only where it is written."""
        if child.tag == "!reset":
            if (id(parent), id(child)) in self._reset:
                return None
            self._reset.add((id(parent), id(child)))
        return self._tree(child, path)

    def _leaf(self, scalar: YamlScalar) -> Leaf:
        try:
            value = go_value(scalar)
        except WrongTagError as error:
            raise refused(DeployProblemKind.NOT_YAML, str(error), self._place(scalar)) from None
        return Leaf(value, self._place(scalar), scalar.style)

    def _table(self, mapping: YamlMapping, path: Path) -> Table:
        entries: dict[str, Tree] = {}
        keys: dict[str, Place] = {}
        merged: list[YamlNode] = []
        for key, value in mapping.entries:
            if _is_merge(key):
                merged.append(value)
                continue
            name = self._key(key)
            tree = self._child(mapping, value, (*path, name))
            if tree is not None:
                entries[name] = tree
                keys[name] = self._place(key)
        for node in merged:
            self._merge(node, path, entries, keys)
        return Table(entries, self._place(mapping), keys)

    def _merge(self, node: YamlNode, path: Path, entries: dict[str, Tree], keys: dict[str, Place]) -> None:
        """Merge in what `<<` refers to: own keys win, and among several mappings, the first that has a key."""
        parts = node.items if isinstance(node, YamlSequence) else (node,)
        for part in parts:
            if not isinstance(part, YamlMapping):
                message = "`<<` must be a mapping or a list of mappings"
                raise refused(DeployProblemKind.NOT_YAML, message, self._place(part))
            table = self._table(part, path)
            for name, tree in table.entries.items():
                if name not in entries:
                    entries[name] = tree
                    keys[name] = table.keys[name]
                elif isinstance(own := entries[name], Leaf) and isinstance(tree, Leaf):
                    shadow = joined(name, tree, table.keys[name])
                    entries[name] = replace(own, shadows=(*own.shadows, shadow, *tree.shadows))

    def _key(self, key: YamlNode) -> str:
        value = self._leaf(key).value if isinstance(key, YamlScalar) else None
        if not isinstance(value, str):
            message = "this key is not a string, so docker compose rejects the file"
            raise refused(DeployProblemKind.INVALID_STRUCTURE, message, self._place(key), hint="put it in quotes")
        return value

    def _place(self, node: YamlNode) -> Place:
        return Place(self._source, node.span)


def _is_merge(key: YamlNode) -> bool:
    return isinstance(key, YamlScalar) and key.text == "<<" and not key.style and key.tag in _MERGE_TAGS


def top_level(document: Document) -> Table:
    """Return a compose file as the table that it must be.

    Raises:
        RefusedError: It is something else.
    """
    if isinstance(document.tree, Table):
        return document.tree
    message = "a compose file must be a mapping with `services:`"
    raise RefusedError([refusal(DeployProblemKind.INVALID_STRUCTURE, message, document.tree.place)])
