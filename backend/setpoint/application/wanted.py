"""What the user wants to check in an app."""

from typing import NamedTuple

from setpoint.check.outcome import Severity
from setpoint.project import Project


class Wanted(NamedTuple):
    """What the user wants to check.

    Attributes:
        references: The settings classes, each as `MODULE:CLASS`.
        schema: The exported contract that replaces them, if any.
        rules: Modules with the app's own rules; by default those that the project names.
        paths: Env files, later ones over earlier; without any, a start here is checked, unless deploys are.
        loaders: The programs that will read the files.
        on_top: Whether the process environment overrides the files.
        directories: Secrets directories.
        select: The only rules to report, as the user writes them; None for those of the project.
        ignore: The rules not to report, likewise.
        fail_on: The lowest severity that makes the check fail.
        deploy: Whether to apply the rules about a deploy to production as well.
    """

    references: tuple[str, ...]
    schema: str | None = None
    rules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    loaders: tuple[str, ...] = ()
    on_top: bool = False
    directories: tuple[str, ...] = ()
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: Severity = Severity.ERROR
    deploy: bool = False

    def rules_in(self, project: Project) -> tuple[str, ...]:
        """Return the modules with rules; if the app's class can't be imported, those of its project can't be either."""
        return self.rules or (project.rules if self.schema is None else ())
