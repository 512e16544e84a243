"""Builds the environment of a unit's processes: the manager's part, what is passed, inline, files, removal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Given, Place
from setpoint.deploys.file_tree import FileTree
from setpoint.deploys.layers import Layers
from setpoint.deploys.systemd.accounts import find_account
from setpoint.deploys.systemd.env_files import EnvFileReader
from setpoint.deploys.systemd.unit_name import UnitName
from setpoint.deploys.systemd.unit_settings import EnvironmentFile, Named, UnitSettings

_DEFAULTS = {"PATH", "LANG"}


@dataclass(frozen=True)
class Outside:
    """The environment of the service manager, from which `PassEnvironment=` takes variables.

    Attributes:
        variables: What is known about it.
        is_complete: Whether that is all of it, so that a missing name is not passed.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    is_complete: bool = False


class UnitEnvironment:
    """The environment of one unit while it is being built.

    Attributes:
        problems: What a process gets differently from what is written.
        elsewhere: What gives it unknown variables.
    """

    def __init__(self, name: UnitName, settings: UnitSettings) -> None:
        self.problems: list[DeployProblem] = []
        self.elsewhere: tuple[str, ...] = ()
        self._name = name
        self._settings = settings
        self._layers = Layers()

    @property
    def variables(self) -> dict[str, Given]:
        """Return what the processes get, by name."""
        return self._layers.variables()

    def fill(self, tree: FileTree, outside: Outside, *, is_whole: bool) -> None:
        """Set everything that the settings say, weakest first.

        Args:
            tree: The files of the machine.
            outside: The environment of the service manager.
            is_whole: Whether the tree is complete, so that a file that is not in it is missing.
        """
        for given in (*self._of_the_manager(tree), *self._passed(outside), *self._settings.inline):
            self._layers.give(given)
        files = EnvFileReader(tree, self._name.full, is_whole=is_whole)
        for file, given in files.read(self._settings.files):
            self._report_turned_order(file, given)
            self._layers.give(given)
        self.problems += files.problems
        self.elsewhere = tuple(files.elsewhere)
        self._remove()

    def _report_turned_order(self, file: EnvironmentFile, given: Given) -> None:
        """Report a file that wins although the assignment is below it, and so seems to come later."""
        order, before = self._settings.order, self._layers.last(given.name)
        if before is None or before.place not in order or given.value == before.value:
            return
        if order[before.place] > order[file.place]:
            message = f"`{given.name}` in the env file wins over this assignment, although the assignment comes later"
            hint = "set it in a separate `EnvironmentFile=`, or remove it from the file"
            self._report(DeployProblemKind.ENV_FILE_WINS, message, before.place, hint, given.name)

    def _of_the_manager(self, tree: FileTree) -> Iterator[Given]:
        settings = self._settings
        if settings.search_path:
            yield _joined("PATH", "ExecSearchPath=", settings.search_path)
        yield from self._of_the_user(tree)
        for name, folders in settings.directories.items():
            if folders:
                directive = f"{name.partition('_')[0].title()}Directory="
                yield _joined(name, directive, folders)
        if settings.has_credentials:
            yield Given("CREDENTIALS_DIRECTORY", f"/run/credentials/{self._name.full}", "the unit's credentials")

    def _of_the_user(self, tree: FileTree) -> Iterator[Given]:
        user = self._settings.user
        place = user.place if user else None
        if self._settings.is_dynamic:
            name = user.resolved.text if user else self._name.full.removesuffix(f".{self._name.type}")
            yield from (Given(each, name, "DynamicUser=", place) for each in ("LOGNAME", "USER"))
            return
        if user is None:
            return
        account = None if user.resolved.unknown else find_account(user.resolved.text, tree)
        if account is None:
            yield from self._of_an_unknown_user(user)
            return
        values = {"HOME": account.home, "LOGNAME": account.name, "USER": account.name, "SHELL": account.shell}
        yield from (Given(each, value, "User=", place) for each, value in values.items() if value is not None)

    def _of_an_unknown_user(self, user: Named) -> Iterator[Given]:
        name = user.resolved.text
        known = None if user.resolved.unknown or name.isdecimal() else name
        for each in ("LOGNAME", "USER"):
            yield Given(each, known, "User=", user.place, None if known else "account of the host")
        for each in ("HOME", "SHELL"):
            yield Given(each, None, "User=", user.place, "account of the host")

    def _passed(self, outside: Outside) -> Iterator[Given]:
        for passed in self._settings.passed:
            name = passed.resolved.text
            if name in outside.variables:
                yield Given(name, outside.variables[name], "PassEnvironment=", passed.place)
            elif not outside.is_complete and name not in _DEFAULTS:
                unknown = "the environment of the service manager"
                yield Given(name, None, "PassEnvironment=", passed.place, unknown)

    def _remove(self) -> None:
        for removed in self._settings.removed:
            name, equal_sign, value = removed.resolved.text.partition("=")
            given = self._layers.last(name)
            if removed.resolved.unknown:
                continue
            if given is not None and (not equal_sign or given.value == value):
                self._layers.remove(name)
            elif given is None and name in _DEFAULTS and not equal_sign:
                message = f"the process gets no `{name}`, which every unit has by default"
                self._report(DeployProblemKind.REMOVED_DEFAULT, message, removed.place, None, name)

    def _report(self, kind: DeployProblemKind, message: str, place: Place | None, hint: str | None, name: str) -> None:
        self.problems.append(DeployProblem(kind, message, place, self._name.full, name, hint))


def _joined(name: str, via: str, folders: list[Named]) -> Given:
    unknown = next((folder.resolved.unknown for folder in folders if folder.resolved.unknown), None)
    value = ":".join(folder.resolved.text for folder in folders)
    return Given(name, None if unknown else value, via, folders[0].place, unknown)
