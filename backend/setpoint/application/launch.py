"""The environment in which a command starts: the checked values, on top of the caller's environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from setpoint.application.check_files import once
from setpoint.application.gathering import beside_each_other, of_a_start
from setpoint.application.judging import Terms, as_chosen, chosen_selection, judged
from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import DEFAULT_LOADER, EnvFile, read_env_file

KEPT_WHEN_CLEAN = ("PATH",)
"""What a command keeps of its caller's environment even if it gets nothing else: without it, no program is found."""


@dataclass(frozen=True)
class Launch:
    """The environment of a command, and the report of its check.

    Attributes:
        report: The report of the check; the command is started only if it passed.
        environment: All variables of the command.
    """

    report: Report
    environment: Mapping[str, str]


def prepare(
    contracts: Sequence[SettingsContract],
    paths: Sequence[str],
    loader: str | None,
    callers: Mapping[str, str],
    *,
    project: Project,
    fail_on: Severity = Severity.ERROR,
) -> Launch:
    """Read and check what a command would read if it were started with the files at `paths` over `callers`.

    The env files that the app reads itself come below both, as they will when it starts.

    Args:
        contracts: What the app of the command expects, one contract per settings class.
        paths: Env files, later ones over earlier.
        loader: The program to read them as; by default python-dotenv, so that everything wrong is found, as
            `check` does. If that passes, python-dotenv reads exactly the same.
        callers: The environment that the command inherits; references in the files may use it.
        project: The configuration of the app's project: names of other programs, rules to report.
        fail_on: The lowest severity that keeps the command from being started.
    """
    program = None if loader == DEFAULT_LOADER else loader
    given = tuple(read_env_file(path, callers, program) for path in once(paths))
    inherited = _not_overruled(contracts, callers, given)
    subjects = beside_each_other([of_a_start(each, inherited, project, laid_over=given) for each in contracts])
    terms = Terms(chosen_selection(project), fail_on)
    report = as_chosen(judged([[each] for each in subjects], terms), subjects, terms.selection)
    winning = {name: value for each in subjects for name, value in _winning(each).items()}
    return Launch(report, {**inherited, **_unknown(contracts, given), **winning})


def _not_overruled(
    contracts: Sequence[SettingsContract], callers: Mapping[str, str], given: Sequence[EnvFile]
) -> dict[str, str]:
    """Return `callers` without what the files set, ignoring case if a class does."""
    overruled = {
        _identity(contracts, name)
        for file in given
        for name in file.variables
        if not any(each.names_env_file(each.find(name)) for each in contracts)
    }
    return {name: value for name, value in callers.items() if _identity(contracts, name) not in overruled}


def _identity(contracts: Sequence[SettingsContract], name: str) -> str:
    """Return what all spellings of one variable have in common; other programs tell `http_proxy` from `HTTP_PROXY`."""
    return next((each.canonical(name) for each in contracts if each.find(name)), name)


def _unknown(contracts: Sequence[SettingsContract], given: Sequence[EnvFile]) -> dict[str, str]:
    """Return the variables that belong to other programs."""
    variables = {name: value for file in given for name, value in file.variables.items()}
    return {name: value for name, value in variables.items() if not any(each.find(name) for each in contracts)}


def _winning(subject: Subject) -> dict[str, str]:
    """Return the app's own variables that come from env files: each with one spelling and one value, as checked.

    Values in separate files are left there for the app to read: a process's environment is easier to look into.
    """
    return {
        each.name: each.value.raw
        for each in subject.assignments.values()
        if each.file and each.variable and not each.file.holds_one_value
    }
