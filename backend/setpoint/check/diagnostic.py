"""One problem as plain data, ready to print: nothing in it is secret."""

from typing import NamedTuple

from setpoint.check.outcome import Severity
from setpoint.envfile.location import Location


class Excerpt(NamedTuple):
    """A line of a source in a form that may be shown: every value that must not be shown is masked.

    Attributes:
        text: The line; control characters in it are escaped.
        start: Where in `text` the problem begins, in code points from 0.
        end: Where it ends, exclusive; never before `start`.
    """

    text: str
    start: int
    end: int


class Diagnostic(NamedTuple):
    """One problem.

    Attributes:
        code: The rule's code, `SP301`.
        name: The rule's name, `unknown-variable`.
        severity: How bad it is.
        message: What is wrong, in one sentence without a full stop; a validator of the app may add more, on
            separate lines.
        variable: The variable that it concerns, if there is one whose name may be shown.
        label: What would be right, shown at the place itself.
        hint: Why it matters, or what to do.
        location: Where it is; None if there is no place (a missing variable, the process environment).
        excerpt: The line at `location`, if there is a line to show.
        unable: Whether it says that something could not be checked.
        services: The services, units or containers of a deploy that it concerns; none elsewhere.
    """

    code: str
    name: str
    severity: Severity
    message: str
    variable: str | None = None
    label: str | None = None
    hint: str | None = None
    location: Location | None = None
    excerpt: Excerpt | None = None
    unable: bool = False
    services: tuple[str, ...] = ()

    @property
    def advice(self) -> str | None:
        """Return label and hint as one string, for formats that have one place for both."""
        parts = [part for part in (self.label, self.hint) if part]
        return (" " if self.label and self.label.endswith("?") else "; ").join(parts) or None
