"""Takes values out of a tree as the API server decodes them: a number is not a string, a mapping not a list."""

from collections.abc import Mapping

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.deploys.kubernetes.tree import Items, Leaf, Table, Tree


def type_of(tree: Tree) -> str:
    """Return what JSON calls `tree`, with its article."""
    if isinstance(tree, Items):
        return "a list"
    if isinstance(tree, Table):
        return "a mapping"
    if isinstance(tree.value, bool):
        return "a boolean"
    return "a string" if isinstance(tree.value, str) else "a number"


class Decoder:
    """Takes values out of the trees of one process, and reports those of a wrong type.

    Attributes:
        problems: What the API server refuses, and what it does differently from what people expect.
    """

    def __init__(self, process: str | None = None) -> None:
        self.problems: list[DeployProblem] = []
        self._process = process

    def text(self, tree: Tree | None, what: str, name: str | None = None) -> str:
        """Return `tree` as a string; nothing is an empty one."""
        if tree is None or (isinstance(tree, Leaf) and tree.value is None):
            return ""
        if isinstance(tree, Leaf) and isinstance(tree.value, str):
            return tree.value
        message = f"`{what}` must be a string, and this is {type_of(tree)}"
        hint = "put it in quotes" if isinstance(tree, Leaf) else None
        self.refuse(DeployProblemKind.NOT_A_STRING, message, tree.place, name, hint)
        return ""

    def flag(self, tree: Tree | None, what: str) -> bool:
        """Return `tree` as a boolean; nothing is false."""
        if isinstance(tree, Leaf) and isinstance(tree.value, bool):
            return tree.value
        if tree is not None and not (isinstance(tree, Leaf) and tree.value is None):
            message = f"`{what}` must be a boolean, and this is {type_of(tree)}"
            self.refuse(DeployProblemKind.INVALID_STRUCTURE, message, tree.place)
        return False

    def items(self, tree: Tree | None, what: str) -> tuple[Tree, ...]:
        """Return the items of `tree` as a list; nothing is an empty one."""
        if isinstance(tree, Items):
            return tree.items
        self._want("a list", tree, what)
        return ()

    def table(self, tree: Tree | None, what: str) -> Table | None:
        """Return `tree` as a mapping; None if it is not one."""
        if isinstance(tree, Table):
            return tree
        self._want("a mapping", tree, what)
        return None

    def entries(self, tree: Tree | None, what: str) -> Mapping[str, Tree]:
        """Return the entries of `tree` as a mapping; nothing is an empty one."""
        table = self.table(tree, what)
        return table.entries if table else {}

    def refuse(
        self,
        kind: DeployProblemKind,
        message: str,
        place: Place | None,
        name: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Add a problem because of which the process is not started, or its manifest is rejected."""
        self.problems.append(DeployProblem(kind, message, place, self._process, name, hint, refuses=True))

    def report(
        self,
        kind: DeployProblemKind,
        message: str,
        place: Place | None,
        name: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Add a problem that does not keep the process from starting."""
        self.problems.append(DeployProblem(kind, message, place, self._process, name, hint))

    def _want(self, wanted: str, tree: Tree | None, what: str) -> None:
        if tree is not None and not (isinstance(tree, Leaf) and tree.value is None):
            message = f"`{what}` must be {wanted}, and this is {type_of(tree)}"
            self.refuse(DeployProblemKind.INVALID_STRUCTURE, message, tree.place)
