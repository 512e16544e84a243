"""Says which of several names of a setting that are set is the one that counts."""

from collections.abc import Iterator

from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.provenance import counts
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject


def counts_instead(subject: Subject, statement: Statement) -> Variable | None:
    """Return the variable that sets the setting of `statement` in place of it; None if there is none."""
    variable = statement.variable
    if variable is None:
        return None
    others = [
        each
        for each in subject.contract.variables_at(variable.setting)
        if each.name != variable.name and each.name in subject.assignments
    ]
    # One name may set several settings.
    own = subject.contract.named(variable.name) or (variable,)
    if not others or any(_is_counting(subject, each, statement) for each in own):
        return None
    return next((each for each in others if _is_counting(subject, each)), None)


def _is_counting(subject: Subject, variable: Variable, statement: Statement | None = None) -> bool:
    """Return whether what sets `variable`, in any source or in `statement`, is a part of the settings."""
    return any(counts(subject, each, variable.setting) for each in _assignments(subject, variable, statement))


def _assignments(subject: Subject, variable: Variable, statement: Statement | None) -> Iterator[Assignment]:
    for source in subject.origins.sources:
        for each in source.assignments:
            is_there = statement is None or (each.written is not None and each.written.binding is statement.binding)
            if is_there and subject.contract.canonical(each.name) == variable.name:
                yield each
