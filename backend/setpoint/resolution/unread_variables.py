"""Lists the variables in files that no setting of the app reads."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from setpoint.resolution.assignment import Assignment
from setpoint.resolution.blame import parts_of_plain_values
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.text.escape import printable
from setpoint.text.guarded import MASK
from setpoint.validation.left_out import read_by_code


@dataclass(frozen=True, slots=True)
class UnreadVariable:
    """A variable in a file that no setting reads.

    Attributes:
        shown_name: Its name if that may be shown, otherwise a mask.
        assignment: The value that takes precedence.
        names_file: Whether it names a file with the value of a known variable that does not exist here.
    """

    shown_name: str
    assignment: Assignment
    names_file: bool = False


def unread_variables(subject: Subject) -> Iterator[UnreadVariable]:
    """Yield the variables in files that no setting of the app reads; the process environment is full of these."""
    shown = {id(each.binding): each.shown_name for each in subject.statements}
    read = names_read_by_code(subject) | {
        each.name for each in subject.gathered.file_variables if not each.content.trouble
    }
    for assignment in subject.assignments.values():
        written = assignment.written
        if assignment.variable or written is None or assignment.name in read:
            continue
        is_referred_to = assignment.name in written.file.reading.referred
        is_kept = subject.contract.canonical(assignment.name) in subject.kept
        is_read_elsewhere = subject.is_read_beside(assignment.name) or subject.contract.is_of_part(assignment.name)
        if is_referred_to or is_kept or is_read_elsewhere:
            continue
        names_file = subject.contract.from_file(assignment.name) is not None
        yield UnreadVariable(printable(shown.get(id(written.binding), MASK)), assignment, names_file)


def unknown_statements(subject: Subject) -> Sequence[Statement]:
    """Return the statements whose names the class does not know, not even as parts of what can have none."""
    parts = parts_of_plain_values(subject)
    return [
        each
        for each in subject.statements
        if not (each.value is None or each.is_known or subject.contract.canonical(each.name) in parts)
    ]


def names_read_by_code(subject: Subject) -> AbstractSet[str]:
    """Return the names in files that the class does not know, but that its own sources and validators read."""
    unknown = unknown_statements(subject)
    others = (each.name for each in unknown if subject.contract.canonical(each.name) not in subject.kept)
    return read_by_code(subject.contract, subject.asked, dict.fromkeys(others)) if unknown else frozenset()
