"""Which assignment a refusal is about."""

from setpoint.resolution.assignment import Assignment
from setpoint.resolution.subject import Setting, Subject
from setpoint.validation.verdict import Refusal


def assigned_near(subject: Subject, setting: Setting) -> Assignment | None:
    """Return the assignment that gives `setting` its value, or else one of what is nested in it or around it."""
    nested = (subject.assigned_below(setting[:depth]) for depth in range(len(setting), 0, -1))
    return subject.assigned_above(setting) or next(filter(None, nested), None)


def depth_of(subject: Subject, assignment: Assignment) -> int:
    """Return how many steps of a setting's path lead to what `assignment` sets."""
    variable, delimiter = assignment.variable, subject.contract.delimiter
    if variable is None:
        return 0
    keys = assignment.name[len(variable.name) :].count(delimiter) if delimiter else 0
    return len(variable.setting) + keys


def is_about_unknown_name(subject: Subject, refusal: Refusal) -> bool:
    """Return whether a nested model refuses a key because a variable's name is unknown, which is said elsewhere."""
    contract = subject.contract
    if refusal.error_type != "extra_forbidden" or not contract.delimiter:
        return False
    name = contract.canonical(contract.delimiter.join(map(str, refusal.setting)))
    return any(each.endswith(name) for each in subject.assignments if contract.find(each) is None)
