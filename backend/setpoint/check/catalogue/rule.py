"""The catalogue of rules: documented conditions, each with a code and a name that are never reused."""

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.envfile.problem import ProblemKind
from setpoint.errors import UnusableError

if TYPE_CHECKING:
    from setpoint.check.catalogue.rule_documentation import RuleDocumentation

Looked = TypeVar("Looked")


class Rule(NamedTuple, Generic[Looked]):
    """A documented condition.

    Attributes:
        code: `SP` and three digits, the first of which gives the topic.
        name: The bad pattern, in kebab case.
        severity: The severity of its findings, unless they say otherwise.
        condition: The function that checks; its docstring is the rule's documentation.
        for_deploy: Whether it concerns a deploy to production, and is checked only on request.
        problem: The kind of loader problem that it reports, if any.
        deploy_problem: The kind of problem with a deploy file that it reports, if any.
        unable: Whether it says that something could not be checked, so that it can't be ignored.
        refuses_start: Whether what it reports keeps every process from starting, so that no comment can ignore it.
        needs_other_loaders: Whether it never applies if python-dotenv is the only program.
        names_loaders: Whether its messages name the programs concerned.
        looks_at_sources: Whether a check applies it to the sources; if not, its findings come up during the check.
    """

    code: str
    name: str
    severity: Severity
    condition: Callable[[Looked], Iterator[Finding]]
    for_deploy: bool = False
    problem: ProblemKind | None = None
    deploy_problem: str | None = None
    unable: bool = False
    refuses_start: bool = False
    needs_other_loaders: bool = False
    names_loaders: bool = False
    looks_at_sources: bool = True

    @property
    def docstring(self) -> str:
        """Return the docstring of the condition; an app's own rule may have none."""
        return inspect.getdoc(self.condition) or f"Report {self.name.replace('-', ' ')}."

    @property
    def documentation(self) -> "RuleDocumentation":
        """Return what the docstring of the condition says."""
        from setpoint.check.catalogue.rule_documentation import RuleDocumentation

        return RuleDocumentation.of(
            self.code,
            self.name,
            str(self.severity),
            self.docstring,
            for_deploy=self.for_deploy,
            problem=None if self.problem is None else str(self.problem),
            deploy_problem=self.deploy_problem,
        )

    @property
    def yields_to_comments(self) -> bool:
        """Return whether a comment in an env file can suppress its findings."""
        return not (self.unable or self.refuses_start)


CATALOGUE: dict[str, Rule[Any]] = {}


class FailedRuleError(UnusableError):
    """One of the app's own rules raised an exception; the text says which and where, and holds no value."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "fix the rule; what it covers was not checked")


def enter(rule: Rule[Looked]) -> Rule[Looked]:
    """Add `rule` to the catalogue, and return it.

    Raises:
        ValueError: The code or the name is already taken.
    """
    if rule.code in CATALOGUE or any(known.name == rule.name for known in CATALOGUE.values()):
        message = f"the rule {rule.code} {rule.name} is already in the catalogue"
        raise ValueError(message)
    CATALOGUE[rule.code] = rule
    return rule


def built_in(
    code: str,
    name: str,
    severity: Severity,
    *,
    for_deploy: bool = False,
    problem: ProblemKind | None = None,
    deploy_problem: str | None = None,
    unable: bool = False,
    refuses_start: bool = False,
    needs_other_loaders: bool = False,
    names_loaders: bool = False,
    looks_at_sources: bool = True,
) -> Callable[[Callable[[Looked], Iterator[Finding]]], Rule[Looked]]:
    """Make the decorated condition a rule of the catalogue; `Rule` describes the arguments.

    Raises:
        ValueError: The code or the name is already taken.
    """

    def rule_of(condition: Callable[[Looked], Iterator[Finding]]) -> Rule[Looked]:
        return enter(
            Rule(
                code=code,
                name=name,
                severity=severity,
                condition=condition,
                for_deploy=for_deploy,
                problem=problem,
                deploy_problem=deploy_problem,
                unable=unable,
                refuses_start=refuses_start,
                needs_other_loaders=needs_other_loaders,
                names_loaders=names_loaders,
                looks_at_sources=looks_at_sources,
            )
        )

    return rule_of
