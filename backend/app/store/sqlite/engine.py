"""The driver, and connections that lose nothing."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from app.domain.errors import UnusableStorageError
from app.store.repositories.columns import json_text, json_value

try:
    from pysqlite3 import dbapi2 as _newer_sqlite  # type: ignore[import-untyped]
except ImportError:  # there is no wheel for this machine
    _newer_sqlite = sqlite3

DRIVER: ModuleType = max(_newer_sqlite, sqlite3, key=lambda each: each.sqlite_version_info)
"""The driver that links the newest SQLite."""

_CACHED_STATEMENTS = 250
"""pysqlite3 keeps a hundred, and while these have been seen more often, it compiles a new one at each call."""

_EVERY_CONNECTION = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",  # a confirmed commit survives a power cut
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA secure_delete = ON",  # what is removed is overwritten
)


class Dialect(SQLiteDialect_pysqlite):
    """SQLite whose transactions start as it is told; to listen to `begin` instead would slow each statement down.

    Args:
        begin: The statement that starts a transaction.
        options: Those of SQLAlchemy's own dialect.
    """

    supports_statement_cache = True

    def __init__(self, begin: str = "BEGIN", **options: Any) -> None:
        super().__init__(**options)
        self._begin = begin

    def do_begin(self, dbapi_connection: Any) -> None:
        """Start a transaction."""
        dbapi_connection.execute(self._begin)


registry.register("sqlite.setpoint", __name__, Dialect.__name__)


def database_path(url: str) -> Path:
    """Return the file that `sqlite:///path` names.

    Raises:
        UnusableStorageError: It names no file.
    """
    database = sa.make_url(url).database
    if not database or database == ":memory:":
        message = "`DATABASE_URL` names no file, and what is stored would be lost: `sqlite:///path`"
        raise UnusableStorageError(message)
    return Path(database)


def refuse_unsafe_version(linked: tuple[int, ...], workers: int) -> None:
    """Refuse a SQLite that can corrupt a file when several processes write: https://sqlite.org/wal.html#walresetbug.

    Raises:
        UnusableStorageError: It is older than 3.51.3 and does not have the fix; the text says what to install.
    """
    is_fixed = linked >= (3, 51, 3) or (3, 50, 7) <= linked < (3, 51) or (3, 44, 6) <= linked < (3, 45)
    if workers > 1 and not is_fixed:
        version = ".".join(str(part) for part in linked)
        message = (
            f"SQLite {version} can corrupt the file when several processes write to it; `pip install pysqlite3` brings"
            " a newer one, or set `WEB_CONCURRENCY=1`, or use PostgreSQL in `DATABASE_URL`"
        )
        raise UnusableStorageError(message)


def sqlite_engine(path: Path, *pragmas: str, begin: str) -> sa.Engine:
    """Return connections to a file, each also set up with `pragmas`, whose transactions start with `begin`."""
    engine = sa.create_engine(
        sa.URL.create("sqlite+setpoint", database=str(path)),
        begin=begin,
        module=DRIVER,
        connect_args={"check_same_thread": False, "isolation_level": None, "cached_statements": _CACHED_STATEMENTS},
        hide_parameters=True,
        json_serializer=json_text,
        json_deserializer=json_value,
        pool_size=5,
    )

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        for pragma in (*_EVERY_CONNECTION, *pragmas):
            connection.execute(pragma)

    return engine


class OpenConnections:
    """Connections that stay open between transactions; whoever finds none that is free opens another.

    SQLAlchemy's pool examines and resets a connection whenever it is taken or given back, which takes longer than a
    small read.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._free: list[sa.Connection] = []

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Provide a connection with a transaction that is committed at the end, or rolled back if that fails."""
        try:
            connection = self._free.pop()
        except IndexError:
            connection = self._engine.connect()
        try:
            with connection.begin():
                yield connection
        finally:
            if connection.in_transaction():  # it could not even be rolled back
                connection.close()
            else:
                self._free.append(connection)

    def close(self) -> None:
        """Close those that are free, and the engine."""
        while self._free:
            self._free.pop().close()
        self._engine.dispose()


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at `path` from all others on this machine; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def make_file(path: Path) -> None:
    """Make an empty file that others can't read, and its folder, unless they exist.

    Raises:
        UnusableStorageError: They can't be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        message = f"cannot write the database `{path}`: {(error.strerror or '').lower()}"
        raise UnusableStorageError(message) from None
    if not os.access(path.parent, os.W_OK):
        message = f"cannot write to the folder of the database `{path}`, as SQLite has to"
        raise UnusableStorageError(message)
