"""Reads manifests, folders of them and kustomizations into the environment that each of their containers gets."""

import os
from collections.abc import Sequence
from pathlib import Path

from setpoint.deploys.deployment import DeployKind, Deployment, DeployProblem, DeployProblemKind, Process
from setpoint.deploys.file_tree import FileTree
from setpoint.deploys.kubernetes.container_environment import ContainerEnvironment
from setpoint.deploys.kubernetes.decoding import Decoder
from setpoint.deploys.kubernetes.kustomize.building import KUSTOMIZATION_NAMES, build
from setpoint.deploys.kubernetes.manifest import Manifest, read_manifests
from setpoint.deploys.kubernetes.pod import Pod, pod_of
from setpoint.deploys.kubernetes.stored import Store
from setpoint.deploys.kubernetes.tree import Leaf, Words
from setpoint.deploys.kubernetes.value_source import ValueSources
from setpoint.envfile.source_text import SourceText

_SUFFIXES = (".json", ".yaml", ".yml")


def read_kubernetes(paths: Sequence[str], root: Path | None = None) -> Deployment:
    """Return what Kubernetes gives to the containers of the manifests at `paths`.

    Args:
        paths: Files of manifests, folders of them as for `kubectl apply -f`, kustomizations and folders with one. All
            of them together are one deploy, in which each finds the ConfigMaps and Secrets of the others.
        root: The folder outside which nothing is read; by default the repository that has the path. Outside a
            repository, it is the folder of the path, and for a kustomization, whose bases may be anywhere, `/`.

    Returns:
        The containers by `Kind/name/container`, with everything that is wrong: no file makes it raise an exception.
    """
    reader = _Reader(root)
    for path in paths:
        reader.read(Path(path))
    store = Store(reader.manifests)
    problems = [*reader.problems, *store.problems]
    services = {each.name.upper().replace("-", "_") for each in reader.manifests if each.kind == "Service"}
    processes: dict[str, Process] = {}
    for manifest in reader.manifests:
        pod = pod_of(manifest)
        if pod is not None:
            found, wrong = _containers(pod, store, services, reader.changed)
            processes |= {process.name: process for process in found}
            problems += wrong
    return Deployment(DeployKind.KUBERNETES, processes, tuple(problems), reader.files)


class _Reader:
    """Reads all paths of one deploy.

    Attributes:
        manifests: What they declare, in order.
        problems: What is wrong with them.
        changed: The names of the variables that kustomizations change in ways that are not followed.
    """

    def __init__(self, root: Path | None) -> None:
        self.manifests: list[Manifest] = []
        self.problems: list[DeployProblem] = []
        self.changed: set[str] = set()
        self._root = root
        self._trees: dict[Path, FileTree] = {}

    @property
    def files(self) -> tuple[SourceText, ...]:
        """Return every file that was read."""
        return tuple(file for tree in self._trees.values() for file in tree.files)

    def read(self, path: Path) -> None:
        tree, inside = self._located(path)
        if path.name in KUSTOMIZATION_NAMES:
            self._build(tree, inside.rpartition("/")[0] or "/")
        elif not path.is_dir():
            self._read_file(tree, inside)
        elif any(name in KUSTOMIZATION_NAMES for name in tree.names(inside)):
            self._build(tree, inside)
        else:
            for name in tree.names(inside):
                if name.endswith(_SUFFIXES):
                    self._read_file(tree, f"{inside.rstrip('/')}/{name}")

    def _located(self, path: Path) -> tuple[FileTree, str]:
        """Return the tree that holds `path`, and where it is in that tree."""
        absolute = Path(os.path.normpath(path.absolute()))
        root = (self._root or _default_root(absolute)).absolute()
        if root not in self._trees:
            self._trees[root] = FileTree(root, None if path.is_absolute() else Path.cwd())
        inside = absolute.relative_to(root) if absolute.is_relative_to(root) else path
        return self._trees[root], f"/{inside.as_posix().lstrip('/')}"

    def _read_file(self, tree: FileTree, path: str) -> None:
        try:
            file = tree.read(path)
        except OSError as error:
            message = f"`{tree.shown(path)}` can't be read: {error.strerror}"
            self.problems.append(DeployProblem(DeployProblemKind.MISSING_MANIFEST, message, refuses=True))
            return
        read = read_manifests(file, Words.KUBECTL)
        self.manifests += read.manifests
        self.problems += read.problems

    def _build(self, tree: FileTree, folder: str) -> None:
        built = build(tree, folder)
        self.manifests += built.manifests
        self.problems += built.problems
        self.changed |= built.changed


def _default_root(path: Path) -> Path:
    """Return the repository that holds `path`; outside a repository, bases of a kustomization may be anywhere."""
    inside = [each for each in (path, *path.parents) if (each / ".git").exists()]
    if inside:
        return inside[0]
    is_kustomization = path.name in KUSTOMIZATION_NAMES or any((path / name).is_file() for name in KUSTOMIZATION_NAMES)
    folder = path if path.is_dir() else path.parent
    return Path(path.anchor) if is_kustomization else folder


def _containers(
    pod: Pod, store: Store, services: set[str], changed: set[str]
) -> tuple[list[Process], list[DeployProblem]]:
    owner = f"{pod.manifest.kind}/{pod.manifest.name}"
    of_the_pod = Decoder(owner)
    _decode_metadata(pod, of_the_pod)
    links = pod.spec.at("enableServiceLinks")
    if isinstance(links, Leaf) and links.value is False:
        services = set()
    processes: list[Process] = []
    problems = of_the_pod.problems
    for container in list(pod.containers(of_the_pod)):
        name = of_the_pod.text(container.at("name"), "name")
        if not name:
            of_the_pod.refuse(DeployProblemKind.INVALID_STRUCTURE, "this container has no name", container.place)
        decoder = Decoder(f"{owner}/{name}")
        sources = ValueSources(pod, container, store, decoder)
        environment = ContainerEnvironment(container, sources, decoder, {*services, "KUBERNETES"}, changed)
        environment.fill()
        place = (container.at("name") or container).place
        elsewhere = tuple(environment.elsewhere)
        processes.append(Process(f"{owner}/{name}", environment.variables, place, elsewhere))
        problems += decoder.problems
    return processes, problems


def _decode_metadata(pod: Pod, decoder: Decoder) -> None:
    """Report labels and annotations that are not strings, which `fieldRef` can't tell from missing ones."""
    for which in ("labels", "annotations"):
        for table in {id(each): each for each in (pod.manifest.root, pod.template)}.values():
            for key, value in decoder.entries(table.at("metadata", which), which).items():
                decoder.text(value, f"{which}.{key}")
