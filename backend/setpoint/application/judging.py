"""Turns what was gathered into a check, and decides which of its findings are reported."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from setpoint.check.catalogue.selection import Selection, UnknownRuleError
from setpoint.check.checking import check_together, put_together
from setpoint.check.outcome import Severity
from setpoint.check.report import Report
from setpoint.check.rules.names import unknown_variable
from setpoint.errors import UnableError
from setpoint.project import InvalidProjectError, Project
from setpoint.resolution.subject import Subject
from setpoint.text.escape import printable


class Terms(NamedTuple):
    """What a check looks for and reports.

    Attributes:
        selection: Which rules are reported.
        fail_on: The lowest severity that makes the check fail.
        deploy: Whether to apply the rules about a deploy to production as well.
    """

    selection: Selection
    fail_on: Severity = Severity.ERROR
    deploy: bool = False


def judged(of_classes: Iterable[Sequence[Subject]], terms: Terms) -> Report:
    """Return the findings for `of_classes`: for each settings class, its sources as each program reads them."""
    joins_misspellings = terms.selection.includes(unknown_variable.code)
    reports = (
        check_together(
            [replace(each, joins_misspellings=joins_misspellings) for each in as_read],
            terms.fail_on,
            deploy=terms.deploy,
        )
        for as_read in of_classes
    )
    return put_together([*reports], terms.fail_on)


def as_chosen(report: Report, subjects: Iterable[Subject], selection: Selection) -> Report:
    """Return the selected part of the `report` on a start; all of it if a class itself refuses the values.

    Such a start fails, whatever the user ignores.
    """
    is_refused = any(each.validated.settings is None for each in subjects)
    return report if is_refused else selection.of(report)


def chosen_selection(
    project: Project, select: Sequence[str] | None = None, ignore: Sequence[str] | None = None
) -> Selection:
    """Return which rules to report: those that the user selects, otherwise those that `[tool.setpoint]` selects.

    Raises:
        UnableError: A word names no rule that can be selected.
    """
    try:
        chosen = Selection.of_words(select, ignore or ())
    except UnknownRuleError as error:
        raise UnableError(printable(str(error))) from None
    ours = _of_project(project)
    return Selection(
        ours.selected if select is None else chosen.selected, ours.ignored if ignore is None else chosen.ignored
    )


def _of_project(project: Project) -> Selection:
    """Return which rules `[tool.setpoint]` selects.

    Raises:
        InvalidProjectError: It names one that does not exist.
    """
    try:
        return Selection.of_words(project.selected, project.deselected)
    except UnknownRuleError as error:
        message = f"`select` or `ignore` in `[tool.setpoint]` of `{project.root}`: {error}"
        raise InvalidProjectError(message) from None
