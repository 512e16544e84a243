"""Builds a kustomization: its resources and bases, generators, components, patches, names."""

from dataclasses import dataclass, field, replace

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.deploys.file_tree import FileTree
from setpoint.deploys.kubernetes.kustomize.fields import KustomizeError, strings, tables, text
from setpoint.deploys.kubernetes.kustomize.generators import generated
from setpoint.deploys.kubernetes.kustomize.not_followed import NOT_FOLLOWED, changed_variables
from setpoint.deploys.kubernetes.kustomize.patching import Patcher
from setpoint.deploys.kubernetes.kustomize.renaming import in_namespace, renamed, with_pairs, with_references
from setpoint.deploys.kubernetes.manifest import Manifest, read_manifests, read_trees
from setpoint.deploys.kubernetes.stored import CONFIG_MAP, SECRET
from setpoint.deploys.kubernetes.tree import Leaf, Table, Words
from setpoint.envfile.source_text import Span

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The possible names of a kustomization file."""

_FIELDS = {
    "apiVersion", "kind", "metadata", "bases", "buildMetadata", "commonAnnotations", "commonLabels", "components",
    "configMapGenerator", "configurations", "crds", "generatorOptions", "imageTags", "images", "labels", "namePrefix",
    "nameSuffix", "namespace", "openapi", "patches", "patchesJson6902", "patchesStrategicMerge", "replicas",
    "resources", "secretGenerator", "sortOptions", "validators", *NOT_FOLLOWED,
}  # fmt: skip
_KUSTOMIZATION, _COMPONENT = "Kustomization", "Component"
_MOST_BUILT = 500
_REMOTE = ("://", "git@", "github.com/", "?ref=")


@dataclass(frozen=True, eq=False, repr=False)
class Built:
    """What a kustomization builds.

    Attributes:
        manifests: The objects; none if kustomize refuses it.
        problems: What is wrong, and what is not followed.
        changed: The names of the variables that this changes, as `changed_variables` says.
    """

    manifests: list[Manifest]
    problems: list[DeployProblem] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


def build(tree: FileTree, folder: str) -> Built:
    """Build the kustomization in `folder`; whatever its files say, it raises no exception."""
    builder = _Builder(tree)
    try:
        built = builder.accumulated(folder, [], ())
        # No namespace is different from any namespace: kustomize rewrites no references between them.
        manifests = [replace(each, namespace=each.namespace or "") for each in built]
        return Built(manifests, builder.problems, builder.changed)
    except KustomizeError as error:
        return Built([], [*builder.problems, error.problem()])


class _Builder:
    def __init__(self, tree: FileTree) -> None:
        self.problems: list[DeployProblem] = []
        self.changed: set[str] = set()
        self._tree = tree
        self._built = 0

    def accumulated(
        self,
        folder: str,
        given: list[Manifest],
        parents: tuple[str, ...],
        *,
        kind: str = _KUSTOMIZATION,
        named: Place | None = None,
    ) -> list[Manifest]:
        """Return the objects of the kustomization in `folder`, which, as a component, changes what is `given`."""
        self._built += 1
        if self._built > _MOST_BUILT:
            message = f"this kustomization includes more than {_MOST_BUILT} others"
            raise KustomizeError(message, named)
        folder = self._tree.real(folder)
        root = self._kustomization(folder, parents, named)
        if (text(root, "kind") or _KUSTOMIZATION) != kind:
            message = f"only a {kind} can be listed here"
            raise KustomizeError(message, (root.at("kind") or root).place)
        level = _Level(root, folder, (*parents, folder))
        manifests = [*given]
        for each in (*strings(root, "resources"), *strings(root, "bases")):
            self._add(manifests, self._resource(each, level))
        self._generate(manifests, level)
        for each in strings(root, "components"):
            component = _joined(folder, str(each.value))
            manifests = self.accumulated(component, manifests, level.parents, kind=_COMPONENT, named=each.place)
        return with_references(self._transformed(manifests, level))

    def _kustomization(self, folder: str, parents: tuple[str, ...], named: Place | None) -> Table:
        names = [name for name in KUSTOMIZATION_NAMES if self._tree.is_file(_joined(folder, name))]
        if folder in parents or len(names) != 1:
            shown = self._tree.shown(folder)
            message = (
                f"there is no kustomization in `{shown}`" if not names else f"`{shown}` has several kustomizations"
            )
            message = f"the kustomization in `{shown}` includes itself" if folder in parents else message
            raise KustomizeError(message, named)
        file = self._tree.read(_joined(folder, names[0]))
        trees, problems = read_trees(file, Words.KUBECTL)
        for problem in problems:
            if problem.refuses:
                raise KustomizeError(problem.message, problem.place)
        root = trees[0] if trees else None
        if not isinstance(root, Table):
            message = "this kustomization is empty or not a mapping"
            raise KustomizeError(message, Place(file, Span(0, 0)))
        self._check_fields(root)
        self.changed |= changed_variables(root)
        return root

    def _check_fields(self, root: Table) -> None:
        for key, place in root.keys.items():
            if key not in _FIELDS:
                message = "kustomize has no such field, and rejects the kustomization"
                raise KustomizeError(message, place)
            if key in NOT_FOLLOWED:
                message = f"`{key}` of a kustomization is not evaluated here, so its effect on variables is not known"
                self.problems.append(DeployProblem(DeployProblemKind.NOT_FOLLOWED, message, place))

    def _resource(self, named: Leaf, level: "_Level") -> list[Manifest]:
        path = str(named.value)
        if any(mark in path for mark in _REMOTE):
            message = "this resource is remote, and a check fetches nothing, so what it declares is not known"
            self.problems.append(DeployProblem(DeployProblemKind.NOT_FOLLOWED, message, named.place))
            return []
        full = _joined(level.folder, path)
        if not self._tree.is_file(full):
            if any(self._tree.is_file(_joined(full, name)) for name in KUSTOMIZATION_NAMES):
                return self.accumulated(full, [], level.parents, named=named.place)
            message = "this resource is neither a file nor a folder with a kustomization"
            raise KustomizeError(message, named.place)
        if not self._tree.real(full).startswith(f"{level.folder.rstrip('/')}/"):
            message = "this file is outside the kustomization's folder, and kustomize does not read it"
            raise KustomizeError(message, named.place)
        read = read_manifests(self._tree.read(full), Words.KUSTOMIZE)
        for problem in read.problems:
            raise KustomizeError(problem.message, problem.place)
        return list(read.manifests)

    def _add(self, manifests: list[Manifest], more: list[Manifest]) -> None:
        ids = {(each.kind, each.name, each.namespace) for each in manifests}
        for each in more:
            if (each.kind, each.name, each.namespace) in ids:
                message = f"{each.kind} `{each.name}` is declared twice, so kustomize rejects the kustomization"
                raise KustomizeError(message, each.place)
        manifests += more

    def _generate(self, manifests: list[Manifest], level: "_Level") -> None:
        for field_name, kind in (("configMapGenerator", CONFIG_MAP), ("secretGenerator", SECRET)):
            for args in tables(level.root, field_name):
                self._absorb(manifests, generated(kind, args, self._tree, level.folder, self.problems), args)

    def _absorb(self, manifests: list[Manifest], made: Manifest, args: Table) -> None:
        """Add what a generator made, or merge it into the existing object."""
        behavior = args.text("behavior") or "create"
        at = next((at for at, each in enumerate(manifests) if _is_same(each, made)), None)
        if (at is None) != (behavior == "create"):
            message = f"{made.kind} `{made.name}` already exists, so `behavior` must be `merge` or `replace`"
            if at is None:
                message = f"its `behavior` needs a {made.kind} `{made.name}` that already exists"
            raise KustomizeError(message, made.place)
        if at is None:
            manifests.append(made)
            return
        data = made.root.table("data")
        if behavior == "merge":
            before = manifests[at].root.table("data")
            data = Table({**before.entries, **data.entries}, data.place, {**before.keys, **data.keys})
        manifests[at] = manifests[at].saying(manifests[at].root.with_entry("data", data))

    def _transformed(self, manifests: list[Manifest], level: "_Level") -> list[Manifest]:
        root = level.root
        patcher = Patcher(manifests, self._tree, level.folder)
        for patch in strings(root, "patchesStrategicMerge"):
            patcher.strategic(patch)
        for item in tables(root, "patches"):
            patcher.patch(item)
        manifests = patcher.manifests
        if namespace := text(root, "namespace"):
            manifests = in_namespace(manifests, namespace)
        manifests = renamed(manifests, text(root, "namePrefix"), text(root, "nameSuffix"))
        manifests = [_labelled(each, root) for each in manifests]
        patcher = Patcher(manifests, self._tree, level.folder)
        for item in tables(root, "patchesJson6902"):
            patcher.patch(item)
        return patcher.manifests


@dataclass(frozen=True)
class _Level:
    """One kustomization being built.

    Attributes:
        root: What it says.
        folder: Where it is.
        parents: The folders of those that it is part of, and its own.
    """

    root: Table
    folder: str
    parents: tuple[str, ...]


def _joined(folder: str, path: str) -> str:
    return path if path.startswith("/") else f"{folder.rstrip('/')}/{path}"


def _is_same(manifest: Manifest, made: Manifest) -> bool:
    names = (manifest.name, *manifest.former_names)
    return manifest.kind == made.kind and made.name in names and made.namespace in (None, manifest.namespace)


def _labelled(manifest: Manifest, root: Table) -> Manifest:
    for pairs, which in ((root.at("commonLabels"), "labels"), (root.at("commonAnnotations"), "annotations")):
        if isinstance(pairs, Table):
            manifest = with_pairs(manifest, which, pairs, in_template=True)
    for item in tables(root, "labels"):
        in_template = any(
            isinstance(flag, Leaf) and flag.value is True
            for flag in (item.at("includeTemplates"), item.at("includeSelectors"))
        )
        manifest = with_pairs(manifest, "labels", item.table("pairs"), in_template=in_template)
    return manifest
