"""The result of a check: what was checked, what was found, and what that means."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from setpoint.check.outcome import Severity, Status
from setpoint.sources.env_file import SourceKind

if TYPE_CHECKING:
    from setpoint.check.diagnostic import Diagnostic


class SourceSummary(NamedTuple):
    """A source that was checked.

    Attributes:
        kind: The kind of source.
        path: An env file's path; None for the process environment.
        loader: How an env file was read; None for the process environment.
        variables: How many variables it set.
    """

    kind: SourceKind
    path: str | None = None
    loader: str | None = None
    variables: int = 0


class Report(NamedTuple):
    """The result of one check; nothing in it is secret.

    Attributes:
        settings: The settings class, `module:Class`.
        sources: What was checked, later ones over earlier.
        diagnostics: What was found, sorted by path, line and column.
        fail_on: The lowest severity that makes the check fail.
        services: The services, units or containers of a deploy that were checked.
    """

    settings: str
    sources: tuple[SourceSummary, ...]
    diagnostics: "tuple[Diagnostic, ...]"
    fail_on: Severity = Severity.ERROR
    services: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """Return the outcome: being unable to check outweighs anything that was found."""
        if any(each.unable for each in self.diagnostics):
            return Status.UNABLE
        if any(each.severity.rank >= self.fail_on.rank for each in self.diagnostics):
            return Status.FAILED
        return Status.PASSED

    def number_of(self, severity: Severity) -> int:
        """Return how many diagnostics have `severity`."""
        return sum(each.severity is severity for each in self.diagnostics)


def in_order(diagnostics: "Iterable[Diagnostic]") -> "tuple[Diagnostic, ...]":
    """Return `diagnostics` sorted by path, line and column; those without a place come last."""

    def key(diagnostic: "Diagnostic") -> tuple[bool, tuple[str, int, int], str, str]:
        region = diagnostic.location
        position = (region.path, region.line, region.column) if region else ("", 0, 0)
        return region is None, position, diagnostic.code, diagnostic.variable or ""

    return tuple(sorted(diagnostics, key=key))
