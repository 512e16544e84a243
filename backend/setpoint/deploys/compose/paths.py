"""Where a compose project looks for files: `env_file` in its long form, and paths that stay below a folder."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from setpoint.deploys.compose.files import ProjectFiles
from setpoint.deploys.compose.refusal import refused
from setpoint.deploys.compose.tree import Items, Leaf, Table, Tree
from setpoint.deploys.deployment import DeployProblemKind, Place
from setpoint.envfile.source_text import SourceText

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|github\.com/", re.IGNORECASE)


class Bounds(NamedTuple):
    """What a project may read.

    Attributes:
        files: The files on this machine.
        folder: The project's own folder.
        home: The value of `~`; None if it is unknown.
        outside: Whether `include` and `extends` may lead out of the project's folder.
    """

    files: ProjectFiles
    folder: str
    home: str | None
    outside: bool

    def absolute(self, path: str, folder: str) -> str:
        """Return the absolute `path`; a relative one is below `folder`."""
        return self.files.absolute(self.joined(path, folder))

    def joined(self, path: str, folder: str) -> str:
        """Return `path` below `folder`, if it is a relative one."""
        if path.startswith("~") and self.home:
            folder, path = self.home, path[1:].lstrip("/")
        return posixpath.normpath(posixpath.join(folder, path))

    def compose_file(self, path: str, folder: str, named: Place) -> str:
        """Return the absolute path of a compose file that another one names.

        Raises:
            RefusedError: It is on another machine, or outside the project's folder.
        """
        if _REMOTE.match(path):
            message = "this file is on another machine, and a check fetches nothing"
            raise refused(DeployProblemKind.OUTSIDE_PROJECT, message, named, hint="check a local copy")
        found = self.absolute(path, folder)
        if not self.outside and not self.files.is_below(found, self.folder):
            message = "this file is outside the project's folder, so it was not read"
            raise refused(DeployProblemKind.OUTSIDE_PROJECT, message, named)
        return found

    def read(self, path: str, named: Place | None) -> SourceText:
        """Return the compose file at the absolute `path`.

        Raises:
            RefusedError: It does not exist, or can't be read.
        """
        try:
            return self.files.read(path, is_yaml=True)
        except FileNotFoundError:
            kind, message = DeployProblemKind.MISSING_FILE, f"the file `{self.files.shown(path)}` does not exist"
        except IsADirectoryError:
            kind, message = DeployProblemKind.UNREADABLE_FILE, f"`{self.files.shown(path)}` is not a file"
        except OSError as error:
            kind, message = DeployProblemKind.UNREADABLE_FILE, f"`{self.files.shown(path)}`: {error.strerror}"
        raise refused(kind, message, named)


def with_long_env_files(table: Table) -> Table:
    """Return a compose file in which each `env_file` is a list of mappings.

    Raises:
        RefusedError: One of them is neither a string nor a list.
    """
    return _with_services(table, lambda service: _changed(service, "env_file", _long_env_files))


def with_paths(table: Table, bounds: Bounds, folder: str) -> Table:
    """Return a compose file with its paths, except those of `build`, below `folder`."""

    def found(tree: Tree) -> Tree:
        if not isinstance(tree, Leaf) or not isinstance(tree.value, str) or tree.is_open:
            return tree
        return replace(tree, value=bounds.joined(tree.value, folder))

    def env_files(tree: Tree) -> Tree:
        if not isinstance(tree, Items):
            return tree
        items = (_changed(item, "path", found) if isinstance(item, Table) else item for item in tree.items)
        return Items(tuple(items), tree.place)

    def label_files(tree: Tree) -> Tree:
        return Items(tuple(map(found, tree.items)), tree.place) if isinstance(tree, Items) else found(tree)

    def extends(tree: Tree) -> Tree:
        return _changed(tree, "file", found) if isinstance(tree, Table) else tree

    def changed(service: Table) -> Table:
        service = _changed(service, "label_file", label_files)
        return _changed(_changed(service, "env_file", env_files), "extends", extends)

    return _with_services(table, changed)


def with_inherited(table: Table, environment: Mapping[str, str]) -> Table:
    """Return a compose file in which bare names in lists of variables have their values from `environment`."""

    def inherited(tree: Tree) -> Tree:
        if not isinstance(tree, Items):
            return tree
        items = (
            replace(item, value=f"{item.value}={environment[str(item.value)]}", named=item.named or item.place)
            if isinstance(item, Leaf) and item.value in environment
            else item
            for item in tree.items
        )
        return Items(tuple(items), tree.place)

    return _with_services(table, lambda service: _changed(service, "environment", inherited))


def _with_services(table: Table, change: Callable[[Table], Table]) -> Table:
    services = table.get("services")
    if not isinstance(services, Table):
        return table
    entries = {
        name: change(service) if isinstance(service, Table) else service for name, service in services.entries.items()
    }
    return table.with_entry("services", Table(entries, services.place, services.keys))


def _changed(table: Table, key: str, change: Callable[[Tree], Tree]) -> Table:
    found = table.get(key)
    return table if found is None else table.with_entry(key, change(found))


def _long_env_files(tree: Tree) -> Tree:
    if isinstance(tree, Items):
        return Items(tuple(_long_env_file(item) for item in tree.items), tree.place)
    if isinstance(tree, Leaf) and isinstance(tree.value, str):
        return Items((_long_env_file(tree),), tree.place)
    message = "`env_file` must be a string or a list"
    raise refused(DeployProblemKind.INVALID_STRUCTURE, message, tree.place)


def _long_env_file(tree: Tree) -> Tree:
    return Table({"path": tree}, tree.place) if isinstance(tree, Leaf) else tree
