"""SP7xx: what a deploy file gives its processes."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from setpoint.check.catalogue.rule import Rule, built_in
from setpoint.check.finding import Finding, Region, value_region
from setpoint.check.outcome import Severity
from setpoint.resolution.subject import Subject
from setpoint.sources.gathered import Gathered
from setpoint.text.escape import printable
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.shown import Names


class Deploys(Protocol):
    """Has the sources that were gathered for a process of a deploy, if any."""

    @property
    def gathered(self) -> Gathered:
        """Return the sources."""
        ...


class DeployAlone(NamedTuple):
    """A deploy that gives nothing to any of the checked processes."""

    gathered: Gathered


def deploy_problems(deploy: Deploys, rule: Rule[Deploys], *, severity: Severity | None = None) -> Iterator[Finding]:
    """Yield a finding for each problem of the deploy that `rule` reports, in the words of its reader.

    Args:
        deploy: What to check.
        rule: The rule, which says which kind of problem it reports.
        severity: The severity of all of them; by default that of the rule, and an error if the program refuses the
            deploy.
    """
    process = deploy.gathered.process
    for problem, where in process.problems if process else ():
        if problem.kind != rule.deploy_problem:
            continue
        name, message, hint = _shown(problem.name, problem.message, problem.hint)
        message = message if name is None or f"`{name}`" in message else f"`{name}`: {message}"
        found = severity or (Severity.ERROR if problem.refuses else None)
        yield Finding(message, Region(*where) if where else None, name, None, hint, found)


def _shown(name: str | None, message: str, hint: str | None) -> tuple[str | None, str, str | None]:
    """Return the name, message and hint of a problem, without the name in all of them if it may not be shown."""
    if name is None or Names().shows(name, Guarded("?"), is_known=False):
        return name, message, hint
    quoted, mask = f"`{name}`", f"`{MASK}`"
    return None, message.replace(quoted, mask), hint and hint.replace(quoted, mask)


class PassedOver(NamedTuple):
    """A process that was not checked.

    Attributes:
        name: The process.
        region: Where it is declared.
        reference: The settings class of which it gets no variable.
    """

    name: str
    region: Region | None
    reference: str


@built_in("SP702", "unchecked-service", Severity.INFO, looks_at_sources=False)
def unchecked_service(passed_over: PassedOver) -> Iterator[Finding]:
    """Say that a service, unit or container was not checked, because it gets no variable of the settings class.

    Why it matters: a database has no settings class. If it does run the app, all that it needs is missing;
    `--service NAME` or `[tool.setpoint.deploys]` in pyproject.toml says that it does.

    Bad:
        $ setpoint check good/app.service good/other.service

    Good:
        $ setpoint check good/app.service good/other.service --service app
    """
    name = printable(passed_over.name)
    yield Finding(
        f"`{name}` was not checked, because it gets no variable of `{passed_over.reference}`",
        passed_over.region,
        hint=f"`--service {name}` checks it anyway",
    )


@built_in("SP701", "unknown-value", Severity.INFO)
def unknown_value(subject: Subject) -> Iterator[Finding]:
    """Say that the value of a variable is not in the files of the deploy.

    Why it matters: it was not checked. Only the cluster, the host or whoever starts the deploy knows it;
    `--set NAME=value` says what they would set.

    Bad:
        # pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - {name: app, image: shop, env: [{name: HOST, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]}

    Good:
        # pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers:
            - {name: app, image: shop, env: [{name: HOST, value: web}]}
    """
    process = subject.gathered.process
    for statement in subject.statements:
        what = process.unknown.get(statement.name) if process else None
        if what is not None and statement.is_known and statement.value is None:
            yield Finding(
                f"the value of `{statement.shown_name}` was not checked",
                value_region(statement),
                statement.shown_name,
                hint=f"it comes from {what}, which is not in the files",
            )
