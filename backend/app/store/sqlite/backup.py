"""Copies a SQLite database while it is in use, and puts such a copy in its place."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.domain.errors import DamagedError, UnusableStorageError
from app.store.migrating import migrate
from app.store.sealing import Sealer
from app.store.sqlite.bell import is_in_use
from app.store.sqlite.engine import DRIVER, database_path
from app.store.transaction import SqlTransaction
from app.store.verifying import faults

_BESIDE = ("-wal", "-shm")


def back_up(url: str, target: Path) -> None:
    """Write a copy of the database, as it was at one moment, to a new file that others can't read.

    The copy holds values in their stored form, so it is useless without the keys: keep these separately.

    Raises:
        UnusableStorageError: There is no SQLite file of Setpoint, or the target is there or can't be written.
    """
    source = _sqlite_path(url)
    _refuse_absent(source)
    _refuse_existing(target)
    draft = target.with_name(f".{target.name}.draft")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(DRIVER.connect(_address(source, "mode=ro"), uri=True)) as connection:
            _refuse_other_tables(connection, source)
            connection.execute("VACUUM INTO ?", (str(draft),))
        _put(draft, target)
    except OSError as error:
        message = f"cannot write `{target}`: {(error.strerror or '').lower()}"
        raise UnusableStorageError(message) from None
    except DRIVER.Error as error:
        message = f"cannot copy `{source}`: {error}"
        raise UnusableStorageError(message) from None
    finally:
        draft.unlink(missing_ok=True)


def restore(backup: Path, url: str, sealer: Sealer) -> None:
    """Put a checked copy in the place of a database that does not exist, while no service runs on it.

    A copy of an older version is migrated before it is checked, as the next start would migrate it. Watchers notice,
    because later events have other marks than those that they may have seen.

    Raises:
        UnusableStorageError: The service is running, or a database exists, which must be moved away by hand; or
            the copy is of a newer version, or of something else.
        DamagedError: The copy is not what was written.
    """
    target = _sqlite_path(url)
    if is_in_use(target):
        message = f"a service runs on `{target}`: stop it first"
        raise UnusableStorageError(message)
    _refuse_existing(target)
    _refuse_absent(backup)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(backup.read_bytes())
        _migrate(draft, backup)
        check(draft, sealer)
        for ending in _BESIDE:
            target.with_name(target.name + ending).unlink(missing_ok=True)
        _put(draft, target)
    except OSError as error:
        message = f"cannot write `{target}`: {(error.strerror or '').lower()}"
        raise UnusableStorageError(message) from None
    finally:
        draft.unlink(missing_ok=True)


def check(path: Path, sealer: Sealer) -> None:
    """Check a copy of a database of this version: the file, each revision, and whether the keys open it.

    Raises:
        UnusableStorageError: The keys are not those that it was written with.
        DamagedError: It is not what was written; the text lists the differences.
    """
    with _opened(path, "mode=ro&immutable=1") as connection:
        found = SqlTransaction(connection, sealer)
        found.keys.unwrap_all()
        try:
            problems = [*file_faults(connection), *faults(found)]
        except sa.exc.DBAPIError as error:
            problems = [f"SQLite reports: {error.orig}"]
    if problems:
        raise DamagedError("\n".join(problems))


def _migrate(draft: Path, backup: Path) -> None:
    """Give the draft of a database the tables of this version.

    Raises:
        UnusableStorageError: The backup that it was made of is of a newer version, or of something else.
    """
    with _opened(draft, "mode=rw") as connection:
        if not _is_ours(connection):
            message = f"`{backup}` is not a Setpoint database"
            raise UnusableStorageError(message)
        try:
            migrate(connection)
            connection.commit()
        except sa.exc.DBAPIError as error:
            message = f"`{backup}` can't be migrated: {error.orig}"
            raise UnusableStorageError(message) from None


def _is_ours(connection: sa.Connection) -> bool:
    try:
        return "counter" in sa.inspect(connection).get_table_names()
    except sa.exc.DBAPIError:
        return False


@contextmanager
def _opened(path: Path, how: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(
        "sqlite://",
        module=DRIVER,
        creator=lambda: DRIVER.connect(_address(path, how), uri=True),
        hide_parameters=True,
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def file_faults(connection: sa.Connection) -> list[str]:
    """Return what SQLite itself finds wrong with the file."""
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    return [] if found == ["ok"] else [f"SQLite reports: {each}" for each in found]


def _address(path: Path, how: str) -> str:
    """Return how SQLite names a file to open it in a special way; any character may be in its name."""
    return f"{path.absolute().as_uri()}?{how}"


def _sqlite_path(url: str) -> Path:
    if not url.startswith("sqlite:"):
        message = "PostgreSQL is backed up and restored by its own tools, `pg_dump` and `pg_restore`"
        raise UnusableStorageError(message)
    return database_path(url)


def _refuse_absent(path: Path) -> None:
    if not path.is_file():
        message = f"there is no `{path}`"
        raise UnusableStorageError(message)


def _refuse_other_tables(connection: Any, path: Path) -> None:
    """Refuse to call something a backup if it could not be restored."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'counter'").fetchone() is None:
        message = f"`{path}` is not a Setpoint database"
        raise UnusableStorageError(message)


def _refuse_existing(target: Path) -> None:
    if target.exists():
        message = f"`{target}` already exists: move it away first"
        raise UnusableStorageError(message)


def _put(draft: Path, target: Path) -> None:
    """Give the draft its final name, once it is on disk."""
    for path in (draft, None, target.parent):
        if path is None:
            draft.rename(target)
            continue
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
