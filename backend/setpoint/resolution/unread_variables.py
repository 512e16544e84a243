"""Lists the variables in files that no setting of the app reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from setpoint.resolution.assignment import Assignment
from setpoint.resolution.subject import Subject
from setpoint.text.escape import printable
from setpoint.text.guarded import MASK


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
    read = {each.name for each in subject.gathered.file_variables if not each.content.trouble}
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
