"""Checks what a process would read if it started here now."""

from collections.abc import Mapping, Sequence

from setpoint.application.gathering import beside_each_other, of_a_start
from setpoint.application.judging import Terms, as_chosen, judged
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project


def check_start(
    contracts: Sequence[SettingsContract],
    environment: Mapping[str, str],
    project: Project,
    terms: Terms,
    *,
    directories: Sequence[str] = (),
    insists: bool = False,
) -> Report:
    """Check what a process with this `environment` would read.

    Args:
        contracts: What the app expects, one contract per settings class.
        environment: The process environment.
        project: The configuration of the app's project.
        terms: What to look for and what to report.
        directories: Secrets directories; by default those that the classes name.
        insists: Whether only the selected rules are reported, even if a class itself refuses the start.
    """
    starts = [of_a_start(each, environment, project, directories=directories) for each in contracts]
    subjects = beside_each_other(starts)
    report = judged([[each] for each in subjects], terms)
    return terms.selection.of(report) if insists else as_chosen(report, subjects, terms.selection)
