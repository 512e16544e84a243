"""What somebody wants to know of an app, and the settings classes of it that can't be had."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from setpoint.application.importing import UnusableSettingsError
from setpoint.check.diagnostic import Severity
from setpoint.project import Project

if TYPE_CHECKING:
    from setpoint.sources.deploys import DeployRequest


class WantedDeploy(NamedTuple):
    """A deploy that somebody wants to have looked at.

    Attributes:
        request: Its files.
        names: The only services to look at, as somebody calls them.
        classes: The settings classes that services run, each as `MODULE:CLASS`, by the names of the services.
    """

    request: "DeployRequest"
    names: tuple[str, ...] = ()
    classes: Mapping[str, tuple[str, ...]] = {}


class Wanted(NamedTuple):
    """What somebody wants to know.

    Attributes:
        references: The settings classes, each as `MODULE:CLASS`.
        schema: The exported contract that takes their place, if one does.
        rules: Modules with rules of the app's own; by default those that the project names.
        paths: Env files, later ones over earlier; without any, it is about a start here.
        loaders: The programs that are to read the files.
        on_top: Whether the process environment is laid over the files.
        directories: Secrets directories.
        select: The only rules to report, as somebody writes them; None for what the project says.
        ignore: The rules not to report, likewise.
        fail_on: The lowest severity that makes the check fail.
        deploy: Whether rules about a deploy to production are applied as well.
        deploys: The deploys to look at, in place of env files or a start here.
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
    deploys: tuple[WantedDeploy, ...] = ()

    def rules_in(self, project: Project) -> tuple[str, ...]:
        """Return the modules with rules; where the app's class can't be imported, those of its project can't either."""
        return self.rules or (project.rules if self.schema is None else ())


class Unusable(NamedTuple):
    """A settings class that can't be had.

    Attributes:
        reference: How it is named, `MODULE:CLASS`.
        error: What is the matter.
    """

    reference: str
    error: UnusableSettingsError
