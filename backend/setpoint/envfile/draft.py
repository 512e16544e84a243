"""A reading that a loader is still working on, and the limit that keeps references from growing without end."""

from collections.abc import Mapping

from setpoint.envfile.problem import Problem, ProblemKind
from setpoint.envfile.reading import Binding, Reading
from setpoint.envfile.source_text import Span

MOST_EXPANDED_CHARACTERS = 2 * 1024 * 1024
"""How much text the references of one file may insert: what Linux usually lets a program have (`ARG_MAX`), as a check
looks through all of it."""


class Draft:
    """Collects what a loader finds, in any order, and makes a `Reading` of it.

    Attributes:
        bindings: The bindings so far.
        problems: The problems so far.
        refused: Whether the program rejects the file.
        referred: Names whose value in the file is used by a reference in it.
    """

    def __init__(self) -> None:
        self.bindings: list[Binding] = []
        self.problems: list[Problem] = []
        self.refused = False
        self.referred: set[str] = set()

    def bind(self, name: str, value: str | None, name_span: Span, value_span: Span) -> None:
        """Add one `NAME=value`; None is a value that can't be known from the file."""
        self.bindings.append(Binding(name, value, name_span, value_span))

    def report(
        self, kind: ProblemKind, span: Span, message: str, name: str | None = None, hint: str | None = None
    ) -> None:
        """Add a problem that does not stop the program."""
        self.problems.append(Problem(kind, span, message, name, hint))

    def refuse(
        self, kind: ProblemKind, span: Span, message: str, name: str | None = None, hint: str | None = None
    ) -> None:
        """Add a problem for which the program rejects the whole file."""
        self.refused = True
        self.report(kind, span, message, name, hint)

    def last_of_each_name(self) -> dict[str, str]:
        """Return the variables if the last binding of a name wins; one without a value changes nothing."""
        return {binding.name: binding.value for binding in self.bindings if binding.value is not None}

    def reading(self, variables: Mapping[str, str] | None = None) -> Reading:
        """Return what was found; `variables` is used if it is not the last binding of a name that wins."""
        if self.refused:
            variables = {}
        elif variables is None:
            variables = self.last_of_each_name()
        problems = tuple(sorted(self.problems, key=lambda problem: problem.span))
        return Reading(tuple(self.bindings), variables, problems, self.refused, referred=frozenset(self.referred))


class ExpansionLimit:
    """Counts the characters that the references of one file insert."""

    def __init__(self) -> None:
        self._left = MOST_EXPANDED_CHARACTERS

    def allows(self, text: str) -> bool:
        """Count `text`, and return whether it still fits."""
        return self.allows_characters(len(text))

    def allows_characters(self, number: int) -> bool:
        """Count `number` characters, and return whether they still fit."""
        self._left -= number
        return self._left >= 0
