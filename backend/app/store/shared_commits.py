"""Lets writes that wait at the same time share a transaction, and so a single wait for the disk."""

from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.domain.errors import StorageFullError, UnavailableError
from app.store.failures import told_plainly
from app.store.prepared import Prepared
from app.store.sealing import Sealer
from app.store.transaction import SqlTransaction

T = TypeVar("T")

MOST = 32
"""How many share one: other writers, in this process or not, wait until they are done."""

# SQLAlchemy's own nested transaction takes ten times as long.
_BEGIN = Prepared(sa.text("SAVEPOINT one_of_several"))
_KEEP = Prepared(sa.text("RELEASE SAVEPOINT one_of_several"))
_UNDO = Prepared(sa.text("ROLLBACK TO SAVEPOINT one_of_several"))


@dataclass(eq=False, slots=True)
class PendingChange:
    """A change that waits to be stored, and what came of it.

    Attributes:
        change: What to do in a transaction.
        context: The context variables of the request.
        answer: What the change returned.
        error: Why it is not stored; None if it is.
        is_over: Whether it has been decided, so that it can be answered.
    """

    change: Callable[[SqlTransaction], Any]
    context: Context = field(default_factory=copy_context)
    answer: Any = None
    error: BaseException | None = None
    is_over: bool = False


class _SpoiledError(Exception):
    """The database failed within a change that shares a transaction with others."""


class SharedCommits:
    """Whoever comes first stores all changes that have arrived by then, in order.

    Each of them has its own savepoint, so that a refused one takes nothing with it. None is answered before
    the commit, and if that fails, none of them is stored.

    Attributes:
        is_full: Whether there was no space left for the last change.
    """

    def __init__(self, commit: Callable[[Sequence[PendingChange]], None]) -> None:
        """Begin with nothing.

        Args:
            commit: Makes changes (`made`) in one transaction, which is on the disk when it returns.
        """
        self.is_full = False
        self._commit = commit
        self._waiting: list[PendingChange] = []
        self._one_at_a_time = Lock()

    def write(self, change: Callable[[SqlTransaction], T]) -> T:
        """Return what `change` returns once it is on disk; raise what it, or the commit, raises, in plain words."""
        pending = PendingChange(change)
        self._waiting.append(pending)
        with self._one_at_a_time:
            while not pending.is_over:
                changes = self._waiting[:MOST]
                del self._waiting[:MOST]
                self._store(changes)
        if pending.error is not None:
            raise pending.error
        answer: T = pending.answer
        return answer

    def _store(self, changes: Sequence[PendingChange]) -> None:
        try:
            with told_plainly():
                self._commit(changes)
            self.is_full = False
        except _SpoiledError:
            for each in changes:
                self._store([each])
        except Exception as error:  # noqa: BLE001 - each of them raises it
            self.is_full |= isinstance(error, StorageFullError)
            _fail(changes, error)
        except BaseException:
            message = "the service was stopped while the change was stored: read what is there, and try again"
            _fail(changes, UnavailableError(message))
            raise
        finally:
            for each in changes:
                each.is_over = True


def _fail(changes: Sequence[PendingChange], error: Exception) -> None:
    for each in changes:
        each.error = error


def made(changes: Sequence[PendingChange], connection: sa.Connection, sealer: Sealer) -> int:
    """Make changes in the transaction that has begun; return the number of the last event, 0 if there is none.

    Raises:
        Exception: Nothing of this transaction must be stored: the only change is refused, or the database has failed.
    """
    if len(changes) == 1:
        return _made(changes[0], connection, sealer)
    return max(_made_beside_others(each, connection, sealer) for each in changes)


def _made_beside_others(pending: PendingChange, connection: sa.Connection, sealer: Sealer) -> int:
    try:
        return _made_in_savepoint(pending, connection, sealer)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise _SpoiledError from error


def _made_in_savepoint(pending: PendingChange, connection: sa.Connection, sealer: Sealer) -> int:
    _BEGIN.run(connection, {})
    try:
        added = _made(pending, connection, sealer)
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001 - who asked for it raises it
        _UNDO.run(connection, {})
        pending.error, added = error, 0
    _KEEP.run(connection, {})
    return added


def _made(pending: PendingChange, connection: sa.Connection, sealer: Sealer) -> int:
    pending.error = None
    transaction = SqlTransaction(connection, sealer)
    pending.answer = pending.context.run(pending.change, transaction)
    return transaction.events.added
