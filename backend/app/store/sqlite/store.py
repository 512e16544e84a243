"""The store on SQLite, for one machine and any number of workers."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from app.apart import Apart
from app.domain.errors import UnavailableError
from app.domain.event import Position
from app.store.failures import NO_SPACE, is_busy, told_plainly
from app.store.migrating import is_current, migrate
from app.store.repositories.app_keys import SqlKeys
from app.store.sealing import Sealer
from app.store.shared_commits import PendingChange, SharedCommits, made
from app.store.sqlite.bell import Bell
from app.store.sqlite.engine import DRIVER, OpenConnections, identity, make_file, refuse_unsafe_version, sqlite_engine
from app.store.sqlite.turn import Turn
from app.store.transaction import SqlTransaction
from app.turns import Turns, acts_for

T = TypeVar("T")

_POSITION = "SELECT sequence, mark FROM counter"
_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 1.0
"""How long a missed datagram may go unnoticed."""
_MOVED = "the database file was moved or replaced while the service ran: put it back, or restart the service"


class SqliteStore:
    """The port `Store` on a SQLite file.

    Reads run where they are called: in WAL mode they wait for nobody. Writes run separately, and those that wait
    at the same time share a commit: they wait for other processes and for the disk.
    """

    def __init__(self, path: Path, sealer: Sealer, workers: int = 1) -> None:
        """Open the file, and create or migrate it if needed.

        Args:
            path: The database file; its folder is created.
            sealer: Encrypts the values.
            workers: How many processes will write.

        Raises:
            UnusableStorageError: The service can't run on it.
        """
        refuse_unsafe_version(DRIVER.sqlite_version_info, workers)
        self.path = path
        self.sealer = sealer
        self._apart = Apart()
        self._turns = Turns(at_once=1)
        self._commits = SharedCommits(self._commit)
        self._writing = sqlite_engine(
            path, f"PRAGMA busy_timeout = {_PATIENCE_SECONDS * 1000:.0f}", begin="BEGIN IMMEDIATE"
        )
        self.engine = sqlite_engine(path, "PRAGMA busy_timeout = 0", "PRAGMA query_only = ON", begin="BEGIN")
        self._writers, self._readers = OpenConnections(self._writing), OpenConnections(self.engine)
        make_file(path)
        self._file = identity(path)
        with told_plainly(), ExitStack() as after_a_failure:
            after_a_failure.callback(self._apart.close)
            after_a_failure.callback(self._writers.close)
            after_a_failure.callback(self._readers.close)
            self._apart.run(lambda: _patiently(self._are_current))  # nothing is left beside what is not ours
            self._turn = Turn(path)
            after_a_failure.callback(self._turn.close)
            self._apart.run(lambda: _patiently(self._prepare))
            after_a_failure.pop_all()
        self._bell = Bell(path)
        self._glance = self.engine.connect()
        self._driver: Any = self._glance.connection.driver_connection
        self._glancing = Lock()

    def read(self, question: Callable[[SqlTransaction], T]) -> T:
        """Return what `question` finds in one consistent look."""

        def ask() -> T:
            with self._readers.transaction() as connection:
                return question(SqlTransaction(connection, self.sealer))

        with told_plainly():
            return _patiently(ask)

    def glance(self, question: Callable[[SqlTransaction], T]) -> T:
        """Return what `question` finds with a single statement, which needs no transaction to be consistent."""
        # Every request asks, so this does as little as possible; `read` says what is wrong with the database.
        with self._glancing, suppress(Exception):
            return question(SqlTransaction(self._glance, self.sealer))
        return self.read(question)

    def write(self, change: Callable[[SqlTransaction], T]) -> T:
        """Run `change` while nobody else writes, and return its result once it is on disk."""
        with self._turns.taken(acts_for.get()):
            return self._commits.write(change)

    @property
    def hindrance(self) -> str:
        """That the last write found no space, or that the file is no longer in its place."""
        if self._commits.is_full:
            return NO_SPACE
        return "" if identity(self.path) == self._file else _MOVED

    def position(self) -> Position:
        """Return the position of the newest event."""
        with self._glancing, suppress(Exception):  # as in `glance`, and each read that is answered again asks only this
            return Position(*self._driver.execute(_POSITION).fetchone())
        return self.read(lambda found: found.events.latest())

    def wait(self, known: Position, timeout: float) -> Position:
        """Return the position of the newest event, once it differs from `known` or `timeout` seconds have passed."""
        ends_at = time.monotonic() + timeout
        while (newest := self.position()) == known and (left := ends_at - time.monotonic()) > 0:
            self._bell.wait(min(left, _POLL_SECONDS))
        return newest

    def scrub(self) -> None:
        """Overwrite what was removed: in the file, that has been done, so empty the write-ahead log next to it."""

        def empty_log() -> None:
            with closing(self._writing.raw_connection()) as connection:
                is_busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if is_busy:
                message = "removed, but a reader keeps the old pages beside the database: do the same again"
                raise UnavailableError(message)

        with told_plainly():
            self._apart.run(empty_log)

    def close(self) -> None:
        """Close the file."""
        self._bell.close()
        self._glance.close()
        self._apart.run(self._writers.close)
        self._apart.close()
        self._turn.close()
        self._readers.close()

    def _are_current(self) -> bool:
        with self.engine.connect() as connection, connection.begin():
            return is_current(connection)

    def _prepare(self) -> None:
        with self._turn.taken(), self._writing.connect() as connection:
            connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
        with self.engine.connect() as connection, connection.begin():
            if is_current(connection):
                SqlKeys(connection, self.sealer).unwrap_all()
                return
        with self._turn.taken(), self._writing.connect() as connection, connection.begin():
            migrate(connection)
            SqlKeys(connection, self.sealer).unwrap_all()
        self._writing.dispose()  # its cache is full of statements that nobody needs again, and keeps out others

    def _commit(self, changes: Sequence[PendingChange]) -> None:
        if self._apart.run(lambda: self._made(changes)):
            self._bell.ring()

    def _made(self, changes: Sequence[PendingChange]) -> int:
        with self._turn.taken(), self._writers.transaction() as connection:
            self._refuse_another_file()
            return made(changes, connection, self.sealer)

    def _refuse_another_file(self) -> None:
        """Refuse to write to a file that nobody will find again: acknowledged writes would be lost."""
        if identity(self.path) != self._file:
            raise UnavailableError(_MOVED)


def _patiently(ask: Callable[[], T]) -> T:
    """Return what `ask` returns; while somebody holds a lock, let others run, then ask again."""
    ends_at, pause = time.monotonic() + _PATIENCE_SECONDS, 0.001
    while True:
        try:
            return ask()
        except DBAPIError as error:
            if not is_busy(error):
                raise
            if time.monotonic() > ends_at:
                message = "the database is busy: another write is taking too long"
                raise UnavailableError(message) from error
        time.sleep(pause)
        pause = min(2 * pause, 0.05)
