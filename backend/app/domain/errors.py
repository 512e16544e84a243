"""Why the service refuses, in words for people; no message holds a value."""

from app.domain.place import Place
from app.domain.validation import Problem


class ServiceError(Exception):
    """The service could not do what it was asked for; the text says why."""


class UnauthenticatedError(ServiceError):
    """No live token and no valid signature was shown; which of the reasons it is stays unsaid."""

    def __init__(self, what: str = "token") -> None:
        super().__init__(f"no valid {what} was sent")


class RefusedAssertionError(ServiceError):
    """The token of another issuer is not accepted; the text says why, and holds nothing of it."""


class ForbiddenError(ServiceError):
    """The token does not allow it."""


class NotFoundError(ServiceError):
    """There is no such thing, or the token may not know of it."""


class ConflictError(ServiceError):
    """What is there now does not allow it."""


class ProtectedError(ConflictError):
    """Somebody else has to approve the change first."""

    def __init__(self, message: str, approvals: int) -> None:
        self.approvals = approvals
        super().__init__(message)


class ChangedError(ServiceError):
    """A proposal is not what somebody has looked at."""


class StaleError(ServiceError):
    """The environment is at another revision than the writer thinks."""

    def __init__(self, place: Place, current: int | None) -> None:
        self.current = current
        state = "has no revision" if current is None else f"is at revision {current}"
        super().__init__(f"`{place}` {state}; read it and decide again")


class InvalidError(ServiceError):
    """The request has problems, all of which are listed."""

    def __init__(self, problems: tuple[Problem, ...], what: str = "") -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(what or f"{count}, and nothing was stored")


class LimitedError(ServiceError):
    """The app has used up one of its limits; the text says which, and when there is room again.

    Attributes:
        retry_after: In how many seconds that is.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(message)


class DestroyedError(ServiceError):
    """The values of the revision were removed for good."""


class DamagedError(ServiceError):
    """What is stored is not what was written: the medium, or somebody else, has changed it."""


class UnavailableError(ServiceError):
    """The database can't be reached or is busy; trying again may help."""


class StorageFullError(ServiceError):
    """There is no space left to write to; reading goes on."""


class UnusableStorageError(ServiceError):
    """The service can't start on this database; the text says what to do."""
