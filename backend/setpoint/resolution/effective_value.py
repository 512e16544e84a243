"""The value that a process would get for a setting, whatever sets it, as text."""

from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter

from setpoint.contract.app_code import AppCode
from setpoint.contract.plain_value import text_of
from setpoint.contract.secrecy import secret_text
from setpoint.contract.spelling import MADE
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.subject import Setting, Subject
from setpoint.validation.unusable import UnusableValueError


def effective_text(subject: Subject, variable: Variable, assignment: Assignment | None) -> str | None:
    """Return the value of the setting that `variable` sets; empty for no value, None if it can't be known.

    Args:
        subject: What a process would read.
        variable: The variable of the setting.
        assignment: What sets its value, if anything does.
    """
    if assignment is None and _stands_where_nobody_looked(subject, variable):
        return None
    settings = subject.usable_settings
    try:
        return _own_text(variable, assignment) if settings is None else _as_text(value_at(settings, variable.setting))
    except UnusableValueError:
        return _own_text(variable, assignment)


def is_made_by_code(settings: object, variable: Variable) -> bool:
    """Return whether code of the class has made something else of the default of `variable`, which nothing sets."""
    made, default = value_at(settings, variable.setting), variable.default
    if variable.has_computed_default or _as_text(made) == _as_text(default):
        return False
    with AppCode():  # The type alone may have made it, as it makes `30.0` of `30`.
        declared: Any = Annotated[variable.field.annotation, variable.field]
        return bool(TypeAdapter(declared).validate_python(default) != made)
    return False


def secret_of_default(variable: Variable) -> str:
    """Return the secret that the default of `variable` holds, unless it is in a part that has its own variable."""
    # A function that makes the surrounding model may leave the default as it is.
    default = variable.field.default if variable.default_around is MADE else variable.default
    has_parts = variable.delimiter and isinstance(default, BaseModel)
    return "" if has_parts else secret_text(default)


def _stands_where_nobody_looked(subject: Subject, variable: Variable) -> bool:
    """Return whether the value may come from a file that can't be read here, or a secrets directory elsewhere."""
    if any(each.trouble for each in subject.gathered.files):
        return True
    if subject.unseen_directories and len(variable.setting) == 1:
        return True
    return any(each.name in subject.unreadable for each in subject.contract.variables_at(variable.setting))


def value_at(settings: object, setting: Setting) -> Any:
    """Return what `settings` have at `setting`; None if there is nothing."""
    found: Any = settings
    for step in setting:
        found = getattr(found, str(step), None)
    return found


def _own_text(variable: Variable, assignment: Assignment | None) -> str | None:
    """Return what is written for the setting if the settings class has no value for it, as when it is invalid."""
    if assignment is not None:
        own = assignment.variable is not None and assignment.variable.setting == variable.setting
        return assignment.value.raw.strip() if own else None
    return None if variable.required or variable.has_computed_default else _as_text(variable.default)


def _as_text(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return "" if value is None else secret_text(value) or text_of(value)
