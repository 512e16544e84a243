"""Says what is unsafe in an installation, before something happens to it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from app.domain.errors import ServiceError, UnusableStorageError
from app.domain.validation import Fault
from app.store.failures import told_plainly
from app.store.migrating import HEAD, version_of
from app.store.opening import open_store
from app.store.postgresql import PostgresqlStore, connected
from app.store.sqlite.backup import file_faults
from app.store.sqlite.engine import DRIVER, database_path, refuse_unsafe_version, sqlite_engine
from app.store.sqlite.store import SqliteStore
from app.store.transaction import SqlTransaction
from app.store.verifying import faults
from setpoint.text.join import counted

_LONG_UNDELIVERED = timedelta(hours=1)
_LITTLE_SPACE = 100 << 20
_OVER_THE_NETWORK = ("9p", "afs", "ceph", "cifs", "fuse", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs")
_POSTGRESQL_SETTINGS = {
    "fsync": "a crash of the machine can lose or corrupt everything",
    "full_page_writes": "a crash of the machine can damage pages that were half written",
    "synchronous_commit": "a crash loses the newest writes",
}


def examine(url: str, encryption_keys: str, workers: int) -> list[Fault]:
    """Return what is unsafe, with what to do about it; nothing is changed, and no database is created.

    Args:
        url: As `DATABASE_URL`.
        encryption_keys: As `ENCRYPTION_KEYS`.
        workers: How many processes write.
    """
    problems: list[Fault] = []
    if url.startswith("sqlite:"):
        try:
            refuse_unsafe_version(DRIVER.sqlite_version_info, workers)
        except UnusableStorageError as error:
            problems.append(Fault(None, "unsafe-sqlite", str(error)))
    try:
        if url.startswith("sqlite:"):
            if not (path := database_path(url)).exists():
                return [*problems, Fault(None, "no-database", f"there is no `{path}` yet", "the first start makes it")]
            problems += _of_file(path)
        if problem := _of_tables(url):
            return [*problems, problem]
        store = open_store(url, encryption_keys)
    except ServiceError as error:
        return [*problems, Fault(None, "no-start", str(error))]
    try:
        with told_plainly():
            problems += _of_sqlite(store) if isinstance(store, SqliteStore) else _of_postgresql(store)
    except ServiceError as error:
        problems.append(Fault(None, "unreadable", str(error)))
    finally:
        store.close()
    return problems


def _of_tables(url: str) -> Fault | None:
    """Return why the store is not to be opened: that makes tables, or changes those of a service that may run."""
    if url.startswith("sqlite:"):
        engine = sqlite_engine(database_path(url), "PRAGMA query_only = ON", begin="BEGIN")
    else:
        engine = sa.create_engine("postgresql+psycopg://", creator=partial(connected, url), hide_parameters=True)
    try:
        with told_plainly(), engine.connect() as connection, connection.begin():
            version = version_of(connection)
    finally:
        engine.dispose()
    if version is None:
        return Fault(None, "no-database", "there are no tables yet", "the first start makes them")
    if version < HEAD:
        message = f"the tables are at version `{version}`, and were not examined"
        return Fault(None, "old-tables", message, "back up, and then start this version: it brings them up to date")
    return None


def _of_sqlite(store: SqliteStore) -> Iterator[Fault]:
    with store.engine.connect() as connection, connection.begin():
        for sentence in file_faults(connection):
            yield Fault(None, "damaged", sentence, "restore a backup")
        yield from _of_contents(SqlTransaction(connection, store.sealer))


def open_to_others(path: Path) -> Iterator[Fault]:
    """Yield a problem if a file with secrets can be read or written by others than its owner."""
    if path.is_file() and path.stat().st_mode & 0o077:
        yield Fault(None, "open-file", f"others can read or write `{path}`", f"`chmod 600 {path}`")


def _of_file(path: Path) -> Iterator[Fault]:
    yield from open_to_others(path)
    if (free := shutil.disk_usage(path).free) < _LITTLE_SPACE:
        yield Fault(None, "little-space", f"there are {free >> 20} MiB left for `{path}`", "make room")
    kind = file_system(path)
    if kind.split(".")[0] in _OVER_THE_NETWORK:
        message = f"`{path}` is on a network file system ({kind}), where locks are not reliable"
        yield Fault(None, "network-file", message, "put it on a local disk, or use PostgreSQL in `DATABASE_URL`")


def file_system(path: Path) -> str:
    """Return the kind of file system that holds `path`; empty if the system does not say."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return ""
    rows = [line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    holding = [(row[1], row[2]) for row in rows if path.resolve().is_relative_to(row[1])]
    return max(holding, key=lambda each: len(each[0]), default=("", ""))[1]


def _of_postgresql(store: PostgresqlStore) -> Iterator[Fault]:
    with store.engine.connect() as connection, connection.begin():
        for name, risk in _POSTGRESQL_SETTINGS.items():
            if connection.exec_driver_sql(f"SHOW {name}").scalar() == "off":
                yield Fault(None, "unsafe-postgresql", f"`{name}` is off: {risk}", f"set `{name}` to on")
        if not connection.exec_driver_sql("SHOW synchronous_standby_names").scalar():
            message = "there is no synchronous standby: if the server is lost, the newest writes are lost too"
            yield Fault(
                None, "no-standby", message, "set `synchronous_standby_names`, if you can't afford to lose them"
            )
        yield from _of_contents(SqlTransaction(connection, store.sealer))


def _undelivered(found: SqlTransaction) -> Iterator[Fault]:
    now = datetime.now(UTC)
    for webhook, since, count in found.webhooks.waiting_since():
        if now - since > _LONG_UNDELIVERED:
            message = (
                f"the webhook `{webhook}` has {counted(count, 'undelivered message')}, the oldest of {since:%F %R} UTC"
            )
            yield Fault(None, "undelivered", message, f"`setpoint webhooks deliveries {webhook}` says why")


def _of_contents(found: SqlTransaction) -> Iterator[Fault]:
    yield from _undelivered(found)
    for sentence in faults(found):
        yield Fault(None, "damaged", sentence, "restore a backup")
    for key_id in sorted({*found.keys.wrapped_by().values()} - {found.keys.first()}):
        message = f"values are still encrypted with the key `{key_id}`, which is not the first of `ENCRYPTION_KEYS`"
        yield Fault(None, "outdated-key", message, "`setpoint keys rotate`")
