"""Says in the service's own words what a database driver says in its codes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.domain.errors import DamagedError, ServiceError, StorageFullError, UnavailableError

# https://sqlite.org/rescode.html; the low byte is the kind, the rest tells more of it.
_SQLITE_BUSY = {5, 6}
_SQLITE_FULL = {13}
_SQLITE_DAMAGED = {11, 26}
_SQLITE_UNAVAILABLE = {8, 10, 14}

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL_FULL = ("53100",)
_POSTGRESQL_DAMAGED = ("XX001", "XX002")
_POSTGRESQL_UNAVAILABLE = ("08", "25006", "53", "55P03", "57")


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what a driver raises into an error of the service; what is a fault of ours stays as it is.

    Raises:
        ServiceError: The database can't be used for now, is full, or is damaged.
    """
    try:
        yield
    except PoolTimeoutError as error:
        message = "all connections to the database are in use"
        raise UnavailableError(message) from error
    except DBAPIError as error:
        plain = _plain(error)
        if plain is None:
            raise
        raise plain from error


def is_busy(error: DBAPIError) -> bool:
    """Return whether SQLite says that somebody else holds a lock."""
    return _sqlite_code(error) in _SQLITE_BUSY


def _plain(error: DBAPIError) -> ServiceError | None:
    code, state = _sqlite_code(error), getattr(error.orig, "sqlstate", None) or ""
    if code in _SQLITE_FULL or state.startswith(_POSTGRESQL_FULL):
        return StorageFullError("there is no space left for the database")
    if code in _SQLITE_DAMAGED or state.startswith(_POSTGRESQL_DAMAGED):
        return DamagedError("the database file is damaged: restore it from a backup")
    if code in _SQLITE_BUSY:
        return UnavailableError("the database is busy: somebody else has been writing for too long")
    if code in _SQLITE_UNAVAILABLE or state.startswith(_POSTGRESQL_UNAVAILABLE) or error.connection_invalidated:
        return UnavailableError("the database can't be reached or written to")
    if isinstance(error, OperationalError) and not state and code is None:
        return UnavailableError("the database can't be reached")
    return None


def _sqlite_code(error: DBAPIError) -> int | None:
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
