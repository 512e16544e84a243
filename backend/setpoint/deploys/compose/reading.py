"""Reads a compose project: the environment that the container of each service gets from docker compose 2.40."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from setpoint.deploys.compose.consistency import inconsistencies
from setpoint.deploys.compose.env_files import env_files_of
from setpoint.deploys.compose.environment import Outside, ServiceEnvironment, entries_of
from setpoint.deploys.compose.files import ProjectFiles
from setpoint.deploys.compose.including import Scope
from setpoint.deploys.compose.interpolation import Interpolation
from setpoint.deploys.compose.loading import Loading
from setpoint.deploys.compose.paths import Bounds
from setpoint.deploys.compose.project import Invocation, Project, found_project, project_name
from setpoint.deploys.compose.refusal import RefusedError, raise_for, refusal
from setpoint.deploys.compose.tree import Items, Leaf, Table, Tree, text_of
from setpoint.deploys.deployment import DeployKind, Deployment, DeployProblem, DeployProblemKind, Process


def read_compose(
    folder: Path,
    files: Sequence[str] = (),
    *,
    env_files: Sequence[str] = (),
    profiles: Sequence[str] = (),
    environment: Mapping[str, str],
    knows_caller: bool = True,
    outside: bool = False,
) -> Deployment:
    """Read a compose project as `docker compose` would if started in `folder`; nothing is run or fetched.

    Args:
        folder: Where docker compose would be started.
        files: What would follow each `-f`; without them, what docker compose finds itself.
        env_files: What would follow each `--env-file`.
        profiles: What would follow each `--profile`.
        environment: The environment that docker compose would have.
        knows_caller: Whether that is all of it. If not, a value that depends on a variable that nothing here sets is
            unknown, and a required variable may well be set.
        outside: Whether `include` and `extends` may lead out of the project's folder.

    Returns:
        The enabled services, with every variable and where it comes from. If docker compose rejects the
        project, there are none, and `problems` says why.
    """
    project_files = ProjectFiles(folder)
    invocation = Invocation(files, env_files, profiles, environment, knows_caller)
    reader = _Reader(invocation, project_files, outside=outside)
    try:
        processes = reader.processes()
    except RefusedError as error:
        processes = {}
        reader.problems += error.problems
    problems = tuple(sorted(_each_once(reader.problems), key=lambda problem: _order(problem, project_files)))
    return Deployment(DeployKind.COMPOSE, processes, problems, project_files.files, reader.switched_off)


class _Reader:
    def __init__(self, invocation: Invocation, files: ProjectFiles, *, outside: bool) -> None:
        self.problems: list[DeployProblem] = []
        self.switched_off: dict[str, tuple[str, ...]] = {}
        self._invocation = invocation
        self._files = files
        self._outside = outside

    def processes(self) -> dict[str, Process]:
        project = found_project(self._invocation, self._files)
        self.problems += project.problems
        home = self._invocation.environment.get("HOME")
        bounds = Bounds(self._files, project.folder, home, self._outside)
        loading = Loading(bounds, knows_caller=self._invocation.knows_caller)
        try:
            model = self._model(project, loading)
        finally:
            self.problems += loading.problems
        services = model.table("services")
        self.switched_off = {name: of for name, one in services.entries.items() if (of := _off(one, project.profiles))}
        enabled = frozenset(services.entries.keys() - self.switched_off)
        self._check(model, services, enabled)
        outside = Outside(project.environment, project.places, self._invocation.knows_caller)
        return self._environments(services, enabled, outside)

    def _model(self, project: Project, loading: Loading) -> Table:
        declared = [_declared_name(document.tree) for path in project.paths for document in loading.documents(path)]
        written = next((leaf for leaf in reversed(declared) if leaf is not None), None)
        name: str | None = None
        if written is not None:
            interpolation = Interpolation(project.environment, knows_caller=self._invocation.knows_caller)
            table = interpolation.replaced(Table({"name": written}, written.place))
            name = _known_text(table.get("name"))
        project.environment["COMPOSE_PROJECT_NAME"] = project_name(project, name)
        return loading.model(project.paths, Scope(project.folder, project.environment))

    def _check(self, model: Table, services: Table, enabled: frozenset[str]) -> None:
        for service in services.entries.values():
            if isinstance(service, Table):
                entries_of(service)
                env_files_of(service)
        raise_for(inconsistencies(model, enabled))

    def _missing_label_files(self, name: str, service: Table) -> list[DeployProblem]:
        """Return the missing label files; their content has no effect on the environment of a service."""
        missing = [leaf for leaf in _strings(service.get("label_file")) if not self._files.exists(str(leaf.value))]
        message = "the label file does not exist"
        return [refusal(DeployProblemKind.MISSING_FILE, message, leaf.place, process=name) for leaf in missing]

    def _environments(self, services: Table, enabled: frozenset[str], outside: Outside) -> dict[str, Process]:
        processes: dict[str, Process] = {}
        refusals: list[DeployProblem] = []
        for name, service in services.entries.items():
            if name not in enabled or not isinstance(service, Table):
                continue
            resolved = ServiceEnvironment(name, service, services.keys.get(name))
            refusals += self._missing_label_files(name, service)
            try:
                processes[name] = resolved.process(outside, self._files)
            except RefusedError as error:
                refusals += error.problems
            self.problems += resolved.problems
        raise_for(refusals)
        return processes


def _strings(tree: Tree | None) -> list[Leaf]:
    found = tree.items if isinstance(tree, Items) else () if tree is None else (tree,)
    return [item for item in found if isinstance(item, Leaf) and isinstance(item.value, str) and not item.is_open]


def _declared_name(tree: Tree) -> Leaf | None:
    name = tree.get("name") if isinstance(tree, Table) else None
    return name if isinstance(name, Leaf) and text_of(name) else None


def _known_text(tree: Tree | None) -> str | None:
    return None if isinstance(tree, Leaf) and tree.is_open else text_of(tree)


def _off(service: Tree, profiles: Sequence[str]) -> tuple[str, ...]:
    """Return the profiles of a service none of which is enabled; nothing if it is started."""
    declared = service.get("profiles") if isinstance(service, Table) else None
    wanted = tuple(text_of(item) or "" for item in declared.items) if isinstance(declared, Items) else ()
    return () if "*" in profiles or any(profile in profiles for profile in wanted) else wanted


def _each_once(problems: Sequence[DeployProblem]) -> list[DeployProblem]:
    """Return `problems`, each once per place, which services can share through an anchor; with a name if one has it."""
    seen: dict[tuple[object, ...], DeployProblem] = {}
    for problem in sorted(problems, key=lambda problem: problem.name is None):
        where = (problem.place.file.path, *problem.place.span) if problem.place else (id(problem),)
        seen.setdefault((problem.kind, *where), problem)
    return list(seen.values())


def _order(problem: DeployProblem, files: ProjectFiles) -> tuple[int, int]:
    if problem.place is None:
        return -1, 0
    return files.files.index(problem.place.file), problem.place.span.start
