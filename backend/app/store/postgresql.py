"""The store on PostgreSQL, for any number of machines."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import waiting
from psycopg.abc import PQGen
from sqlalchemy.exc import DBAPIError

from app.apart import is_under_gevent
from app.domain.errors import UnavailableError, UnusableStorageError
from app.domain.event import Position
from app.store.failures import NO_SPACE, told_plainly
from app.store.migrating import migrate
from app.store.repositories.app_keys import SqlKeys
from app.store.repositories.tables import counter
from app.store.sealing import Sealer
from app.store.shared_commits import PendingChange, SharedCommits, made
from app.store.transaction import SqlTransaction
from app.turns import Turns, acts_for

T = TypeVar("T")

_LOCK = sa.select(counter.c.sequence).with_for_update()
_CHANNEL = "setpoint_events"
_MIGRATION_LOCK = 0x5E7901
_POLL_SECONDS = 0.25
_SAFETY_POLL_SECONDS = 5.0
"""How long a lost notification may go unnoticed."""
_PATIENCE_SECONDS = 15.0
"""How long a statement may take, which normally takes a moment, or waits for earlier writers."""


class PostgresqlStore:
    """The port `Store` on PostgreSQL.

    A writer first locks the one row of `counter`, so that there is one writer at a time, as on SQLite.
    """

    def __init__(self, url: str, sealer: Sealer, *, notify: bool = True) -> None:
        """Connect, and create or migrate the tables if needed.

        Args:
            url: As for libpq: `postgresql://user@host:5432,host2:5432/name?target_session_attrs=read-write`.
            sealer: Encrypts the values.
            notify: Whether to use `NOTIFY`; the service polls every 250 ms if it is off or unknown to the server.

        Raises:
            UnusableStorageError: The service can't run on it.
        """
        refuse_blocking_driver()
        self._url = url
        self.sealer = sealer
        self._turns = Turns(at_once=1)
        self._commits = SharedCommits(self._commit)
        self.engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            hide_parameters=True,
            pool_size=10,
            max_overflow=10,
            pool_timeout=5,
        )
        self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with told_plainly(), ExitStack() as after_a_failure:
            after_a_failure.callback(self.engine.dispose)
            self._prepare()
            after_a_failure.pop_all()
        self._listener = _Listener(self._connect) if notify and self._can_notify() else None

    def read(self, question: Callable[[SqlTransaction], T]) -> T:
        """Return what `question` finds in one consistent look."""

        def ask() -> T:
            with self._reading.connect() as connection, connection.begin():
                return question(SqlTransaction(connection, self.sealer))

        with told_plainly():
            return _twice_if_lost(ask)

    def glance(self, question: Callable[[SqlTransaction], T]) -> T:
        """Return what `question` finds with a single statement, in one round trip."""

        def ask() -> T:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                return question(SqlTransaction(connection, self.sealer))

        with told_plainly():
            return _twice_if_lost(ask)

    def write(self, change: Callable[[SqlTransaction], T]) -> T:
        """Run `change` while nobody else writes, and return its result once it is on disk."""
        with self._turns.taken(acts_for.get()):
            return self._commits.write(change)

    @property
    def hindrance(self) -> str:
        """That the last write found no space, if it did."""
        return NO_SPACE if self._commits.is_full else ""

    def position(self) -> Position:
        """Return the position of the newest event."""
        return self.glance(lambda found: found.events.latest())

    def wait(self, known: Position, timeout: float) -> Position:
        """Return the position of the newest event, once it differs from `known` or `timeout` seconds have passed."""
        ends_at = time.monotonic() + timeout
        while (newest := self.position()) == known and (left := ends_at - time.monotonic()) > 0:
            if self._listener is None:
                time.sleep(min(left, _POLL_SECONDS))
            else:
                self._listener.wait(min(left, _SAFETY_POLL_SECONDS))
        return newest

    def scrub(self) -> None:
        """Free the space of what was removed; PostgreSQL's own write-ahead log goes away in time."""
        with told_plainly(), self._unhurried(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM revisions, proposals")

    def close(self) -> None:
        """Close all connections."""
        if self._listener is not None:
            self._listener.close()
        self.engine.dispose()

    def _connect(self) -> "_Connection":
        return connected(self._url)

    @contextmanager
    def _unhurried(self, **options: Any) -> Iterator[sa.Connection]:
        """Provide a connection without a time limit."""
        with self.engine.connect().execution_options(**options) as connection:
            driver: Any = connection.connection.driver_connection
            driver.patience = None
            try:
                yield connection
            finally:
                del driver.patience

    def _prepare(self) -> None:
        with self._unhurried() as connection, connection.begin():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            migrate(connection)
            SqlKeys(connection, self.sealer).unwrap_all()

    def _can_notify(self) -> bool:
        try:
            with self.engine.connect() as connection, connection.begin():
                connection.exec_driver_sql("SELECT pg_notify('setpoint_trial', '')")
        except DBAPIError:
            return False
        return True

    def _commit(self, changes: Sequence[PendingChange]) -> None:
        _twice_if_lost(lambda: self._made(changes))

    def _made(self, changes: Sequence[PendingChange]) -> None:
        with self.engine.connect() as connection, connection.begin() as pending:
            connection.execute(_LOCK)
            added = made(changes, connection, self.sealer)
            if added and self._listener is not None:
                connection.exec_driver_sql(f"SELECT pg_notify('{_CHANNEL}', '{added}')")
            try:
                pending.commit()
            except DBAPIError as error:
                message = "the connection was lost while the change was being stored: read what is there, and try again"
                raise UnavailableError(message) from error


def connected(url: str) -> "_Connection":
    """Return a connection to what `DATABASE_URL` names.

    Raises:
        UnusableStorageError: libpq does not accept the URL; no part of it is shown.
    """
    plain = re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", url)
    try:
        return _Connection.connect(plain, connect_timeout=5, application_name="setpoint")
    except psycopg.ProgrammingError:  # its message quotes a part of the URL
        message = "`DATABASE_URL` has an option that PostgreSQL's client does not know"
        raise UnusableStorageError(message) from None


def refuse_blocking_driver() -> None:
    """Refuse to start if each wait for the server would block all other requests of the process.

    Raises:
        UnusableStorageError: psycopg was imported before gevent patched the standard library, and waits in C.
    """
    if is_under_gevent() and waiting.wait is getattr(waiting, "wait_c", None):
        message = (
            "psycopg was imported before gevent patched the process, which would hang on PostgreSQL's first answer:"
            " start without `--preload`"
        )
        raise UnusableStorageError(message)


class _Connection(psycopg.Connection[Any]):
    """A connection that gives up on a server that hangs, which keeps its connections open but answers none."""

    patience: float | None = _PATIENCE_SECONDS

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Return what `gen` returns.

        Raises:
            OperationalError: The server has not answered for too long, and the connection is closed.
        """
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if timeout is None and self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


class _Listener:
    """A connection that is told of commits; when it is lost, the next wait is short and opens a new one."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None

    def wait(self, timeout: float) -> None:
        """Return once a commit was announced, or after `timeout` seconds."""
        try:
            if self._connection is None:
                self._connection = self._connect()
                self._connection.autocommit = True
                self._connection.execute(f"LISTEN {_CHANNEL}")
                return  # what was committed before it listened is found by reading again
            for _ in self._connection.notifies(timeout=timeout, stop_after=1):
                pass
        except psycopg.Error:
            self.close()
            time.sleep(min(timeout, _POLL_SECONDS))

    def close(self) -> None:
        """Stop listening."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()


def _twice_if_lost(run: Callable[[], T]) -> T:
    """Return what `run` returns; if the connection was lost, retry once with a new one."""
    try:
        return run()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return run()
