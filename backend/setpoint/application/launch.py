"""What a command is started with: the values that were checked, over the environment of whoever starts it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from setpoint.application.gathering import env_files, of_a_start
from setpoint.application.loading import as_chosen
from setpoint.check.checking import check
from setpoint.check.diagnostic import Severity
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile, read_env_file

KEPT_WHEN_CLEAN = ("PATH",)
"""What a command keeps of its caller's environment even if it is to get nothing of it: it must be found."""


@dataclass(frozen=True)
class Launch:
    """A command's environment, and what a check of it says.

    Attributes:
        report: What the check says; the command is started only if it passed.
        environment: All variables of the command.
    """

    report: Report
    environment: Mapping[str, str]


def prepare(
    contract: SettingsContract,
    paths: Sequence[str],
    loader: str | None,
    callers: Mapping[str, str],
    *,
    project: Project,
    fail_on: Severity = Severity.ERROR,
) -> Launch:
    """Read and check what a command would read that is started with the files at `paths` over `callers`.

    The env files that the app reads by itself lie below both, as they will when it starts.

    Args:
        contract: What the app of the command expects.
        paths: Env files, later ones over earlier.
        loader: As which program to read them; by default as python-dotenv, so that all that is wrong is found, as
            `check` does. Where that passes, python-dotenv reads just the same.
        callers: The environment that the command inherits; references in the files may use it.
        project: What the project of the app says: names of other programs, rules to report.
        fail_on: The mildest severity that keeps the command from being started.
    """
    given = tuple(read_env_file(path, callers, loader) for path in paths)
    inherited = _not_overruled(contract, callers, given)
    files = (*env_files(contract, callers), *given)
    subject = of_a_start(contract, inherited, project, files=files)
    report = as_chosen(check(subject, fail_on), subject, project)
    return Launch(report, {**inherited, **_unknown(contract, given), **_winning(subject)})


def _not_overruled(contract: SettingsContract, callers: Mapping[str, str], given: Sequence[EnvFile]) -> dict[str, str]:
    """Return `callers` without what the files set, in whatever case where the class ignores it."""
    overruled = {
        _identity(contract, name)
        for file in given
        for name in file.variables
        if not contract.names_env_file(contract.find(name))
    }
    return {name: value for name, value in callers.items() if _identity(contract, name) not in overruled}


def _identity(contract: SettingsContract, name: str) -> str:
    """Return what two spellings of one variable have in common; other programs tell `http_proxy` from `HTTP_PROXY`."""
    return contract.canonical(name) if contract.find(name) else name


def _unknown(contract: SettingsContract, given: Sequence[EnvFile]) -> dict[str, str]:
    """Return the variables that are other programs' business."""
    return {name: value for file in given for name, value in file.variables.items() if contract.find(name) is None}


def _winning(subject: Subject) -> dict[str, str]:
    """Return the app's own variables that come from env files: one spelling and one value each, as they were checked.

    What stands in files of its own, the app reads there: a process's environment is easier to look into.
    """
    return {
        each.name: each.value
        for each in subject.assignments.values()
        if each.file and each.variable and not each.file.holds_one_value
    }
