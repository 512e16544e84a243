"""Applies JSON patches (RFC 6902) to trees."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from setpoint.deploys.kubernetes.tree import Items, Table, Tree

_END = "-"
_MOST_COPIED = 10_000


class PatchError(Exception):
    """An operation does not apply; the message says why, and quotes no value."""


def patched(root: Tree, operations: Sequence[Tree]) -> Tree:
    """Return `root` after `operations`.

    Raises:
        PatchError: One of them does not apply, or is not an operation.
    """
    for operation in operations:
        if not isinstance(operation, Table):
            message = "an operation of a JSON patch must be a mapping"
            raise PatchError(message)
        root = _applied(root, operation)
    return root


def _applied(root: Tree, operation: Table) -> Tree:
    name = operation.text("op")
    path = _parts(operation, "path")
    value = operation.at("value")
    if name == "remove":
        return _removed(root, path)
    if name in ("move", "copy"):
        origin = _parts(operation, "from")
        moved = _found(root, origin)
        if _size(moved, _MOST_COPIED) > _MOST_COPIED:
            message = f"a JSON patch copies more than {_MOST_COPIED:,} nodes"
            raise PatchError(message)
        return _added(_removed(root, origin) if name == "move" else root, path, moved)
    if value is None:
        message = "this operation of a JSON patch is malformed or has no `value`"
        raise PatchError(message)
    if name == "add":
        return _added(root, path, value)
    if name == "replace":
        _found(root, path)
        return _changed(root, path, lambda _: value) if path else value
    if name == "test" and _plain(_found(root, path)) == _plain(value):
        return root
    message = "a test of a JSON patch fails" if name == "test" else "this is not an operation of a JSON patch"
    raise PatchError(message)


def _parts(operation: Table, key: str) -> list[str]:
    pointer = operation.text(key)
    if pointer is None or (pointer and not pointer.startswith("/")):
        message = f"an operation of a JSON patch needs a `{key}` that begins with `/`"
        raise PatchError(message)
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _found(tree: Tree, path: Sequence[str]) -> Tree:
    for part in path:
        if isinstance(tree, Items):
            tree = tree.items[_index(part, len(tree.items) - 1)]
        else:
            found = tree.at(part) if isinstance(tree, Table) else None
            if found is None:
                raise _missing()
            tree = found
    return tree


def _added(root: Tree, path: Sequence[str], value: Tree) -> Tree:
    if not path:
        return value
    *parents, last = path

    def change(parent: Tree) -> Tree:
        if isinstance(parent, Items):
            at = len(parent.items) if last == _END else _index(last, len(parent.items))
            return replace(parent, items=(*parent.items[:at], value, *parent.items[at:]))
        if isinstance(parent, Table):
            return parent.with_entry(last, value, value.place)
        raise _missing()

    return _changed(root, parents, change)


def _removed(root: Tree, path: Sequence[str]) -> Tree:
    _found(root, path)
    *parents, last = path or [""]

    def change(parent: Tree) -> Tree:
        if isinstance(parent, Items):
            at = _index(last, len(parent.items) - 1)
            return replace(parent, items=(*parent.items[:at], *parent.items[at + 1 :]))
        if isinstance(parent, Table):
            return parent.without(last)
        raise _missing()

    return _changed(root, parents, change)


def _changed(tree: Tree, path: Sequence[str], change: Callable[[Tree], Tree]) -> Tree:
    """Return `tree` with what is at `path` changed."""
    if not path:
        return change(tree)
    first, *rest = path
    if isinstance(tree, Items):
        at = _index(first, len(tree.items) - 1)
        return replace(tree, items=(*tree.items[:at], _changed(tree.items[at], rest, change), *tree.items[at + 1 :]))
    found = tree.at(first) if isinstance(tree, Table) else None
    if found is None or not isinstance(tree, Table):
        raise _missing()
    return tree.with_entry(first, _changed(found, rest, change))


def _index(part: str, last: int) -> int:
    if not (part.isascii() and part.isdecimal()) or int(part) > last:
        raise _missing()
    return int(part)


def _missing() -> PatchError:
    return PatchError("there is nothing at the path of this JSON patch")


def _plain(tree: Tree) -> object:
    if isinstance(tree, Items):
        return [_plain(item) for item in tree.items]
    if isinstance(tree, Table):
        return {key: _plain(value) for key, value in tree.entries.items()}
    return type(tree.value), tree.value


def _size(tree: Tree, limit: int) -> int:
    """Return how many nodes `tree` has, or one that is more than `limit`."""
    todo: list[Tree] = [tree]
    count = 0
    while todo and count <= limit:
        count += 1
        found = todo.pop()
        if isinstance(found, Items):
            todo += found.items
        elif isinstance(found, Table):
            todo += found.entries.values()
    return count
