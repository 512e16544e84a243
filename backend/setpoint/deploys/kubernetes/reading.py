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
from setpoint.deploys.kubernetes.tree import Words
from setpoint.deploys.kubernetes.value_source import ValueSources
from setpoint.envfile.source_text import SourceText

_SUFFIXES = (".json", ".yaml", ".yml")


def read_kubernetes(paths: Sequence[str], root: Path | None = None) -> Deployment:
    """Return what Kubernetes gives to the containers of the manifests at `paths`.

    Args:
        paths: Files of manifests, folders of them as for `kubectl apply -f`, kustomizations and folders with one. All
            of them together are one deploy, in which each finds the ConfigMaps and Secrets of the others.
        root: The folder out of which nothing is read; by default this folder, or that of a path which is not in it.

    Returns:
        The containers by `Kind/name/container`, with all that is wrong: no file makes it raise an exception.
    """
    reader = _Reader(root)
    for path in paths:
        reader.read(Path(path))
    store = Store(reader.manifests)
    problems = [*reader.problems, *store.problems]
    processes: dict[str, Process] = {}
    for manifest in reader.manifests:
        pod = pod_of(manifest)
        if pod is not None:
            found, wrong = _containers(pod, store)
            processes |= {process.name: process for process in found}
            problems += wrong
    return Deployment(DeployKind.KUBERNETES, processes, tuple(problems), reader.files)


class _Reader:
    """Reads all paths of one deploy.

    Attributes:
        manifests: What they declare, in their order.
        problems: What is wrong with them.
    """

    def __init__(self, root: Path | None) -> None:
        self.manifests: list[Manifest] = []
        self.problems: list[DeployProblem] = []
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
        """Return the tree that has `path`, and where it is in there."""
        root = self._root
        if root is None:
            here = Path.cwd()
            is_here = Path(os.path.normpath(path.absolute())).is_relative_to(here)
            root = Path() if is_here else path if path.is_dir() else path.parent
        absolute = Path(os.path.normpath(path.absolute()))
        base = root.absolute()
        inside = absolute.relative_to(base) if absolute.is_relative_to(base) else path
        return self._trees.setdefault(root, FileTree(root)), f"/{inside.as_posix().lstrip('/')}"

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


def _containers(pod: Pod, store: Store) -> tuple[list[Process], list[DeployProblem]]:
    owner = f"{pod.manifest.kind}/{pod.manifest.name}"
    of_the_pod = Decoder(owner)
    _decode_metadata(pod, of_the_pod)
    processes: list[Process] = []
    problems = of_the_pod.problems
    for container in list(pod.containers(of_the_pod)):
        name = of_the_pod.text(container.at("name"), "name")
        if not name:
            of_the_pod.refuse(DeployProblemKind.INVALID_STRUCTURE, "this container has no name", container.place)
        decoder = Decoder(f"{owner}/{name}")
        environment = ContainerEnvironment(container, ValueSources(pod, container, store, decoder), decoder)
        environment.fill()
        place = (container.at("name") or container).place
        elsewhere = tuple(environment.elsewhere)
        processes.append(Process(f"{owner}/{name}", environment.variables, place, elsewhere))
        problems += decoder.problems
    return processes, problems


def _decode_metadata(pod: Pod, decoder: Decoder) -> None:
    """Report labels and annotations that are no strings, which `fieldRef` can't tell from missing ones."""
    for which in ("labels", "annotations"):
        for table in {id(each): each for each in (pod.manifest.root, pod.template)}.values():
            for key, value in decoder.entries(table.at("metadata", which), which).items():
                decoder.text(value, f"{which}.{key}")
