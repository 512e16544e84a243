"""What is wrong with an env file that is about to become a revision, at its place in the file; never a value."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.validation import Fault
from app.domain.variables import limit_problems
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.envfile.location import Location
from setpoint.sources.env_file import EnvFile

MOST_PARTS = 2_000
"""Of a file that somebody has sent: a shell takes any number of assignments on a line, and each can have a fault."""

_REFUSED_ALTHOUGH_A_WARNING = {"duplicate-variable", "byte-order-mark"}
"""One of two values would be lost silently, and of some programs the first variable."""
_TOLD_BY_CHECK = {"value-not-text"}
"""Those whose place is a single character."""


@dataclass(frozen=True, slots=True)
class FileFault:
    """One thing that is wrong.

    Attributes:
        severity: How bad it is.
        code: A rule's code, or a name for programs.
        variable: The variable that it is about, if it is about one whose name may be said.
        message: What is wrong, for people.
        hint: What to do about it.
        location: Where in the file; None if there is no place.
        is_refused: Whether it keeps the file from being stored.
    """

    severity: Severity
    code: str
    variable: str | None
    message: str
    hint: str | None
    location: Location | None
    is_refused: bool = True


def faults_of(
    file: EnvFile, check: Callable[[EnvFile], Sequence[Diagnostic]], *, allow_dangerous: bool
) -> list[FileFault]:
    """Return what `check` says about `file`, and which limits it exceeds; one with too many parts is not checked."""
    if (parts := len(file.reading.bindings) + len(file.reading.problems)) > MOST_PARTS:
        message = f"the file has {parts:,} assignments and unreadable places; the limit is {MOST_PARTS:,}"
        return [FileFault(Severity.ERROR, "too-many-parts", None, message, None, None)]
    limits = limit_problems(file.variables, allow_dangerous=allow_dangerous)
    told = [_fault(each) for each in check(file)]
    return [*told, *placed(file, (each for each in limits if each.code not in _TOLD_BY_CHECK))]


def placed(file: EnvFile, problems: Iterable[Fault]) -> Iterator[FileFault]:
    """Yield `problems`, each at the first binding of its variable."""
    names = list(file.variables)
    bindings = {each.name: each for each in reversed(file.reading.bindings)}
    for found in problems:
        name = found.variable if found.ordinal is None else names[found.ordinal - 1]
        binding = None if name is None else bindings.get(name)
        place = Location.of(binding.name_span, file.source) if binding else None
        yield FileFault(Severity.ERROR, found.code, found.variable, found.message, found.hint or None, place)


def _fault(diagnostic: Diagnostic) -> FileFault:
    return FileFault(
        diagnostic.severity,
        diagnostic.code,
        diagnostic.variable,
        diagnostic.message,
        diagnostic.advice,
        diagnostic.location,
        diagnostic.severity is Severity.ERROR or diagnostic.name in _REFUSED_ALTHOUGH_A_WARNING,
    )
