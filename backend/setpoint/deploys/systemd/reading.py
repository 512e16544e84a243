"""Reads units, by name or by path, into the environment that each of them gives to its processes."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from setpoint.deploys.deployment import (
    DeployKind,
    Deployment,
    DeployProblem,
    DeployProblemKind,
    Place,
    Process,
)
from setpoint.deploys.file_tree import FileTree
from setpoint.deploys.systemd.environment import Outside, UnitEnvironment
from setpoint.deploys.systemd.settings_reader import SettingsReader
from setpoint.deploys.systemd.unit_files import UNIT_FOLDERS, UnitFiles, find_unit
from setpoint.deploys.systemd.unit_name import SECTIONS, UnitName
from setpoint.deploys.systemd.unit_settings import UnitSettings
from setpoint.deploys.systemd.unit_text import UnitText, read_unit_text
from setpoint.envfile.source_text import Span

_SERVICE = ".service"
_TYPES = {f".{each}" for each in (*SECTIONS, "target", "timer", "path", "slice", "scope", "device", "automount")}


class _Wanted(NamedTuple):
    """A requested unit.

    Attributes:
        name: Its name.
        tree: The files of its machine.
        folders: Where to look for units in them.
    """

    name: str
    tree: FileTree
    folders: tuple[str, ...] = UNIT_FOLDERS

    @property
    def is_alone(self) -> bool:
        """Return whether only the unit and its drop-ins are available."""
        return self.folders != UNIT_FOLDERS


class _UnitRead(NamedTuple):
    """What was found for one unit."""

    process: Process | None
    problems: list[DeployProblem]


def read_units(units: Sequence[str], root: Path | None = None, outside: Outside | None = None) -> Deployment:
    """Return what systemd 252 gives to the processes of `units`.

    Args:
        units: Names of units (`.service` if they have no type), or paths of unit files. A file that is in a folder of
            units, such as `etc/systemd/system`, is read as part of the tree above it; the env files of any other are
            not looked for.
        root: The tree of the machine, as for `systemctl --root`; by default that of the path, and `/` for a name.
        outside: The environment of the service manager; by default, nothing is known about it.

    Returns:
        The processes by the names of their units, with everything that is wrong: no unit makes it raise an exception.
    """
    trees: dict[Path, FileTree] = {}
    processes: dict[str, Process] = {}
    problems: list[DeployProblem] = []
    for unit in units:
        wanted = _wanted(unit, root, trees)
        process, found = _read_unit(wanted, outside or Outside())
        problems += found
        if process is not None:
            processes[process.name] = process
    files = tuple(file for tree in trees.values() for file in tree.files)
    return Deployment(DeployKind.SYSTEMD, processes, tuple(problems), files)


def _wanted(unit: str, root: Path | None, trees: dict[Path, FileTree]) -> _Wanted:
    path = Path(unit)
    is_path = "/" in unit or (root is None and _is_here(path))
    if root is not None or not is_path:
        root = root or Path("/")
        return _Wanted(path.name if is_path else unit, trees.setdefault(root, FileTree(root)))
    folder = path.parent
    for unit_folder in UNIT_FOLDERS:
        parts = PurePosixPath(unit_folder).parts[1:]
        if folder.parts[-len(parts) :] == parts:
            root = Path(*folder.parts[: -len(parts)])
            return _Wanted(path.name, trees.setdefault(root, FileTree(root)))
    return _Wanted(path.name, trees.setdefault(folder, FileTree(folder)), ("/",))


def _is_here(path: Path) -> bool:
    """Return whether the working directory has the file of the unit `path`, or the template of this instance."""
    name = UnitName.parsed(path.name)
    return path.is_file() or bool(name and name.template and path.with_name(name.template).is_file())


def _read_unit(wanted: _Wanted, outside: Outside) -> _UnitRead:
    typed = wanted.name if PurePosixPath(wanted.name).suffix in _TYPES else wanted.name + _SERVICE
    name = UnitName.parsed(typed)
    if name is None:
        types = ", ".join(f"`.{each}`" for each in SECTIONS)
        return _refused(DeployProblemKind.UNIT_NOT_FOUND, typed, f"only units that start processes are read: {types}")
    if name.instance == "":
        message = f"`{typed}` is a template, which can't start without an instance name"
        return _refused(
            DeployProblemKind.BAD_UNIT, typed, message, f"name one, as in `{name._replace(instance='NAME').full}`"
        )
    try:
        files = find_unit(wanted.tree, name, wanted.folders)
        if files is None:
            return _refused(DeployProblemKind.UNIT_NOT_FOUND, typed, f"there is no unit `{typed}`")
        if files.masked:
            message = f"`{typed}` is masked: its file is empty or a link to `/dev/null`"
            return _refused(DeployProblemKind.MASKED_UNIT, typed, message)
        return _read_files(wanted, name, files, outside)
    except OSError as error:
        message = f"a file for `{typed}` can't be read: {error.strerror}"
        return _refused(DeployProblemKind.BAD_UNIT, typed, message)


def _refused(kind: DeployProblemKind, unit: str, message: str, hint: str | None = None) -> _UnitRead:
    return _UnitRead(None, [DeployProblem(kind, message, process=unit, hint=hint, refuses=True)])


def _read_files(wanted: _Wanted, name: UnitName, files: UnitFiles, outside: Outside) -> _UnitRead:
    reader = SettingsReader(name, files.fragment)
    texts = [read_unit_text(wanted.tree.read(path)) for path in (files.fragment, *files.dropins)]
    problems = [problem for text in texts for problem in text.problems]
    for text in texts:
        reader.read(text)
    place = Place(texts[0].file, _declared(texts[0]))
    problems += _why_not_started(name, texts, reader.settings, place)
    environment = UnitEnvironment(name, reader.settings)
    environment.fill(wanted.tree, outside, is_whole=not wanted.is_alone)
    process = Process(name.full, environment.variables, place, environment.elsewhere)
    problems += (*reader.problems, *environment.problems)
    return _UnitRead(process, [problem._replace(process=name.full) for problem in problems])


def _declared(text: UnitText) -> Span:
    return text.assignments[0].key.whole if text.assignments else Span(0, 0)


def _why_not_started(
    name: UnitName, texts: list[UnitText], settings: UnitSettings, place: Place
) -> list[DeployProblem]:
    """Return why systemd does not start the unit at all; a drop-in that breaks off is read up to there."""
    fragment, *dropins = (text.broken for text in texts)
    problems = [fragment._replace(refuses=True)] if fragment else []
    problems += filter(None, dropins)
    starts = settings.starts
    if not fragment and name.type == "service" and not any(starts.values()):
        message = "the unit has no `ExecStart=`, `ExecStop=` or `SuccessAction=`, so systemd does not start it"
        problems.append(DeployProblem(DeployProblemKind.BAD_UNIT, message, place, refuses=True))
    elif starts.get("ExecStart", 0) > 1 and settings.type != "oneshot":
        message = "the unit has more than one `ExecStart=`, which only `Type=oneshot` may have"
        hint = "write an empty `ExecStart=` before the one that replaces it"
        problems.append(DeployProblem(DeployProblemKind.BAD_UNIT, message, place, hint=hint, refuses=True))
    return problems
