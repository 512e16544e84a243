"""Takes the services and files of the projects that a compose file includes."""

import posixpath
from collections.abc import Callable, Mapping
from typing import NamedTuple

from setpoint.deploys.compose.dotenv import read_env_files
from setpoint.deploys.compose.paths import Bounds
from setpoint.deploys.compose.refusal import for_each, refused
from setpoint.deploys.compose.tree import Items, Leaf, Table, Tree, plain, text_of
from setpoint.deploys.deployment import DeployProblemKind, Place

MOST_INCLUDES = 20
"""How many projects may include each other in a row."""
_RESOURCES = ("services", "volumes", "networks", "secrets", "configs", "models")


class Scope(NamedTuple):
    """The context of one project, the top-level one or an included one.

    Attributes:
        folder: Where its relative paths start from.
        environment: The values of its references.
        included: The files that lead to it.
    """

    folder: str
    environment: Mapping[str, str]
    included: tuple[str, ...] = ()


class _Include(NamedTuple):
    """One entry of `include:`."""

    paths: tuple[Leaf, ...]
    env_files: tuple[Leaf, ...]
    folder: str | None
    place: Place


def with_included(
    table: Table, bounds: Bounds, scope: Scope, load: Callable[[tuple[str, ...], Scope, Place], Table]
) -> Table:
    """Return `table` with everything that it includes, and without `include:`.

    Raises:
        RefusedError: A file is missing, includes itself, or redefines something under an existing name.
    """
    include = table.get("include")
    if include is None:
        return table
    models: list[tuple[Table, Place]] = []
    for_each(_entries(include), lambda entry: models.append((_model(entry, bounds, scope, load), entry.place)))
    for model, place in models:
        table = _with_resources(table, model, place)
    return table.without("include")


def _model(
    entry: _Include, bounds: Bounds, scope: Scope, load: Callable[[tuple[str, ...], Scope, Place], Table]
) -> Table:
    paths = tuple(bounds.compose_file(str(leaf.value), scope.folder, leaf.place) for leaf in entry.paths)
    if not paths:
        raise refused(DeployProblemKind.BAD_INCLUDE, "it does not name a file to include", entry.place)
    if paths[0] in scope.included:
        message = "compose files include each other in a cycle"
        raise refused(DeployProblemKind.BAD_INCLUDE, message, entry.place)
    if len(scope.included) > MOST_INCLUDES:
        message = f"more than {MOST_INCLUDES} projects include each other in a row"
        raise refused(DeployProblemKind.BAD_INCLUDE, message, entry.place)
    folder = bounds.absolute(entry.folder, scope.folder) if entry.folder else posixpath.dirname(paths[0])
    values = read_env_files(_env_files(entry, bounds, scope, folder), bounds.files, scope.environment).values
    environment = {**values, **scope.environment}
    return load(paths, Scope(folder, environment, scope.included), entry.place)


def _env_files(entry: _Include, bounds: Bounds, scope: Scope, folder: str) -> list[tuple[str, Place | None]]:
    if entry.env_files:
        return [(bounds.files.absolute(str(leaf.value), scope.folder), leaf.place) for leaf in entry.env_files]
    default = bounds.files.absolute(".env", folder)
    return [(default, None)] if bounds.files.is_file(default) else []


def _entries(include: Tree) -> list[_Include]:
    if not isinstance(include, Items):
        if isinstance(include, Leaf) and include.value is None:
            return []
        raise refused(DeployProblemKind.INVALID_STRUCTURE, "`include` must be a list", include.place)
    return [_entry(item) for item in include.items]


def _entry(item: Tree) -> _Include:
    if isinstance(item, Table):
        paths, env_files = _strings(item.get("path")), _strings(item.get("env_file"))
        return _Include(paths, env_files, text_of(item.get("project_directory")), item.place)
    return _Include(_strings(item), (), None, item.place)


def _strings(tree: Tree | None) -> tuple[Leaf, ...]:
    """Return a string, or a list of them, as strings."""
    found = tree.items if isinstance(tree, Items) else () if tree is None else (tree,)
    for item in found:
        if text_of(item) is None:
            message = "this must be a string or a list of strings"
            raise refused(DeployProblemKind.INVALID_STRUCTURE, message, item.place)
    return tuple(item for item in found if isinstance(item, Leaf))


def _with_resources(table: Table, imported: Table, place: Place) -> Table:
    for kind in _RESOURCES:
        own, others = table.table(kind), imported.table(kind)
        for name, resource in others.entries.items():
            if name in own.entries and plain(own.entries[name]) != plain(resource):
                message = f"the included project defines the same name under `{kind}` differently"
                place = own.keys.get(name, place)
                hint = "rename one of them, or use `extends` to build on it"
                raise refused(DeployProblemKind.BAD_INCLUDE, message, place, hint=hint)
        if isinstance(imported.get(kind), Table):
            joined = {**others.entries, **own.entries}
            table = table.with_entry(kind, Table(joined, own.place, {**others.keys, **own.keys}))
    return table
