"""Gives an app its settings when it starts, or ends the start with a list of everything that is wrong with them."""

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
from setpoint.check.outcome import Status
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.formats import full
from setpoint.formats.for_people import Style
from setpoint.project import Project, find_project
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import SourceKind
from setpoint.validation.record import Farewell

EX_CONFIG = 78
"""Exit status for a configuration error (sysexits.h)."""

_GUNICORN_GIVES_UP = 3  # `WORKER_BOOT_ERROR` of its arbiter

HANDED_OVER = "SETPOINT_ORIGINS"
"""The variable in which a parent process passes on where the values that it put into the environment come from."""

AnySettings = TypeVar("AnySettings", bound=BaseSettings)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a variable comes from.

    Attributes:
        source: The kind of source.
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
    """What an app gets from its environment.

    Attributes:
        report: The report of its check.
        settings: The settings, if nothing prevents a start.
        variables: The known variables that come from an env file, as read.
        origins: Where each known variable that is set comes from.
        farewell: What the app's command line asks for instead of a start, such as `--help`.
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
        SystemExit: If the class parses the command line, as its parser exits: after `--help`, or for a wrong argument.
            Otherwise with status 78, and everything that is wrong on standard error; that is
            all that an operator sees of a failed start, so there is no traceback. Under gunicorn, the
            status is the one at which it gives up: with any other, it would replace the worker for ever.
    """
    settings = _load_or_say_why_not(settings_class)
    if isinstance(settings, _Refused):
        # Error trackers send the local variables of every frame that an exception passes, and of the exception that was
        # being handled when it was raised. So it is raised where no value is in scope, and without a context.
        raise SystemExit(settings.status) from None
    return settings


@dataclass(frozen=True)
class _Refused:
    """There are no settings, and the reasons have been reported.

    Attributes:
        status: The exit status of the process.
    """

    status: Any


def _load_or_say_why_not(settings_class: type[AnySettings]) -> AnySettings | _Refused:
    """Return the settings, or how this process ends once everything that is wrong with them is on standard error."""
    environment = dict(os.environ)
    try:
        loaded = look(settings_class, environment, command_line=True)
    except UnableError as error:
        say(f"error: {error}\n")
        return _Refused(exit_status(environment))
    if loaded.farewell is not None:
        status, output, talk = loaded.farewell
        say(talk)
        say(output, sys.stdout)
        return _Refused(status)
    if loaded.settings is None or not isinstance(loaded.settings, settings_class):
        say(full.render(loaded.report, Style(colored=False)))
        return _Refused(exit_status(environment))
    _remember(loaded.settings, {**loaded.origins, **handed_over(environment)})
    return loaded.settings


def exit_status(environment: Mapping[str, str]) -> int:
    """Return the status of a refused start; gunicorn names itself in the environment, as CGI requires of servers."""
    return _GUNICORN_GIVES_UP if environment.get("SERVER_SOFTWARE", "").startswith("gunicorn/") else EX_CONFIG


def say(text: str, stream: TextIO | None = None) -> None:
    """Write `text` to standard error, or to `stream`; a failure to write does not change the outcome of the start."""
    stream = stream or sys.stderr
    if stream is not None:
        with suppress(OSError):
            stream.write(text)


def origins_of(settings: BaseSettings) -> Mapping[str, Origin]:
    """Return where each variable that `load` found set comes from; a variable that isn't here has its default."""
    return _origins.get(id(settings), {})


def look(settings_class: type[BaseSettings], environment: Mapping[str, str], *, command_line: bool = False) -> Loaded:
    """Read the settings that a process with this `environment` would start with; nothing is printed.

    Args:
        settings_class: The class.
        environment: The process environment.
        command_line: Whether this process was started with the app's own arguments.
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
    """Return `subject` with what the app's other settings classes read, if their modules have been imported.

    Importing them here would run the app's code too early. What they read is unknown then, so no name is
    reported as unknown: `check` does that.
    """
    others = [each for each in project.settings if each != subject.contract.reference]
    found = [imported_settings_classes(each) for each in others]
    contracts = tuple(SettingsContract.of(each) for classes in found for each in classes)
    ignored = subject.ignored if all(found) else ("*",)
    return replace(subject, beside=contracts, ignored=ignored)


def handed_over(environment: Mapping[str, str]) -> dict[str, Origin]:
    """Return the origins that a parent process passed on, if one did; anything that no parent wrote is ignored."""
    try:
        return {
            name: Origin(**{**origin, "source": SourceKind(origin["source"])})
            for name, origin in json.loads(environment.get(HANDED_OVER) or "{}").items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def to_hand_over(origins: Mapping[str, Origin]) -> str:
    """Return `origins` as the string that a child process reads."""
    return json.dumps({name: asdict(origin) for name, origin in origins.items()})


def _origin(assignment: Assignment) -> Origin:
    if assignment.written is None:
        return Origin(SourceKind.PROCESS_ENVIRONMENT)
    file = assignment.written.file
    return Origin(file.kind, file.path, *file.source.position(assignment.written.binding.name_span.start))


def _remember(settings: BaseSettings, origins: Mapping[str, Origin]) -> None:
    _origins[id(settings)] = origins
    finalize(settings, _origins.pop, id(settings), None)
