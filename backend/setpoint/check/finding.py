"""What a rule finds, before it is turned into a diagnostic."""

from typing import NamedTuple

from setpoint.check.diagnostic import Severity
from setpoint.envfile.source_text import Span
from setpoint.resolution.assignment import Assignment
from setpoint.sources.env_file import EnvFile


class Place(NamedTuple):
    """A piece of an env file."""

    file: EnvFile
    span: Span


def value_place(assignment: Assignment | None) -> Place | None:
    """Return where the value of `assignment` stands; None where that is in no file."""
    if assignment is None or assignment.file is None or assignment.binding is None:
        return None
    return Place(assignment.file, assignment.binding.value_span)


class Finding(NamedTuple):
    """One thing that a rule found; all its texts are fit to print.

    Attributes:
        message: What is wrong, in one sentence without a full stop.
        place: Where; None where there is no place.
        variable: The variable that it is about.
        label: What would be right.
        hint: Why it matters or what to do.
        severity: Set where it differs from the rule's own.
    """

    message: str
    place: Place | None = None
    variable: str | None = None
    label: str | None = None
    hint: str | None = None
    severity: Severity | None = None
