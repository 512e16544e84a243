"""Reads a file of manifests into the objects that it declares."""

from dataclasses import dataclass, replace

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.deploys.kubernetes.tree import Items, Leaf, Table, Tree, TreeMaker, Words
from setpoint.deploys.yaml_tree.reading import read_yaml
from setpoint.envfile.source_text import SourceText, Span


@dataclass(frozen=True, eq=False, repr=False)
class Manifest:
    """A declared object.

    Attributes:
        kind: `Deployment`, `ConfigMap` and so on.
        name: Its name.
        namespace: The namespace in the file; None if there is none.
        root: Everything that it says.
        place: Where its name is written, or the object if it has no name.
        former_names: The names that it had before kustomize renamed it, oldest first.
    """

    kind: str
    name: str
    namespace: str | None
    root: Table
    place: Place
    former_names: tuple[str, ...] = ()

    def saying(self, root: Table) -> "Manifest":
        """Return it with another tree."""
        return replace(self, root=root)


@dataclass(frozen=True, eq=False, repr=False)
class ManifestFile:
    """What a file of manifests declares, and what is wrong with it."""

    manifests: tuple[Manifest, ...]
    problems: tuple[DeployProblem, ...]


def read_trees(file: SourceText, words: Words) -> tuple[list[Tree], list[DeployProblem]]:
    """Return every document of `file`, and what is wrong with its YAML."""
    reading = read_yaml(file.text)
    maker = TreeMaker(file, words)
    trees = [maker.tree(document) for document in reading.documents]
    problems = list(maker.problems)
    if reading.problem is not None:
        place = Place(file, reading.problem.span)
        problems.append(DeployProblem(DeployProblemKind.NOT_YAML, reading.problem.message, place, refuses=True))
    return trees, problems


def read_manifests(file: SourceText, words: Words) -> ManifestFile:
    """Read every object of `file`, from several documents and from lists of objects."""
    trees, problems = read_trees(file, words)
    manifests: list[Manifest] = []
    for tree in trees:
        if not _says_nothing(tree):
            _take(tree, manifests, problems)
    return ManifestFile(tuple(manifests), tuple(problems))


def manifest_of(root: Table) -> Manifest | None:
    """Return the object that `root` declares; None if it does not say which kind of object that is."""
    kind = root.text("kind")
    if not kind:
        return None
    name = root.text("metadata", "name")
    named = root.at("metadata", "name") if name else root.at("metadata", "generateName")
    place = (
        named.place if named is not None else Place(root.place.file, Span(root.place.span.start, root.place.span.start))
    )
    return Manifest(
        kind, name or root.text("metadata", "generateName") or "", root.text("metadata", "namespace"), root, place
    )


def _says_nothing(tree: Tree) -> bool:
    return isinstance(tree, Leaf) and tree.value is None


def _take(tree: Tree, manifests: list[Manifest], problems: list[DeployProblem]) -> None:
    manifest = manifest_of(tree) if isinstance(tree, Table) else None
    if manifest is None:
        message = "this document is not an object: it has no `kind`"
        problems.append(DeployProblem(DeployProblemKind.INVALID_STRUCTURE, message, tree.place, refuses=True))
        return
    if not manifest.root.text("apiVersion"):
        message = "this object has no `apiVersion`"
        problems.append(DeployProblem(DeployProblemKind.INVALID_STRUCTURE, message, manifest.place, refuses=True))
    items = manifest.root.at("items")
    if manifest.kind.endswith("List") and isinstance(items, Items):
        for item in items.items:
            _take(item, manifests, problems)
        return
    if not manifest.name:
        message = "this object has no name, or its name is not a string"
        problems.append(DeployProblem(DeployProblemKind.INVALID_STRUCTURE, message, manifest.place, refuses=True))
        return
    manifests.append(manifest)
