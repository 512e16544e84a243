"""One problem as plain data, ready to print: nothing in it is secret."""

from enum import StrEnum
from typing import NamedTuple

from setpoint.envfile.source_text import Location


class Severity(StrEnum):
    """How bad a problem is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Return 0 for the lowest severity, more for worse ones."""
        return (Severity.INFO, Severity.WARNING, Severity.ERROR).index(self)


class Excerpt(NamedTuple):
    """A line of a source as it may be shown: every value that is not fit to print is masked in it.

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
        message: What is wrong, in one sentence without a full stop; a validator of the app's may say more, in
            lines of its own.
        variable: The variable that it is about, where there is one with a name fit to print.
        label: What would be right, to be put at the place itself.
        hint: Why it matters or what to do.
        location: Where it is; None where there is no place (a missing variable, the process environment).
        excerpt: The line at `location`, where there is a line to show.
        unable: Whether it says that something could not be looked at.
        services: The services, units or containers of a deploy that it is about; none elsewhere.
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
        """Return label and hint as one text, for formats that have one place for both."""
        parts = [part for part in (self.label, self.hint) if part]
        return (" " if self.label and self.label.endswith("?") else "; ").join(parts) or None
