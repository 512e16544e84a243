"""What a rule finds, before it is turned into a diagnostic."""

from typing import NamedTuple

from setpoint.check.diagnostic import Severity
from setpoint.envfile.source_text import Span
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.statement import Statement
from setpoint.sources.env_file import EnvFile
from setpoint.sources.secret_files import FileVariable


class Place(NamedTuple):
    """A piece of an env file."""

    file: EnvFile
    span: Span


def name_place(statement: Statement) -> Place:
    """Return where the name of `statement` is."""
    return Place(statement.file, statement.binding.name_span)


def value_place(each: Statement | Assignment | FileVariable | None) -> Place | None:
    """Return where the value of `each` is; None where that is in no file."""
    if each is None or each.written is None:
        return None
    return Place(each.written.file, each.written.binding.value_span)


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
