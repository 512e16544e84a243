"""The catalogue of rules: a documented condition each, with a code and a name that are never reused."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from setpoint.check.diagnostic import Severity
from setpoint.check.finding import Finding
from setpoint.check.rule_documentation import RuleDocumentation
from setpoint.resolution.subject import Subject


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
        for_deploy: Whether it is about a deploy to production, and looked at only if asked for.
        condition: The function that looks; its docstring is the rule's documentation.
    """

    code: str
    name: str
    severity: Severity
    condition: Condition
    for_deploy: bool = False

    @property
    def documentation(self) -> RuleDocumentation:
        """Return what the docstring of the condition says."""
        docstring = inspect.getdoc(self.condition) or f"Report {self.name.replace('-', ' ')}."
        return RuleDocumentation.of(self.code, self.name, str(self.severity), docstring, for_deploy=self.for_deploy)


CATALOGUE: dict[str, Rule] = {}


def rule(code: str, name: str, severity: Severity, *, for_deploy: bool = False) -> Callable[[Condition], Condition]:
    """Enter the decorated condition into the catalogue.

    Raises:
        ValueError: The code or the name is taken.
    """

    def enter(condition: Condition) -> Condition:
        if code in CATALOGUE or any(known.name == name for known in CATALOGUE.values()):
            message = f"the rule {code} {name} is in the catalogue already"
            raise ValueError(message)
        CATALOGUE[code] = Rule(code, name, severity, condition, for_deploy)
        return condition

    return enter
