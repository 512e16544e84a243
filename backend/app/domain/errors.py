"""Why the service refuses, in words for people; no message holds a value."""

from app.domain.place import Place
from app.domain.validation import Fault


class ServiceError(Exception):
    """The service could not do what it was asked to do; the text says why."""


class UnauthenticatedError(ServiceError):
    """No live token and no valid signature was shown; which of these it is stays unsaid."""

    def __init__(self, what: str = "token") -> None:
        super().__init__(f"no valid {what} was sent")


class RefusedAssertionError(ServiceError):
    """The token of another issuer is not accepted; the text says why, and contains no part of it."""


class ForbiddenError(ServiceError):
    """The token does not allow it."""


class NotFoundError(ServiceError):
    """There is no such thing, or the token may not know about it."""


class ConflictError(ServiceError):
    """The current state does not allow it."""


class ProtectedError(ConflictError):
    """Somebody else must approve the change first."""

    def __init__(self, message: str, approvals: int) -> None:
        self.approvals = approvals
        super().__init__(message)


class ChangedError(ServiceError):
    """A proposal is no longer what somebody looked at."""


class StaleError(ServiceError):
    """The environment is at a different revision than the writer expects."""

    def __init__(self, place: Place, current: int | None) -> None:
        self.current = current
        state = "has no revision" if current is None else f"is at revision {current}"
        super().__init__(f"`{place}` {state}; read it and decide again")


class InvalidError(ServiceError):
    """The request has problems, all of which are listed."""

    def __init__(self, problems: tuple[Fault, ...], what: str = "") -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(what or f"{count}, and nothing was stored")


class LimitedError(ServiceError):
    """The app has used up one of its limits; the text says which, and when there is room again.

    Attributes:
        retry_after: How many seconds until then.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(message)


class DestroyedError(ServiceError):
    """The values of the revision were permanently removed."""


class DamagedError(ServiceError):
    """What is stored is not what was written: the disk, or somebody else, has changed it."""


class UnavailableError(ServiceError):
    """The database can't be reached or is busy; a retry may help."""


class StorageFullError(ServiceError):
    """There is no space left for writing; reading still works."""


class UnusableStorageError(ServiceError):
    """The service can't start on this database; the text says what to do."""
