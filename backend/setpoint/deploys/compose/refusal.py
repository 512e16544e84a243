"""How reading a compose project ends if docker compose rejects it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place

Part = TypeVar("Part")

_MISSING = {DeployProblemKind.MISSING_FILE, DeployProblemKind.MISSING_ENV_FILE}


class RefusedError(Exception):
    """Docker compose rejects the project.

    Attributes:
        problems: All reasons that are known at this point.
    """

    def __init__(self, problems: Iterable[DeployProblem]) -> None:
        super().__init__("docker compose rejects the project")
        self.problems = tuple(problems)


def refusal(
    kind: DeployProblemKind,
    message: str,
    place: Place | None,
    *,
    hint: str | None = None,
    process: str | None = None,
    name: str | None = None,
) -> DeployProblem:
    """Return a problem for which docker compose rejects the project."""
    return DeployProblem(kind, message, place, process, name, hint, refuses=True)


def refused(kind: DeployProblemKind, message: str, place: Place | None, *, hint: str | None = None) -> RefusedError:
    """Return the error for a single problem."""
    return RefusedError([refusal(kind, message, place, hint=hint)])


def raise_for(problems: Iterable[DeployProblem]) -> None:
    """Raise for `problems`, if there are any.

    Raises:
        RefusedError: There are some.
    """
    found = tuple(problems)
    if found:
        raise RefusedError(found)


def for_each(parts: Iterable[Part], read: Callable[[Part], object]) -> None:
    """Read all `parts`, even if files are missing, so that all of these are named at once.

    Raises:
        RefusedError: Files are missing, or something else is wrong, which ends the reading.
    """
    found: list[DeployProblem] = []
    for part in parts:
        try:
            read(part)
        except RefusedError as error:
            found += [each for each in error.problems if each not in found]
            if any(each.kind not in _MISSING for each in error.problems):
                break
    raise_for(found)
