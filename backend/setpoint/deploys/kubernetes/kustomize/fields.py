"""Reads fields of a kustomization, or says why kustomize refuses them."""

from collections.abc import Iterator

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.deploys.kubernetes.tree import Items, Leaf, Table, Tree


class KustomizeError(Exception):
    """kustomize does not build it.

    Attributes:
        place: What it does not accept.
    """

    def __init__(self, message: str, place: Place | None) -> None:
        super().__init__(message)
        self.place = place

    def problem(self) -> DeployProblem:
        """Return it as a problem."""
        return DeployProblem(DeployProblemKind.BAD_KUSTOMIZATION, str(self), self.place, refuses=True)


def _items(root: Table, key: str) -> tuple[Tree, ...]:
    found = root.at(key)
    if isinstance(found, Items):
        return found.items
    if found is None or (isinstance(found, Leaf) and found.value is None):
        return ()
    message = f"`{key}` must be a list"
    raise KustomizeError(message, found.place)


def text(root: Table, key: str) -> str:
    """Return the string at `key`; nothing is an empty one.

    Raises:
        KustomizeError: It is something else, such as `n` without quotes, which is a boolean.
    """
    found = root.at(key)
    if found is None or (isinstance(found, Leaf) and found.value is None):
        return ""
    if isinstance(found, Leaf) and isinstance(found.value, str):
        return found.value
    message = f"`{key}` must be a string: put it in quotes"
    raise KustomizeError(message, found.place)


def strings(root: Table, key: str) -> Iterator[Leaf]:
    """Yield the strings of the list at `key`.

    Raises:
        KustomizeError: It is none.
    """
    for item in _items(root, key):
        if not isinstance(item, Leaf) or not isinstance(item.value, str):
            message = f"`{key}` must be a list of strings"
            raise KustomizeError(message, item.place)
        yield item


def tables(root: Table, key: str) -> Iterator[Table]:
    """Yield the mappings of the list at `key`.

    Raises:
        KustomizeError: It is none.
    """
    for item in _items(root, key):
        if not isinstance(item, Table):
            message = f"`{key}` must be a list of mappings"
            raise KustomizeError(message, item.place)
        yield item
