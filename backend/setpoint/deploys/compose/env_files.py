"""The env files of one service: which they are, and what each of them sets."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from setpoint.deploys.compose.dotenv import env_file, problems_of
from setpoint.deploys.compose.files import ProjectFiles
from setpoint.deploys.compose.refusal import for_each, raise_for, refused
from setpoint.deploys.compose.structure.shapes import FALSE, TRUE
from setpoint.deploys.compose.tree import Items, Leaf, Table, Tree, text_of
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Given, Place
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.programs import compose, docker
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import SourceText

CALLER = "the environment of docker compose"
"""Where the values that no file has are known."""

_TO_CREATE = "create it, or write `path:` and `required: false`"


class EnvFile(NamedTuple):
    """One entry of `env_file`.

    Attributes:
        path: The absolute path.
        required: Whether it must exist.
        format: How it is read; empty for docker compose's own way.
        place: Where the path is written.
        is_open: Whether the path depends on what only the caller of docker compose may know.
    """

    path: str
    required: bool
    format: str
    place: Place
    is_open: bool


def env_files_of(service: Table) -> list[EnvFile]:
    """Return the env files of a service.

    Raises:
        RefusedError: `required` is not a boolean.
    """
    listed = service.get("env_file")
    items = listed.items if isinstance(listed, Items) else ()
    return [_env_file(item) for item in items if isinstance(item, Table)]


def _env_file(item: Table) -> EnvFile:
    path = item.get("path")
    is_open = isinstance(path, Leaf) and path.is_open
    required, form = _boolean(item.get("required")), text_of(item.get("format")) or ""
    return EnvFile(text_of(path) or "", required, form, (path or item).place, is_open)


def _boolean(tree: Tree | None) -> bool:
    if not isinstance(tree, Leaf) or tree.is_open:
        return True
    if isinstance(tree.value, bool):
        return tree.value
    text = str(tree.value).lower()
    if text not in (*TRUE, *FALSE):
        raise refused(DeployProblemKind.INVALID_STRUCTURE, "`required` must be `true` or `false`", tree.place)
    return text in TRUE


class EnvFileVariables:
    """What the env files of a service set.

    Attributes:
        givens: For each name, what the files set, strongest first.
        problems: What the files do not say as it was meant.
        elsewhere: Files that can't be read, because only the caller of docker compose knows which they are.
    """

    def __init__(self, process: str, *, knows_caller: bool) -> None:
        self.givens: dict[str, list[Given]] = {}
        self.problems: list[DeployProblem] = []
        self.elsewhere: list[str] = []
        self._process = process
        self._knows_caller = knows_caller
        self._earlier: dict[str, str] = {}

    def read(self, env_files: Iterable[EnvFile], files: ProjectFiles, environment: Mapping[str, str]) -> None:
        """Read the files one after the other; in their references, `environment` overrides what they say themselves.

        Raises:
            RefusedError: A file is missing or malformed.
        """

        def read(each: EnvFile) -> None:
            if each.is_open:
                self._report_elsewhere(each)
            elif each.required or files.exists(each.path):
                source = env_file(each.path, files, each.place, hint=_TO_CREATE, process=self._process)
                self._take(source, _reading(source.text, each, environment, self._earlier))

        for_each(env_files, read)

    def _report_elsewhere(self, named: EnvFile) -> None:
        message = "the path of this env file depends on a variable that is not set here, so the file was not read"
        problem = DeployProblem(DeployProblemKind.ENV_FILE_ELSEWHERE, message, named.place, self._process)
        self.problems.append(problem)
        self.elsewhere.append(f"env_file {named.path}")

    def _take(self, source: SourceText, reading: Reading) -> None:
        raise_for(problems_of(reading, source, refuses=True, process=self._process))
        inherited = {binding.name_span for binding in reading.bindings if binding.value is None}
        for problem in problems_of(reading, source, refuses=False, process=self._process):
            if self._knows_caller or problem.place is None or problem.place.span not in inherited:
                self.problems.append(problem)
        self._earlier.update(reading.variables)
        unset = {problem.span for problem in reading.problems if problem.kind is ProblemKind.UNDEFINED_REFERENCE}
        for binding in reading.bindings:
            is_open = not self._knows_caller and (binding.value is None or binding.value_span in unset)
            if binding.value is None and not is_open:
                continue
            value, unknown = (None, CALLER) if is_open else (binding.value, None)
            place, named = Place(source, binding.value_span), Place(source, binding.name_span)
            given = Given(binding.name, value, "env_file", place, unknown, named=named)
            self.givens.setdefault(binding.name, []).insert(0, given)


def _reading(text: str, named: EnvFile, environment: Mapping[str, str], earlier: Mapping[str, str]) -> Reading:
    if named.format == "raw":
        return docker.read(text, environment)
    if named.format:
        message = "docker compose does not know this env file format"
        raise refused(
            DeployProblemKind.REFUSED_ENV_FILE, message, named.place, hint="write `format: raw`, or leave `format` out"
        )
    return compose.read(text, environment, earlier)
