"""The catalogue of rules: a documented condition each, with a code and a name that are never reused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from setpoint.diagnostic import Severity
from setpoint.finding import Finding
from setpoint.subject import Subject


class Condition(Protocol):
    """What a rule does: look at the subject, yield what it finds."""

    __name__: str
    __doc__: str | None

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each place where the condition holds."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """A documented condition.

    Attributes:
        code: `SP` and three digits, the first of which says what it is about.
        name: The bad pattern, in kebab case.
        severity: What its findings are unless they say otherwise.
        condition: The function that looks; its docstring is the rule's documentation.
    """

    code: str
    name: str
    severity: Severity
    condition: Condition


CATALOGUE: dict[str, Rule] = {}


def rule(code: str, name: str, severity: Severity) -> Callable[[Condition], Condition]:
    """Enter the decorated condition into the catalogue.

    Raises:
        ValueError: The code or the name is taken.
    """

    def enter(condition: Condition) -> Condition:
        if code in CATALOGUE or any(known.name == name for known in CATALOGUE.values()):
            message = f"the rule {code} {name} is in the catalogue already"
            raise ValueError(message)
        CATALOGUE[code] = Rule(code, name, severity, condition)
        return condition

    return enter
