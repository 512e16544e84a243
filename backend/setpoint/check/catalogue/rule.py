"""The catalogue of rules: a documented condition each, with a code and a name that are never reused."""

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from setpoint.check.diagnostic import Severity
from setpoint.check.finding import Finding
from setpoint.envfile.reading import ProblemKind
from setpoint.errors import UnusableError

if TYPE_CHECKING:
    from setpoint.check.catalogue.rule_documentation import RuleDocumentation

Looked = TypeVar("Looked")


class Rule(NamedTuple, Generic[Looked]):
    """A documented condition.

    Attributes:
        code: `SP` and three digits, the first of which says what it is about.
        name: The bad pattern, in kebab case.
        severity: What its findings are unless they say otherwise.
        condition: The function that looks; its docstring is the rule's documentation.
        for_deploy: Whether it is about a deploy to production, and looked at only if asked for.
        problem: Which kind of problem that loaders have with a file it reports, if it does.
        deploy_problem: Which kind of problem with a deploy file it reports, if it does.
        unable: Whether it says that something could not be looked at, so that nothing can ignore it.
        refuses_start: Whether no process starts with what it reports, so that no comment can ignore it.
        needs_other_loaders: Whether python-dotenv alone never gives rise to it.
        names_loaders: Whether its messages name the programs that they are about.
        looks_at_sources: Whether a check applies it to the sources; if not, what it reports is found on the way.
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
        """Return whether a comment in an env file can keep its findings from being reported."""
        return not (self.unable or self.refuses_start)


CATALOGUE: dict[str, Rule[Any]] = {}


class FailedRuleError(UnusableError):
    """A rule of the app's own raised something; the text says which and where, and holds no value."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "fix the rule; what it covers was not checked")


def enter(rule: Rule[Looked]) -> Rule[Looked]:
    """Enter `rule` into the catalogue, and return it.

    Raises:
        ValueError: The code or the name is taken.
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
    """Make the decorated condition a rule of the catalogue; `Rule` says what the words mean.

    Raises:
        ValueError: The code or the name is taken.
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
