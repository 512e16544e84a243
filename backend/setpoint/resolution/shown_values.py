"""Says of each value of a subject whether and how it may show: what the contract and the class say, put to the door."""

from collections.abc import Callable, Iterable

from setpoint.contract.secret_values import looks_like_token
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.statement import Statement
from setpoint.text.mask import MASK
from setpoint.text.shown import Door


class ShownValues:
    """The values of one file or process as they may show."""

    def __init__(self, secrets: Iterable[str], is_refused: Callable[[Assignment], bool]) -> None:
        """Take every secret that is known, and what says whether the settings class refuses a value."""
        self.door = Door(secrets)
        self._is_refused = is_refused
        self._known: dict[tuple[str, str, int], bool] = {}

    def shows(self, each: Assignment | Statement) -> bool:
        """Return whether the value of `each` may show.

        It may if it is bound to a known setting that is no secret, holds no secret of another one, and is
        not refused while it looks like a token, which is most often a slip between two lines.
        """
        assignment = each if isinstance(each, Assignment) else each.assignment
        if assignment is None or assignment.variable is None or not assignment.shows_value:
            return False
        # Thousands of findings may be about one long value.
        key = (assignment.name, assignment.value.raw, id(assignment.file))
        if key not in self._known:
            self._known[key] = self._lets_through(assignment)
        return self._known[key]

    def _lets_through(self, assignment: Assignment) -> bool:
        variable, value = assignment.variable, assignment.value
        if variable is not None and value.raw in variable.choices:
            return True
        if not self.door.lets_through(value, secret=not assignment.shows_value):
            return False
        return not (looks_like_token(value.raw) and self._is_refused(assignment))

    def text(self, assignment: Assignment) -> str:
        """Return the value of `assignment` as it may show."""
        if not self.shows(assignment):
            return MASK
        written = None
        if assignment.file is not None and assignment.binding is not None:
            written = assignment.binding.value_span.of(assignment.file.source.text)
        return self.door.opened(assignment.value, written)
