"""Finds the file of a unit and its drop-ins, as systemd 252 looks for them."""

from collections.abc import Iterator
from dataclasses import dataclass

from setpoint.deploys.file_tree import FileTree
from setpoint.deploys.systemd.unit_name import UnitName

UNIT_FOLDERS = (
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/run/systemd/generator.late",
)
"""Where the system's manager looks for units, the first one wins (`systemd-analyze unit-paths`)."""

_NOTHING = "/dev/null"


@dataclass(frozen=True)
class UnitFiles:
    """The files that make a unit.

    Attributes:
        fragment: The path of the unit's own file.
        masked: Whether it is empty or a link to `/dev/null`, which prevents the unit from being started.
        dropins: The paths of its drop-ins, in the order in which they are read.
    """

    fragment: str
    masked: bool = False
    dropins: tuple[str, ...] = ()


def find_unit(tree: FileTree, name: UnitName, folders: tuple[str, ...] = UNIT_FOLDERS) -> UnitFiles | None:
    """Return the files of the unit called `name`, or of its template; None if there is neither.

    Raises:
        OSError: Its file can't be read.
    """
    for candidate in filter(None, (name.full, name.template)):
        fragment = _first(tree, candidate, folders)
        if fragment is not None:
            if _is_nothing(tree, fragment):
                return UnitFiles(fragment, masked=True)
            names = [name, *_aliases(tree, name, fragment, folders)]
            return UnitFiles(fragment, dropins=_dropins(tree, names, folders))
    return None


def _first(tree: FileTree, name: str, folders: tuple[str, ...]) -> str | None:
    for folder in folders:
        if name in tree.names(folder):
            path = f"{folder.rstrip('/')}/{name}"
            real = tree.real(path)
            return real if real == _NOTHING or tree.is_file(real) else None
    return None


def _is_nothing(tree: FileTree, path: str) -> bool:
    return path == _NOTHING or not tree.read(path).text


def _aliases(tree: FileTree, name: UnitName, fragment: str, folders: tuple[str, ...]) -> Iterator[UnitName]:
    """Yield the other names under which the file `fragment` is a unit: its own, and those of links to it."""
    for folder in folders:
        for each in tree.names(folder):
            alias = UnitName.parsed(each)
            if alias is None or alias.type != name.type or (alias.instance is None) != (name.instance is None):
                continue
            if tree.real(f"{folder.rstrip('/')}/{each}") == fragment:
                named = alias if alias.instance else alias._replace(instance=name.instance)
                if named != name:
                    yield named


def _dropins(tree: FileTree, names: list[UnitName], folders: tuple[str, ...]) -> tuple[str, ...]:
    """Return the drop-ins by file name: of two with the same name, the first one found is read."""
    found: dict[str, str] = {}
    for folder in _dropin_folders(names, folders):
        for name in tree.names(folder):
            if name.endswith(".conf") and not name.startswith("."):
                found.setdefault(name, f"{folder}/{name}")
    return tuple(path for _, path in sorted(found.items()) if tree.is_file(path))


def _dropin_folders(names: list[UnitName], folders: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        for folder in folders:
            for each in name.dropin_names():
                yield f"{folder.rstrip('/')}/{each}.d"
    for folder in folders:
        yield f"{folder.rstrip('/')}/{names[0].type}.d"
