"""What the commands share: settings, an open store, and errors that end a command with a sentence."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from app.domain.errors import ConflictError, ServiceError
from app.store.opening import open_store_of
from app.store.sqlite.store import SqliteStore
from config.settings import Settings
from setpoint.errors import UnableError

if TYPE_CHECKING:
    from app.store.postgresql import PostgresqlStore

DONE, REFUSED = 0, 1


@contextmanager
def opened_store(settings: Settings) -> "Iterator[SqliteStore | PostgresqlStore]":
    """Give the store of the service, made and migrated if need be.

    Raises:
        UnableError: It can't be used.
    """
    with unable_in_words(ConflictError), closing(open_store_of(settings)) as store:
        yield store


@contextmanager
def unable_in_words(*told_otherwise: type[ServiceError]) -> Iterator[None]:
    """Turn what keeps the service from doing something into the end of a command.

    Args:
        told_otherwise: What the command tells itself.

    Raises:
        UnableError: With the same words.
    """
    try:
        yield
    except told_otherwise:
        raise
    except ServiceError as error:
        raise UnableError(str(error)) from None
