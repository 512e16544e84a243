"""Which assignment a refusal is about."""

from setpoint.resolution.assignment import Assignment
from setpoint.resolution.subject import Setting, Subject
from setpoint.validation.refusal import Refusal


def assigned_near(subject: Subject, setting: Setting) -> Assignment | None:
    """Return the assignment that gives `setting` or what is around it its value, or one of what is nested in it."""
    return subject.assigned_above(setting) or subject.assigned_below(setting)


def assignment_to_blame(subject: Subject, refusal: Refusal) -> Assignment | None:
    """Return what gives the value that the class refuses; what a source could not decode may not even count."""
    if refusal.entry is None:
        return assigned_near(subject, refusal.setting)
    return subject.assignment_of(refusal.entry)


def is_about_unknown_name(subject: Subject, refusal: Refusal) -> bool:
    """Return whether the class refuses a key because a variable's name is unknown, which is said elsewhere."""
    contract = subject.contract
    if refusal.error_type != "extra_forbidden":
        return False
    name = contract.canonical((contract.delimiter or "\0").join(map(str, refusal.setting)))
    if len(refusal.setting) == 1:
        return bool({name, contract.canonical(contract.prefix) + name} & subject.forbidden)
    return any(each.endswith(name) for each in subject.assignments if contract.find(each) is None)
