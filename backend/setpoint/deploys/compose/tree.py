"""The content of a compose file after its YAML is read: values, lists and tables, each with its place, read-only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from setpoint.deploys.compose.go_text import go_text
from setpoint.deploys.deployment import Place
from setpoint.deploys.yaml_tree.go_scalars import GoValue

Path = tuple[str, ...]
"""Where something is in a tree: keys, and places in lists as numbers."""


@dataclass(frozen=True, eq=False, repr=False)
class Leaf:
    """A single value.

    Attributes:
        value: What YAML makes of it, or the result once references are expanded.
        place: Where it is written.
        style: How it is quoted; empty if it is plain.
        named: Where the key is, if this `NAME=value` of a list was a key and its value; `place` is then the value's.
        shadows: What it replaces, because a later file, or a later line, sets the same name again: `NAME=value`.
        is_open: Whether it refers to what only the caller of docker compose may know, so that the value is unknown.
    """

    value: GoValue
    place: Place
    style: str = ""
    named: Place | None = None
    shadows: tuple["Leaf", ...] = ()
    is_open: bool = False


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
        keys: Where each key is; not all of them are known for a merged table.
    """

    entries: Mapping[str, "Tree"]
    place: Place
    keys: Mapping[str, Place] = field(default_factory=dict)

    def get(self, key: str) -> "Tree | None":
        """Return what is at `key`."""
        return self.entries.get(key)

    def table(self, key: str) -> "Table":
        """Return the table at `key`; an empty one if there is none."""
        found = self.entries.get(key)
        return found if isinstance(found, Table) else Table({}, self.place)

    def with_entry(self, key: str, value: "Tree") -> "Table":
        """Return this table with `value` at `key`."""
        return Table({**self.entries, key: value}, self.place, self.keys)

    def without(self, key: str) -> "Table":
        """Return this table without `key`."""
        return Table({name: value for name, value in self.entries.items() if name != key}, self.place, self.keys)


Tree = Leaf | Items | Table


def joined(name: str, leaf: Leaf, named: Place) -> Leaf:
    """Return the value `leaf` of a key as an item of a list: `NAME=value`, or only the name if it has none."""
    if leaf.value is None:
        return replace(leaf, value=name, place=named, named=named)
    return replace(leaf, value=f"{name}={go_text(leaf.value)}", named=named)


def matches(path: Path, pattern: str) -> bool:
    """Return whether `path` matches `pattern`, whose parts are separated by dots and may be `*`."""
    wanted = pattern.split(".")
    return len(path) == len(wanted) and all(each in ("*", part) for part, each in zip(path, wanted, strict=True))


def plain(tree: Tree | None) -> object:
    """Return the content of `tree` without its places, for comparison."""
    if isinstance(tree, Table):
        return {key: plain(value) for key, value in tree.entries.items()}
    if isinstance(tree, Items):
        return [plain(item) for item in tree.items]
    return None if tree is None else tree.value


def text_of(tree: Tree | None) -> str | None:
    """Return `tree` if it is a string."""
    return tree.value if isinstance(tree, Leaf) and isinstance(tree.value, str) else None
