"""Merges each service over the one that it `extends`, in the same file or in another one."""

from collections.abc import Callable
from typing import NamedTuple

from setpoint.deploys.compose.merging import merged, without_paths
from setpoint.deploys.compose.refusal import for_each, refused
from setpoint.deploys.compose.tree import Leaf, Path, Table, Tree, text_of
from setpoint.deploys.deployment import DeployProblemKind, Place

MOST_EXTENDED = 50
"""How many services may extend each other in a row."""


class ExtendedFile(NamedTuple):
    """A compose file whose services are extended.

    Attributes:
        path: Where it is.
        services: Its services, as far as they have been merged.
        replaced: What it removes or replaces.
    """

    path: str
    services: dict[str, Tree]
    replaced: tuple[Path, ...]


class _Reference(NamedTuple):
    """What `extends:` names."""

    service: str
    file: str | None
    place: Place


def with_extended_services(table: Table, file: ExtendedFile, load: Callable[[str, Place], ExtendedFile]) -> Table:
    """Return `table` with its services merged over those that they extend.

    Args:
        table: A compose file.
        file: The same file, with its own services.
        load: Reads another one, by the path as written.

    Raises:
        RefusedError: A service extends one that does not exist, or itself.
    """
    services = table.get("services")
    if not isinstance(services, Table):
        return table
    extending = _Extending(load)
    for_each(services.entries, lambda name: extending.apply(name, file, file.replaced, ()))
    return table.with_entry("services", Table(file.services, services.place, services.keys))


class _Extending:
    def __init__(self, load: Callable[[str, Place], ExtendedFile]) -> None:
        self._load = load

    def apply(
        self, name: str, file: ExtendedFile, replaced: tuple[Path, ...], chain: tuple[tuple[str, str], ...]
    ) -> Tree:
        """Return the service `name` of `file` once it is merged, and store it there.

        `replaced` is what the file removes from what the service extends; docker compose ignores it
        for a service that another one of the same file extends.
        """
        service = file.services[name]
        extends = service.get("extends") if isinstance(service, Table) else None
        if not isinstance(service, Table) or extends is None:
            return service
        reference = _reference(extends)
        if (file.path, name) in chain:
            message = "services extend each other in a cycle"
            raise refused(DeployProblemKind.BAD_EXTENDS, message, reference.place)
        if len(chain) >= MOST_EXTENDED:
            message = f"more than {MOST_EXTENDED} services extend each other in a row"
            raise refused(DeployProblemKind.BAD_EXTENDS, message, reference.place)
        source, replaced_in_base = file, tuple[Path, ...]()
        if reference.file is not None:
            source = self._load(reference.file, reference.place)
            replaced_in_base = source.replaced
        if reference.service not in source.services:
            message = "the service that this one extends does not exist"
            raise refused(DeployProblemKind.BAD_EXTENDS, message, reference.place)
        base = self.apply(reference.service, source, replaced_in_base, (*chain, (file.path, name)))
        if isinstance(base, Table):
            service = _laid_over(base, service, name, replaced)
        file.services[name] = service.without("extends")
        return file.services[name]


def _laid_over(base: Table, service: Table, name: str, replaced: tuple[Path, ...]) -> Table:
    path = ("services", name)
    left = without_paths(base, replaced, path)
    laid = merged(left.without("extends") if isinstance(left, Table) else base, service, path)
    return laid if isinstance(laid, Table) else service


def _reference(extends: Tree) -> _Reference:
    if isinstance(extends, Table):
        file = extends.get("file")
        written = file if isinstance(file, Leaf) else None
        service = text_of(extends.get("service"))
        if service is not None:
            return _Reference(service, text_of(written), (written or extends).place)
    elif isinstance(extends, Leaf) and isinstance(extends.value, str):
        return _Reference(extends.value, None, extends.place)
    message = "`extends` must name a service"
    raise refused(DeployProblemKind.INVALID_STRUCTURE, message, extends.place)
