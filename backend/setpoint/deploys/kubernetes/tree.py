"""The content of a manifest: JSON values, lists and tables, each with its place, read-only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.deploys.yaml_tree.go_scalars import GoValue, WrongTagError, go_value
from setpoint.deploys.yaml_tree.nodes import YamlEntry, YamlMapping, YamlNode, YamlScalar, YamlSequence
from setpoint.envfile.source_text import SourceText

JsonValue = None | bool | int | float | str

_TRUE = {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}
_FALSE = {"n", "N", "no", "No", "NO", "off", "Off", "OFF"}
_MERGE = "<<"


class Words(Enum):
    """Which plain words are booleans, and what a date is."""

    KUBECTL = "kubectl"
    """`yes`, `on` and `y` are booleans, and a date is the text that is written."""
    KUSTOMIZE = "kustomize"
    """They are text, and a date becomes a time: `2020-01-01T00:00:00Z`."""


@dataclass(frozen=True, eq=False, repr=False)
class Leaf:
    """A single value.

    Attributes:
        value: What it is.
        place: Where it is written.
        style: How it is quoted; `envs`, `literals` or `files` if a kustomize generator has read it.
        written: What is written there, without quotes: `0755`, which YAML reads as 493.
    """

    value: JsonValue
    place: Place
    style: str = ""
    written: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Items:
    """A list."""

    items: tuple["Tree", ...]
    place: Place


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Keys and values.

    Attributes:
        entries: The values by their keys.
        place: Where the table is.
        keys: Where each key is.
    """

    entries: Mapping[str, "Tree"]
    place: Place
    keys: Mapping[str, Place] = field(default_factory=dict)

    def at(self, *path: str) -> "Tree | None":
        """Return what is at `path`, key after key; None if a part of it is missing or not a table."""
        found: Tree | None = self
        for key in path:
            found = found.entries.get(key) if isinstance(found, Table) else None
        return found

    def table(self, *path: str) -> "Table":
        """Return the table at `path`; an empty one if there is none."""
        found = self.at(*path)
        return found if isinstance(found, Table) else Table({}, self.place)

    def text(self, *path: str) -> str | None:
        """Return the string at `path`; None if there is none."""
        found = self.at(*path)
        return found.value if isinstance(found, Leaf) and isinstance(found.value, str) else None

    def with_entry(self, key: str, value: "Tree", place: Place | None = None) -> "Table":
        """Return this table with `value` at `key`."""
        keys = self.keys if place is None else {**self.keys, key: place}
        return replace(self, entries={**self.entries, key: value}, keys=keys)

    def without(self, key: str) -> "Table":
        """Return this table without `key`."""
        return replace(self, entries={name: value for name, value in self.entries.items() if name != key})


Tree = Leaf | Items | Table


class TreeMaker:
    """Builds trees from the YAML of one file.

    Attributes:
        problems: What Kubernetes does not accept, or reads differently from what people expect.
    """

    def __init__(self, file: SourceText, words: Words, only_place: Place | None = None) -> None:
        """Read `file`; with `only_place`, all of it has that place, as its text is part of a value in another file."""
        self.problems: list[DeployProblem] = []
        self._file = file
        self._words = words
        self._only_place = only_place

    def tree(self, node: YamlNode) -> Tree:
        """Return what `node` says."""
        place = self._place(node)
        if isinstance(node, YamlScalar):
            return Leaf(self._value(node, place), place, node.style, node.text)
        if isinstance(node, YamlSequence):
            return Items(tuple(self.tree(item) for item in node.items), place)
        return self._table(node, place)

    def _place(self, node: YamlNode) -> Place:
        return self._only_place or Place(self._file, node.span)

    def _table(self, node: YamlMapping, place: Place) -> Table:
        merged: dict[str, Tree] = {}
        entries: dict[str, Tree] = {}
        keys: dict[str, Place] = {}
        for entry in node.entries:
            key_place = self._place(entry.key)
            if _is_merge(entry):
                for table in self._merged(entry.value):
                    merged = {**table.entries, **merged}
                    keys = {**table.keys, **keys}
                continue
            key = self._key(entry.key, key_place)
            if key in entries:
                message = "this key appears twice in the mapping, and the last one counts"
                self._report(
                    DeployProblemKind.DUPLICATE_KEY, message, key_place, refuses=self._words is Words.KUSTOMIZE
                )
            entries[key] = self.tree(entry.value)
            keys[key] = key_place
        return Table({**merged, **entries}, place, keys)

    def _merged(self, node: YamlNode) -> Iterable[Table]:
        for each in node.items if isinstance(node, YamlSequence) else (node,):
            tree = self.tree(each)
            if isinstance(tree, Table):
                yield tree

    def _key(self, node: YamlNode, place: Place) -> str:
        value = self._value(node, place) if isinstance(node, YamlScalar) else None
        if value is None:
            message = "a key must be a string, and this one is null, a list or a mapping"
            self._report(DeployProblemKind.NOT_YAML, message, place, refuses=True)
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        return str(value).removesuffix(".0") if isinstance(value, float) else str(value)

    def _value(self, node: YamlScalar, place: Place) -> JsonValue:
        if self._words is Words.KUBECTL and not node.style and node.tag in (None, "tag:yaml.org,2002:bool"):
            if node.text in _TRUE:
                return True
            if node.text in _FALSE:
                return False
        try:
            return self._json(go_value(node), node)
        except WrongTagError as error:
            self._report(DeployProblemKind.NOT_YAML, str(error), place, refuses=True)
            return node.text

    def _json(self, value: GoValue, node: YamlScalar) -> JsonValue:
        if isinstance(value, datetime):
            return node.text if self._words is Words.KUBECTL else value.isoformat().replace("+00:00", "Z")
        return value

    def _report(self, kind: DeployProblemKind, message: str, place: Place, *, refuses: bool) -> None:
        self.problems.append(DeployProblem(kind, message, place, refuses=refuses))


def _is_merge(entry: YamlEntry) -> bool:
    key = entry.key
    return isinstance(key, YamlScalar) and key.text == _MERGE and not key.style
