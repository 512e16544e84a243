"""Gives an app its settings when it starts, or ends the start with everything that is wrong with them."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TextIO, TypeVar
from weakref import finalize

from pydantic_settings import BaseSettings

from setpoint.application.gathering import of_a_start
from setpoint.application.importing import import_rules, imported_settings_classes
from setpoint.application.judging import as_chosen, chosen_selection
from setpoint.check.checking import check
from setpoint.check.report import Report, Status
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.formats import full
from setpoint.formats.style import Style
from setpoint.project import Project, find_project
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import SourceKind
from setpoint.validation.record import Farewell

EX_CONFIG = 78
"""Exit status for a configuration error (sysexits.h)."""

_GUNICORN_GIVES_UP = 3  # `WORKER_BOOT_ERROR` of its arbiter

HANDED_OVER = "SETPOINT_ORIGINS"
"""The variable under which a parent hands over where the values that it put into the environment come from."""

AnySettings = TypeVar("AnySettings", bound=BaseSettings)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a variable comes from.

    Attributes:
        source: Which kind of source.
        path: Path of the file; None for the process environment and defaults.
        line: Line in it, from 1.
        column: Column of the name in it, in code points from 1.
    """

    source: SourceKind
    path: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Loaded:
    """What the environment of an app gives.

    Attributes:
        report: What a check of it says.
        settings: The settings, if there is nothing in the way of a start.
        variables: The known variables that come from an env file, as they were read.
        origins: Where each known variable that is set comes from.
        farewell: What the words on the command line of the app ask for in place of a start, such as `--help`.
    """

    report: Report
    settings: BaseSettings | None
    variables: Mapping[str, str]
    origins: Mapping[str, Origin]
    farewell: Farewell | None = None


_origins: dict[int, Mapping[str, Origin]] = {}


def load(settings_class: type[AnySettings]) -> AnySettings:
    """Return the settings of the app, read from all sources that its settings class has.

    Raises:
        SystemExit: Where the class parses the command line, as its parser ends: after `--help`, or with a wrong word.
            Else with status 78 and everything that is wrong on standard error; a line there is
            all that an operator sees of a start that fails, so there is no traceback. Under gunicorn the
            status is the one with which it gives up: it replaces a worker that ends with another, for ever.
    """
    settings = _load_or_say_why_not(settings_class)
    if isinstance(settings, _Refused):
        # Error trackers send the local variables of every frame that an exception passes, and of what was being
        # handled when it was raised. So it is raised where no value is left, and without a context.
        raise SystemExit(settings.status) from None
    return settings


@dataclass(frozen=True)
class _Refused:
    """There are no settings, and why is told.

    Attributes:
        status: With what the process ends.
    """

    status: Any


def _load_or_say_why_not(settings_class: type[AnySettings]) -> AnySettings | _Refused:
    """Return the settings, or the end of this process once everything that is wrong with them is on standard error."""
    environment = dict(os.environ)
    try:
        loaded = look(settings_class, environment, command_line=True)
    except UnableError as error:
        say(f"error: {error}\n")
        return _Refused(exit_status(environment))
    if loaded.farewell is not None:
        say(loaded.farewell.talk.getvalue())
        say(loaded.farewell.output.getvalue(), sys.stdout)
        return _Refused(loaded.farewell.status)
    if loaded.settings is None or not isinstance(loaded.settings, settings_class):
        say(full.render(loaded.report, Style(colored=False)))
        return _Refused(exit_status(environment))
    _remember(loaded.settings, {**loaded.origins, **handed_over(environment)})
    return loaded.settings


def exit_status(environment: Mapping[str, str]) -> int:
    """Return the status of a refused start; gunicorn names itself in the environment, as CGI asks of servers."""
    return _GUNICORN_GIVES_UP if environment.get("SERVER_SOFTWARE", "").startswith("gunicorn/") else EX_CONFIG


def say(text: str, stream: TextIO | None = None) -> None:
    """Write `text` to standard error, or to `stream`; that nobody can hear it changes nothing about a start."""
    stream = stream or sys.stderr
    if stream is not None:
        with suppress(OSError):
            stream.write(text)


def origins_of(settings: BaseSettings) -> Mapping[str, Origin]:
    """Return where each variable comes from that `load` found set; a variable that isn't here has its default."""
    return _origins.get(id(settings), {})


def look(settings_class: type[BaseSettings], environment: Mapping[str, str], *, command_line: bool = False) -> Loaded:
    """Read what a process with this `environment` would start with; nothing is printed.

    Args:
        settings_class: The class.
        environment: The process environment.
        command_line: Whether the words with which this process was started are the app's.
    """
    contract, project = SettingsContract.of(settings_class), find_project(Path.cwd())
    import_rules(project.rules, project.pythonpath)
    subject = of_a_start(
        contract, environment, project, has_values=HANDED_OVER in environment, command_line=command_line
    )
    subject = _beside_other_classes(subject, project)
    report = as_chosen(check(subject), [subject], chosen_selection(project))
    known = {name: each for name, each in subject.assignments.items() if each.variable}
    return Loaded(
        report,
        subject.validated.settings if report.status is Status.PASSED else None,
        {each.name: each.value.raw for each in known.values() if each.file},
        {name: _origin(each) for name, each in known.items()},
        subject.asked.farewell,
    )


def _beside_other_classes(subject: Subject, project: Project) -> Subject:
    """Return `subject` with what the app's other settings classes read, as far as their modules are imported.

    To import them here would run code of the app too early. What they read can't be known then, and so no name is
    called unknown: `check` does that.
    """
    others = [each for each in project.settings if each != subject.contract.reference]
    found = [imported_settings_classes(each) for each in others]
    contracts = tuple(SettingsContract.of(each) for classes in found for each in classes)
    ignored = subject.ignored if all(found) else ("*",)
    return replace(subject, beside=contracts, ignored=ignored)


def handed_over(environment: Mapping[str, str]) -> dict[str, Origin]:
    """Return the origins that a parent process handed over, if one did; what no parent wrote counts for nothing."""
    try:
        return {
            name: Origin(**{**origin, "source": SourceKind(origin["source"])})
            for name, origin in json.loads(environment.get(HANDED_OVER) or "{}").items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def to_hand_over(origins: Mapping[str, Origin]) -> str:
    """Return `origins` as the text that a child process takes."""
    return json.dumps({name: asdict(origin) for name, origin in origins.items()})


def _origin(assignment: Assignment) -> Origin:
    if assignment.written is None:
        return Origin(SourceKind.PROCESS_ENVIRONMENT)
    file = assignment.written.file
    position = file.source.position(assignment.written.binding.name_span.start)
    return Origin(file.kind, file.path, position.line, position.column)


def _remember(settings: BaseSettings, origins: Mapping[str, Origin]) -> None:
    _origins[id(settings)] = origins
    finalize(settings, _origins.pop, id(settings), None)
