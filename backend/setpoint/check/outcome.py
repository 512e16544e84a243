"""How bad a problem is, and the outcome of a check: what is needed to report nothing, too."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Return 0 for the lowest severity, more for higher ones."""
        return (Severity.INFO, Severity.WARNING, Severity.ERROR).index(self)


class Status(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    UNABLE = "unable"

    @property
    def exit_status(self) -> int:
        """Return the exit status of a command with this outcome."""
        return (Status.PASSED, Status.FAILED, Status.UNABLE).index(self)
