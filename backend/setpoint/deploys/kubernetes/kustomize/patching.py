"""Applies the patches of a kustomization to their target objects."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from setpoint.deploys.deployment import Place
from setpoint.deploys.file_tree import FileTree
from setpoint.deploys.kubernetes.kustomize.fields import KustomizeError
from setpoint.deploys.kubernetes.kustomize.json_patch import PatchError, patched
from setpoint.deploys.kubernetes.kustomize.strategic_merge import merged
from setpoint.deploys.kubernetes.manifest import Manifest, read_trees
from setpoint.deploys.kubernetes.pod import TEMPLATES
from setpoint.deploys.kubernetes.tree import Items, Leaf, Table, Tree, TreeMaker, Words
from setpoint.deploys.yaml_tree.reading import read_yaml
from setpoint.envfile.source_text import SourceText, first_bad_byte

_BLOCK = "|"
_REPEATS = re.compile(r"[*+?{]")
_REPEATED_GROUP = re.compile(r"\)[*+?{]")
_MOST_REPEATS = 3  # each further one could take a hundred times longer, and one of a group for ever


class Patcher:
    """Applies patches of one kustomization.

    Attributes:
        manifests: The objects, as far as they are patched.
    """

    def __init__(self, manifests: list[Manifest], tree: FileTree, folder: str) -> None:
        self.manifests = manifests
        self._tree = tree
        self._folder = folder

    def strategic(self, patch: Leaf) -> None:
        """Apply an item of `patchesStrategicMerge`: a path, or a patch itself.

        Raises:
            KustomizeError: It can't be read, or matches no object.
        """
        text = str(patch.value)
        trees = _inline(patch, Words.KUSTOMIZE) if "\n" in text else self._of_file(patch, text, Words.KUSTOMIZE)
        for each in trees:
            self._merge(each, None)

    def patch(self, item: Table) -> None:
        """Apply an item of `patches` or `patchesJson6902`.

        Raises:
            KustomizeError: It can't be read, does not apply, or matches no object.
        """
        target = item.at("target")
        operations = self._trees(item, Words.KUBECTL)
        if len(operations) == 1 and isinstance(operations[0], Items):
            self._operate(operations[0], target, item.place)
            return
        for each in self._trees(item, Words.KUSTOMIZE):
            self._merge(each, target if isinstance(target, Table) else None)

    def _trees(self, item: Table, words: Words) -> list[Tree]:
        path, inline = item.at("path"), item.at("patch")
        if isinstance(path, Leaf) and path.value:
            return self._of_file(path, str(path.value), words)
        if isinstance(inline, Leaf) and inline.value:
            return _inline(inline, words)
        message = "a patch needs a `path` or a `patch`"
        raise KustomizeError(message, item.place)

    def _of_file(self, named: Leaf, path: str, words: Words) -> list[Tree]:
        full = str(PurePosixPath(self._folder, path))
        try:
            file = self._tree.read(full)
        except OSError as error:
            message = f"this patch can't be read: {error.strerror}"
            raise KustomizeError(message, named.place) from None
        trees, problems = read_trees(file, words)
        for problem in problems:
            raise KustomizeError(problem.message, problem.place)
        return trees

    def _operate(self, operations: Items, target: Tree | None, place: Place) -> None:
        if not isinstance(target, Table):
            message = "a JSON patch needs a `target`"
            raise KustomizeError(message, place)
        for at in self._selected(target):
            manifest = self.manifests[at]
            try:
                root = patched(manifest.root, operations.items)
            except PatchError as error:
                raise KustomizeError(str(error), operations.place) from None
            if isinstance(root, Table):
                self.manifests[at] = manifest.saying(root)

    def _merge(self, patch: Tree, target: Table | None) -> None:
        if not isinstance(patch, Table):
            if isinstance(patch, Leaf) and patch.value is None:
                return
            message = "a strategic merge patch must be a mapping"
            raise KustomizeError(message, patch.place)
        wanted = list(self._selected(target)) if target is not None else list(self._named(patch))
        if not wanted and target is None:
            message = "no object has the kind and name of this patch"
            raise KustomizeError(message, (patch.at("metadata", "name") or patch).place)
        for at in reversed(wanted):
            manifest = self.manifests[at]
            known = manifest.kind in TEMPLATES and _is_built_in(manifest)
            root = merged(manifest.root, patch.without("metadata"), by_key=known)
            if root is None:
                del self.manifests[at]
                continue
            metadata = merged(root.table("metadata"), patch.table("metadata").without("name"), by_key=False)
            self.manifests[at] = manifest.saying(root.with_entry("metadata", metadata) if metadata else root)

    def _named(self, patch: Table) -> Iterator[int]:
        kind, name, namespace = patch.text("kind"), patch.text("metadata", "name"), patch.text("metadata", "namespace")
        for at, each in enumerate(self.manifests):
            if each.kind == kind and name in (each.name, *each.former_names) and namespace in (None, each.namespace):
                yield at

    def _selected(self, target: Table) -> Iterator[int]:
        for at, each in enumerate(self.manifests):
            if (
                _fits(target.text("kind"), (each.kind,))
                and _fits(target.text("name"), (each.name, *each.former_names))
                and _fits(target.text("namespace"), (each.namespace or "",))
                and _has_version(each, target)
                and _has(each, "labels", target.text("labelSelector"))
                and _has(each, "annotations", target.text("annotationSelector"))
            ):
                yield at


def _is_built_in(manifest: Manifest) -> bool:
    group = (manifest.root.text("apiVersion") or "").rpartition("/")[0]
    return "." not in group


def _fits(pattern: str | None, names: tuple[str, ...]) -> bool:
    if not pattern:
        return True
    if len(_REPEATS.findall(pattern)) > _MOST_REPEATS or _REPEATED_GROUP.search(pattern):
        message = f"patterns in a target may have {_MOST_REPEATS} repetitions at most, and may not repeat a group"
        raise KustomizeError(message, None)
    try:
        return any(re.fullmatch(pattern, name) for name in names)
    except re.error:
        return pattern in names


def _has_version(manifest: Manifest, target: Table) -> bool:
    group, _, version = (manifest.root.text("apiVersion") or "v1").rpartition("/")
    return target.text("group") in (None, "", group) and target.text("version") in (None, "", version)


def _has(manifest: Manifest, which: str, selector: str | None) -> bool:
    """Return whether labels or annotations fit a selector of `key=value`, `key!=value`, `key` and `!key`."""
    pairs = manifest.root.table("metadata", which)
    for term in filter(None, (selector or "").split(",")):
        key, equal_sign, value = term.replace("==", "=").partition("=")
        found = pairs.text(key.strip().rstrip("!"))
        if key.strip().startswith("!"):
            fits = pairs.text(key.strip()[1:]) is None
        elif key.endswith("!"):
            fits = found != value.strip()
        else:
            fits = found == value.strip() if equal_sign else found is not None
        if not fits:
            return False
    return True


def _inline(patch: Leaf, words: Words) -> list[Tree]:
    """Read a patch that is written inside the kustomization, with its places there."""
    file, span = patch.place
    text = str(patch.value)
    maker = TreeMaker(SourceText(file.path, text), words, patch.place)
    if patch.style == _BLOCK:
        body = file.text.find("\n", *span) + 1
        text = re.sub(r"[^\r\n]", " ", file.text[:body]) + file.text[body : span.end]
        maker = TreeMaker(file, words)
    reading = read_yaml(text)
    if reading.problem is not None or first_bad_byte(text) is not None:
        message = "this patch is not YAML"
        raise KustomizeError(message, patch.place)
    trees = [maker.tree(document) for document in reading.documents]
    for problem in maker.problems:
        raise KustomizeError(problem.message, problem.place)
    return trees
