"""Merges one compose file over another, and a service over the one that it extends, as docker compose does."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from setpoint.deploys.compose.go_text import go_text
from setpoint.deploys.compose.refusal import refused
from setpoint.deploys.compose.tree import Items, Leaf, Path, Table, Tree, joined, matches, plain
from setpoint.deploys.deployment import DeployProblemKind, Place

_JOINED_LISTS = (
    *("networks.*.labels", "volumes.*.labels", "services.*.annotations", "services.*.build.args"),
    *("services.*.build.additional_contexts", "services.*.build.extra_hosts", "services.*.build.labels"),
    *("services.*.deploy.labels", "services.*.dns", "services.*.dns_opt", "services.*.dns_search"),
    *("services.*.env_file", "services.*.label_file", "services.*.environment", "services.*.extra_hosts"),
    *("services.*.labels", "services.*.volumes.*.volume.labels", "services.*.sysctls", "services.*.tmpfs"),
)
_REPLACED = ("services.*.command", "services.*.entrypoint", "services.*.healthcheck.test", "services.*.ulimits.*")
_JOINED_NAMES = ("services.*.depends_on", "services.*.models", "services.*.networks")
_BUILD = "services.*.build"
_LOGGING = "services.*.logging"
_UNIQUE_BY_NAME = (
    *("networks.*.labels", "networks.*.ipam.options", "services.*.annotations", "services.*.build.args"),
    *("services.*.build.additional_contexts", "services.*.build.tags", "services.*.build.labels"),
    *("services.*.cap_add", "services.*.cap_drop", "services.*.deploy.labels", "services.*.dns"),
    *("services.*.dns_opt", "services.*.dns_search", "services.*.environment", "services.*.labels"),
    *("services.*.links", "services.*.networks.*.aliases", "services.*.networks.*.link_local_ips"),
    *("services.*.profiles", "services.*.sysctls", "services.*.tmpfs"),
)
_UNIQUE_BY_PATH = "services.*.env_file"
_UNIQUE_AS_A_WHOLE = (
    *("services.*.ports", "services.*.expose", "services.*.volumes", "services.*.devices"),
    *("services.*.secrets", "services.*.configs"),
)


def merged(under: Tree, over: Tree, path: Path = ()) -> Tree:
    """Return `over` merged over `under`, both at `path`.

    Raises:
        RefusedError: A list would override a table, or the other way round.
    """
    for pattern, merge in _SPECIAL.items():
        if matches(path, pattern):
            return merge(under, over, path)
    if isinstance(over, Leaf) and over.value is None:
        return under
    if isinstance(under, Leaf):
        return over
    if isinstance(under, Items) and isinstance(over, Items):
        return Items((*under.items, *over.items), over.place)
    if isinstance(under, Table) and isinstance(over, Table):
        return _merged_tables(under, over, path)
    what = "a mapping" if isinstance(under, Table) else "a list"
    message = f"this is {what} in the file or service that it overrides, and something else here"
    raise refused(DeployProblemKind.INVALID_STRUCTURE, message, over.place)


def _merged_tables(under: Table, over: Table, path: Path) -> Table:
    entries = dict(under.entries)
    for key, value in over.entries.items():
        entries[key] = merged(entries[key], value, (*path, key)) if key in entries else value
    return Table(entries, over.place, {**under.keys, **over.keys})


def _joined_lists(under: Tree, over: Tree, _: Path) -> Tree:
    return Items((*_as_items(under), *_as_items(over)), over.place)


def _joined_names(under: Tree, over: Tree, path: Path) -> Tree:
    return _merged_tables(_as_names(under, path), _as_names(over, path), path)


def _merged_build(under: Tree, over: Tree, path: Path) -> Tree:
    return _merged_tables(_as_build(under), _as_build(over), path)


def _merged_logging(under: Tree, over: Tree, path: Path) -> Tree:
    """Merge both if they are for the same driver, or one of them names none."""
    if not isinstance(under, Table) or not isinstance(over, Table):
        return over
    drivers = [driver.value for table in (under, over) if isinstance(driver := table.get("driver"), Leaf)]
    return over if len({*drivers}) > 1 else _merged_tables(under, over, path)


_SPECIAL: dict[str, Callable[[Tree, Tree, Path], Tree]] = {
    **dict.fromkeys(_JOINED_LISTS, _joined_lists),
    **dict.fromkeys(_JOINED_NAMES, _joined_names),
    **dict.fromkeys(_REPLACED, lambda _, over, __: over),
    _BUILD: _merged_build,
    _LOGGING: _merged_logging,
}


def _as_items(tree: Tree) -> tuple[Tree, ...]:
    """Return `tree` as a list of `NAME=value`, with numbers as Go writes them."""
    if isinstance(tree, Items):
        return tree.items
    if isinstance(tree, Leaf):
        return (tree,) if isinstance(tree.value, str) else ()
    found: list[Leaf] = []
    for key, value in tree.entries.items():
        named = tree.keys.get(key, value.place)
        for one in value.items if isinstance(value, Items) else (value,):
            leaf = one if isinstance(one, Leaf) else Leaf(go_form(one), one.place)
            found.append(joined(key, leaf, named))
    return tuple(sorted(found, key=lambda leaf: str(leaf.value)))


def go_form(tree: Tree) -> str:
    """Return `tree` in Go's default format."""
    if isinstance(tree, Table):
        return f"map[{' '.join(f'{key}:{go_form(tree.entries[key])}' for key in sorted(tree.entries))}]"
    if isinstance(tree, Items):
        return f"[{' '.join(map(go_form, tree.items))}]"
    return go_text(tree.value)


def _as_names(tree: Tree, path: Path) -> Table:
    if isinstance(tree, Table):
        return tree
    items = tree.items if isinstance(tree, Items) else ()
    named = {str(item.value): item.place for item in items if isinstance(item, Leaf)}
    return Table({name: _named(path, place) for name, place in named.items()}, tree.place, named)


def _named(path: Path, place: Place) -> Tree:
    if not matches(path, "services.*.depends_on"):
        return Leaf(None, place)
    return Table({"condition": Leaf("service_started", place), "required": Leaf(value=True, place=place)}, place)


def _as_build(tree: Tree) -> Table:
    if isinstance(tree, Table):
        return tree
    return Table({"context": tree}, tree.place)


def with_unique_items(tree: Tree, path: Path = ()) -> Tree:
    """Return `tree` with one item per name in lists that allow only one: the last wins, in the position of the first.

    Raises:
        RefusedError: Such a list contains something other than strings.
    """
    if isinstance(tree, Table):
        entries = {key: with_unique_items(value, (*path, key)) for key, value in tree.entries.items()}
        return Table(entries, tree.place, tree.keys)
    if isinstance(tree, Items) and matches(path, _UNIQUE_BY_PATH):
        return Items(tuple(_last_of_each(tree.items, _env_file_path)), tree.place)
    if isinstance(tree, Items) and any(matches(path, pattern) for pattern in _UNIQUE_BY_NAME):
        return Items(tuple(_last_of_each(tree.items, lambda item: _name(item, path))), tree.place)
    if isinstance(tree, Items) and any(matches(path, pattern) for pattern in _UNIQUE_AS_A_WHOLE):
        return Items(tuple(_last_of_each(tree.items, lambda item: repr(plain(item)))), tree.place)
    return tree


def _last_of_each(items: Iterable[Tree], name_of: Callable[[Tree], str]) -> Iterable[Tree]:
    found: dict[str, Tree] = {}
    for item in items:
        name = name_of(item)
        before = found.get(name)
        if isinstance(before, Leaf) and isinstance(item, Leaf):
            shadows = (*item.shadows, before, *before.shadows)
            found[name] = replace(item, shadows=shadows)
        else:
            found[name] = item
    return found.values()


def _name(item: Tree, path: Path) -> str:
    if isinstance(item, Leaf) and isinstance(item.value, str):
        return item.value.partition("=")[0]
    message = f"the items of `{path[-1]}` must be strings, and this one is not"
    raise refused(DeployProblemKind.INVALID_STRUCTURE, message, item.place, hint="put it in quotes")


def _env_file_path(item: Tree) -> str:
    path = item.get("path") if isinstance(item, Table) else item
    return str(path.value) if isinstance(path, Leaf) else ""


def without_paths(tree: Tree, paths: Iterable[Path], path: Path = ()) -> Tree:
    """Return `tree` without what is at one of `paths`, for `!reset` and `!override`."""
    wanted = frozenset(paths)
    if not wanted or not isinstance(tree, Table):
        return tree
    entries = {
        key: without_paths(value, wanted, (*path, key))
        for key, value in tree.entries.items()
        if (*path, key) not in wanted
    }
    return Table(entries, tree.place, tree.keys)
