"""Expands `$NAME` and `${NAME…}` in the values of a compose file, and says what is not set."""

from collections.abc import Mapping
from dataclasses import replace

from setpoint.deploys.compose.refusal import raise_for, refusal
from setpoint.deploys.compose.tree import Items, Leaf, Path, Table, Tree
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.envfile.programs.compose_references import (
    InvalidReferenceError,
    References,
    RequiredVariableError,
    TooLongExpansionError,
)
from setpoint.envfile.source_text import Span

_ENVIRONMENT_DEPTH = 4
_TO_SET = "set it in the environment of docker compose, in `.env` or in a file of `--env-file`"


class Interpolation:
    """Expands the references of one document.

    Attributes:
        problems: What became empty.
    """

    def __init__(self, environment: Mapping[str, str], *, knows_caller: bool) -> None:
        """Take the values of references, and whether they are everything that the caller of docker compose has."""
        self.problems: list[DeployProblem] = []
        self._references = References(environment)
        self._knows_caller = knows_caller
        self._refusals: list[DeployProblem] = []

    def replaced(self, table: Table) -> Table:
        """Return `table` with the references in its values expanded; keys are left alone.

        Raises:
            RefusedError: A reference is invalid, or requires what is not set.
        """
        found = self._table(table, ())
        raise_for(self._refusals)
        return found

    def _table(self, table: Table, path: Path) -> Table:
        entries = {key: self._tree(value, (*path, key)) for key, value in table.entries.items()}
        return Table(entries, table.place, table.keys)

    def _tree(self, tree: Tree, path: Path) -> Tree:
        if isinstance(tree, Table):
            return self._table(tree, path)
        if isinstance(tree, Items):
            found = (self._tree(item, (*path, str(index))) for index, item in enumerate(tree.items))
            return Items(tuple(found), tree.place)
        return self._leaf(tree, path)

    def _leaf(self, leaf: Leaf, path: Path) -> Leaf:
        text = leaf.value
        if not isinstance(text, str) or "$" not in text:
            return leaf
        process, name = _about(path, text)
        try:
            replaced = self._references.replaced_in(text)
        except InvalidReferenceError as error:
            self._refuse(error, leaf, process, name)
            return replace(leaf, is_open=True)
        except TooLongExpansionError:
            message = "the references expand to more text than a process can receive"
            kind = DeployProblemKind.INVALID_INTERPOLATION
            self._refusals.append(refusal(kind, message, leaf.place, process=process, name=name))
            return leaf
        for span in self._references.unset:
            problem = _unset(text, span, piece_of(leaf, span), knows_caller=self._knows_caller)
            self.problems.append(problem._replace(process=process, name=name))
        if self._references.unset and not self._knows_caller:
            return replace(leaf, is_open=True)
        return replace(leaf, value=replaced)

    def _refuse(self, error: InvalidReferenceError, leaf: Leaf, process: str | None, name: str | None) -> None:
        if isinstance(error, RequiredVariableError) and not self._knows_caller:
            return
        place = piece_of(leaf, Span(error.start, error.start + 1))
        if isinstance(error, RequiredVariableError):
            message = "it requires a variable that is not set, so docker compose rejects the project"
            problem = refusal(
                DeployProblemKind.REQUIRED_VARIABLE, message, place, hint=_TO_SET, process=process, name=name
            )
        else:
            message = f"{error.message}, so docker compose rejects the project"
            kind = DeployProblemKind.INVALID_INTERPOLATION
            problem = refusal(kind, message, place, hint=error.hint, process=process, name=name)
        self._refusals.append(problem)


def _unset(text: str, span: Span, place: Place, *, knows_caller: bool) -> DeployProblem:
    """Return what to say about a reference to nothing; one right after a letter is usually part of a password."""
    if text[span.start + 1] != "{" and text[: span.start][-1:].isalnum():
        message = "docker compose reads this as a variable that is not set, so it disappears from the value"
        hint = "write `$$` for a `$`"
        return DeployProblem(DeployProblemKind.EATEN_DOLLAR, message, place, hint=hint)
    message = "it refers to a variable that is not set, so it becomes empty"
    if not knows_caller:
        message = "it refers to a variable that is not set here, so it becomes empty unless the deploy sets it"
    hint = f"{_TO_SET}, or write a default: `${{NAME:-default}}`"
    return DeployProblem(DeployProblemKind.UNDEFINED_VARIABLE, message, place, hint=hint)


def _about(path: Path, text: str) -> tuple[str | None, str | None]:
    """Return the service and the variable that the value at `path` belongs to."""
    if path[0] != "services" or len(path) == 1:
        return None, None
    if len(path) != _ENVIRONMENT_DEPTH or path[2] != "environment":
        return path[1], None
    name = text.partition("=")[0] if path[3].isdigit() else path[3]
    return path[1], name if "$" not in name else None


def piece_of(leaf: Leaf, span: Span) -> Place:
    """Return where the part `span` of the text of `leaf` is written; all of it after escapes or folds."""
    file, whole = leaf.place
    quote = 1 if leaf.style in ("'", '"') else 0
    inner = Span(whole.start + quote, whole.end - quote)
    if inner.of(file.text) != leaf.value:
        return leaf.place
    return Place(file, Span(inner.start + span.start, inner.start + span.end))
