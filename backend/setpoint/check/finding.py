"""What a rule finds, before it is turned into a diagnostic."""

from typing import NamedTuple

from setpoint.check.outcome import Severity
from setpoint.envfile.source_text import Span
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile
from setpoint.sources.secret_files import FileVariable


class Region(NamedTuple):
    """A part of an env file."""

    file: EnvFile
    span: Span


def name_region(statement: Statement) -> Region:
    """Return where the name of `statement` is."""
    return Region(statement.file, statement.binding.name_span)


def region_to_rename(subject: Subject, each: Statement | Assignment) -> Region | None:
    """Return where to change the name of `each`: in a deploy, its value may come from another file."""
    process = subject.gathered.process
    where = None if process is None else process.named.get(each.name)
    if where is not None:
        return Region(*where)
    return None if each.written is None else Region(each.written.file, each.written.binding.name_span)


def value_region(each: Statement | Assignment | FileVariable | None) -> Region | None:
    """Return where the value of `each` is; None if it is not in a file."""
    if each is None or each.written is None:
        return None
    return Region(each.written.file, each.written.binding.value_span)


def declaration(subject: Subject, name: str) -> Region | None:
    """Return where a deploy mentions `name` without a value, or declares the process; None elsewhere."""
    process = subject.gathered.process
    if process is None:
        return None
    where = process.named.get(name) or process.declaration
    return None if where is None else Region(*where)


class Finding(NamedTuple):
    """One thing that a rule found; all of its texts may be shown.

    Attributes:
        message: What is wrong, in one sentence without a full stop.
        region: Where it is; None if it is not in a file.
        variable: The variable that it concerns.
        label: What would be right.
        hint: Why it matters, or what to do.
        severity: The severity, if it differs from that of the rule.
    """

    message: str
    region: Region | None = None
    variable: str | None = None
    label: str | None = None
    hint: str | None = None
    severity: Severity | None = None
