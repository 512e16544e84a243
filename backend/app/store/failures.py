"""Translates the error codes of database drivers into the service's own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.domain.errors import DamagedError, ServiceError, StorageFullError, UnavailableError

NO_SPACE = "no space is left for the database"
_DAMAGED = "the database is damaged: restore it from a backup"
_BUSY = {5, 6}

_LOST = "the database can't be reached or written to"
# What libpq says about a failed login, which has no code; its own words quote parts of `DATABASE_URL`.
_REASONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("pg_hba.conf",), "the server does not let this user in from here"),
    (("authentication failed", "no password", 'role "'), "the server does not accept the user or the password"),
    (('database "',), "there is no such database on the server"),
    (("too many clients", "connection slots"), "the server has no connection left"),
    (("read-write", "read-only"), "none of the named servers accepts writes"),
    (("certificate", "SSL", "TLS"), "the server does not support TLS, which `DATABASE_URL` requires"),
    (("translate host", "resolve host", "Name or service"), "its host name is not known"),
    (("refused", "No such file"), "connection refused"),
    (("timeout", "timed out"), "the server does not answer"),
)
# The low byte of SQLite's code (https://sqlite.org/rescode.html), and how PostgreSQL's starts
# (https://www.postgresql.org/docs/current/errcodes-appendix.html); the first matching row decides.
_MEANINGS: tuple[tuple[set[int], tuple[str, ...], type[ServiceError], str], ...] = (
    ({13}, ("53100",), StorageFullError, NO_SPACE),
    ({26}, (), DamagedError, "the file is not a SQLite database, or its beginning is damaged"),
    ({11}, ("XX001", "XX002"), DamagedError, _DAMAGED),
    ({1}, ("42703", "42P01"), DamagedError, "the tables are not those of Setpoint: restore a backup"),
    (_BUSY, ("55P03",), UnavailableError, "the database is busy: another write is taking too long"),
    ({8, 10, 14}, ("08", "25006", "53", "57"), UnavailableError, _LOST),
)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what a driver raises into an error of the service; a fault of our own is raised as it is.

    Raises:
        ServiceError: The database can't be used for now, is full, or is damaged.
    """
    try:
        yield
    except PoolTimeoutError as error:
        message = "all connections to the database are in use"
        raise UnavailableError(message) from error
    except (UnicodeDecodeError, JSONDecodeError) as error:  # in what is stored, or in SQLite's words about it
        raise DamagedError(_DAMAGED) from error
    except DBAPIError as error:
        plain = _plain(error)
        if plain is None:
            raise
        raise plain from error


def is_busy(error: DBAPIError) -> bool:
    """Return whether SQLite says that somebody else holds a lock."""
    return _sqlite_code(error) in _BUSY


def _plain(error: DBAPIError) -> ServiceError | None:
    code, state = _sqlite_code(error), getattr(error.orig, "sqlstate", None)
    for codes, states, kind, message in _MEANINGS:
        if code in codes or (state and state.startswith(states)):
            return kind(message)
    is_lost = error.connection_invalidated or (isinstance(error, OperationalError) and code is None and not state)
    return UnavailableError(_LOST + _reason(error)) if is_lost else None


def _reason(error: DBAPIError) -> str:
    """Return why the login to a server failed, if that is known, with nothing from `DATABASE_URL`."""
    said = "" if error.connection_invalidated else str(error.orig)
    return next((f": {words}" for signs, words in _REASONS if any(sign in said for sign in signs)), "")


def _sqlite_code(error: DBAPIError) -> int | None:
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
