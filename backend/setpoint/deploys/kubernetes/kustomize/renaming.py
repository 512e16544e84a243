"""Gives objects prefixes, suffixes, namespaces and labels, and rewrites references to renamed objects."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from setpoint.deploys.deployment import Place
from setpoint.deploys.kubernetes.manifest import Manifest
from setpoint.deploys.kubernetes.pod import TEMPLATES
from setpoint.deploys.kubernetes.stored import REFERENCES
from setpoint.deploys.kubernetes.tree import Items, Leaf, Table, Tree

_KEPT_NAMES = {"APIService", "CustomResourceDefinition", "Namespace"}


def renamed(manifests: Iterable[Manifest], prefix: str, suffix: str) -> list[Manifest]:
    """Return the objects with `prefix`, then `suffix` added to their names; each intermediate name is remembered."""
    return [_renamed(_renamed(each, prefix + each.name), prefix + each.name + suffix) for each in manifests]


def _renamed(manifest: Manifest, name: str) -> Manifest:
    if manifest.kind in _KEPT_NAMES or name == manifest.name:
        return manifest
    return replace(manifest, name=name, former_names=(*manifest.former_names, manifest.name))


def with_references(manifests: list[Manifest]) -> list[Manifest]:
    """Return the objects with references to renamed objects rewritten."""
    now = {(each.kind, each.name) for each in manifests}
    names = {
        (each.kind, former): each.name
        for each in manifests
        for former in each.former_names
        if (each.kind, former) not in now
    }
    if not names:
        return manifests
    return [each.saying(_table(each.root, names)) if each.kind in TEMPLATES else each for each in manifests]


def in_namespace(manifests: Iterable[Manifest], namespace: str) -> list[Manifest]:
    """Return the objects in `namespace`."""
    return [replace(each, namespace=namespace) for each in manifests]


def with_pairs(manifest: Manifest, which: str, pairs: Table, *, in_template: bool) -> Manifest:
    """Return `manifest` with `pairs` added to its labels or annotations, as `which` says, and to those of its pods."""
    root = _with_metadata(manifest.root, which, pairs, ())
    path = TEMPLATES.get(manifest.kind)
    if path and in_template and isinstance(root.at(*path), Table):
        root = _with_metadata(root, which, pairs, path)
    return manifest.saying(root)


def _with_metadata(root: Table, which: str, pairs: Table, path: tuple[str, ...]) -> Table:
    if path:
        first, *rest = path
        return root.with_entry(first, _with_metadata(root.table(first), which, pairs, tuple(rest)))
    metadata = root.table("metadata")
    before = metadata.table(which)
    place: Place = before.place
    labels = Table({**before.entries, **pairs.entries}, place, {**before.keys, **pairs.keys})
    return root.with_entry("metadata", metadata.with_entry(which, labels))


def _tree(tree: Tree, names: Mapping[tuple[str, str], str]) -> Tree:
    if isinstance(tree, Table):
        return _table(tree, names)
    if isinstance(tree, Items):
        return replace(tree, items=tuple(_tree(item, names) for item in tree.items))
    return tree


def _table(table: Table, names: Mapping[tuple[str, str], str]) -> Table:
    entries: dict[str, Tree] = {}
    for key, value in table.entries.items():
        new = names.get((REFERENCES[key], table.text(key, "name") or "")) if key in REFERENCES else None
        named = value.at("name") if isinstance(value, Table) else None
        if new is not None and isinstance(value, Table) and isinstance(named, Leaf):
            entries[key] = value.with_entry("name", replace(named, value=new))
        else:
            entries[key] = _tree(value, names)
    return replace(table, entries=entries)
