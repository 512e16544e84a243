"""Merges a strategic patch into an object, as kustomize does: lists of containers and variables by name."""

from dataclasses import replace

from setpoint.deploys.kubernetes.tree import Items, Leaf, Table, Tree

_DIRECTIVE = "$patch"
_QUOTED = ("'", '"', "|", ">")
_MERGE_KEYS = {
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "volumeMounts": "mountPath",
    "volumes": "name",
}


def merged(base: Table, patch: Table, *, by_key: bool) -> Table | None:
    """Return `base` with `patch` applied; None if the patch deletes it.

    Args:
        base: What exists.
        patch: What the patch says about it.
        by_key: Whether lists are merged by the names in them, as for kinds that kustomize knows; for others, they are
            replaced.
    """
    directive = patch.text(_DIRECTIVE)
    if directive == "delete":
        return None
    if directive == "replace":
        return replace(patch, entries=dict(_said(patch)))
    result = base
    for key, value in _said(patch):
        new = _merged_value(key, base.at(key), value, by_key=by_key)
        result = result.without(key) if new is None else result.with_entry(key, new, patch.keys.get(key))
    return result


def _said(table: Table) -> list[tuple[str, Tree]]:
    return [(key, value) for key, value in table.entries.items() if not key.startswith("$")]


def _merged_value(key: str, base: Tree | None, patch: Tree, *, by_key: bool) -> Tree | None:
    """Return what is at `key` after the patch; None if the patch removes it."""
    if isinstance(patch, Leaf):
        if patch.value is not None and not patch.style and isinstance(base, Leaf) and base.style in _QUOTED:
            return replace(patch, value=patch.written, style=base.style)  # it keeps the existing quotes
        return None if patch.value is None else patch
    if isinstance(patch, Table):
        return merged(base if isinstance(base, Table) else Table({}, patch.place), patch, by_key=by_key)
    merge_key = _MERGE_KEYS.get(key) if by_key else None
    if merge_key is None:
        return patch
    return _merged_list(base if isinstance(base, Items) else Items((), patch.place), patch, merge_key)


def _merged_list(base: Items, patch: Items, merge_key: str) -> Items:
    """Return the list with what the patch names in front, in the order of the patch."""
    tables = [item for item in patch.items if isinstance(item, Table)]
    if any(table.text(_DIRECTIVE) == "replace" and table.text(merge_key) is None for table in tables):
        return Items(tuple(table for table in tables if table.text(_DIRECTIVE) is None), patch.place)
    tables = [table for table in tables if table.text(_DIRECTIVE) != "replace"]  # ignored for a single item
    before: dict[str | None, list[Table]] = {}
    for item in base.items:
        if isinstance(item, Table):
            before.setdefault(item.text(merge_key), []).append(item)
    after: dict[str | None, Tree | None] = {}
    for table in tables:
        name = table.text(merge_key)
        if name not in after:
            after[name] = _merged_item(before.get(name, []), table)
    rest = [items[-1] for name, items in before.items() if name not in after]
    return Items((*(item for item in after.values() if item is not None), *rest), base.place)


def _merged_item(before: list[Table], patch: Table) -> Table | None:
    """Return the item after the patch; of two with the same name, kustomize leaves the last one unchanged."""
    if len(before) > 1 and patch.text(_DIRECTIVE) is None:
        return before[-1]
    return merged(before[0] if before else Table({}, patch.place), patch, by_key=True)
