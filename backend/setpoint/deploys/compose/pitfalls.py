"""What docker compose silently accepts although the container gets something other than what is written."""

from collections.abc import Iterator

from setpoint.deploys.compose.go_text import go_text
from setpoint.deploys.compose.tree import Leaf, Table, text_of
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Given

_SHORTEST_QUOTED = 2


def rewritten_values(table: Table) -> Iterator[DeployProblem]:
    """Yield the variables in `table` whose plain value YAML takes for a number or a boolean in another notation."""
    for service, declared in table.table("services").entries.items():
        environment = declared.table("environment") if isinstance(declared, Table) else None
        for name, leaf in environment.entries.items() if environment else ():
            if isinstance(leaf, Leaf) and isinstance(leaf.value, bool | int | float) and _is_rewritten(leaf):
                message = "YAML reads this value as a number or a boolean, so the container gets different text"
                kind, hint = DeployProblemKind.REWRITTEN_VALUE, "put it in quotes"
                yield DeployProblem(kind, message, leaf.place, service, name, hint)


def _is_rewritten(leaf: Leaf) -> bool:
    return not leaf.style and leaf.place.span.of(leaf.place.file.text) != go_text(leaf.value)


def lost_names(table: Table) -> Iterator[DeployProblem]:
    """Yield the variables in `table` that docker compose takes for extensions of the compose file."""
    for service, declared in table.table("services").entries.items():
        environment = declared.table("environment") if isinstance(declared, Table) else None
        for name, value in environment.entries.items() if environment else ():
            if environment and name.startswith("x-"):
                message = "docker compose ignores keys that begin with `x-`, so the container never gets this variable"
                place, hint = environment.keys.get(name, value.place), "write `environment` as a list: `- NAME=value`"
                yield DeployProblem(DeployProblemKind.LOST_VALUE, message, place, service, name, hint)


def kept_quotes(leaf: Leaf, given: Given, process: str) -> Iterator[DeployProblem]:
    """Yield a problem if a `- NAME="value"` has quotes around its value, because YAML does not remove them there."""
    value = given.value or ""
    if leaf.named or text_of(leaf) is None or len(value) < _SHORTEST_QUOTED:
        return
    if value[0] in "\"'" and value[0] == value[-1]:
        message = "the quotes are part of the value here, and the container gets them"
        hint = "put the quotes around the whole `NAME=value`, or write a mapping: `NAME: value`"
        yield DeployProblem(DeployProblemKind.KEPT_QUOTES, message, given.place, process, given.name, hint)


def against_env_files(given: Given, from_files: tuple[Given, ...], process: str) -> Iterator[DeployProblem]:
    """Yield a problem if what `environment` sets hides a different value from an env file."""
    if not from_files or given.unknown or from_files[0].value == given.value:
        return
    hidden = from_files[0]
    if given.value is None:
        message = "without a value here, the container does not get the one from the env file"
        kind, place, hint = DeployProblemKind.LOST_VALUE, given.place, "remove the name here, or set a value"
    else:
        message = "`environment` sets another value, so the container never gets this one"
        kind, place, hint = DeployProblemKind.OVERRIDDEN_VALUE, hidden.place, "remove one of them"
    yield DeployProblem(kind, message, place, process, given.name, hint)
