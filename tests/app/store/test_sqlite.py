import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import ServiceError, UnavailableError, UnusableStorageError
from app.domain.event import START
from app.store.opening import open_store
from app.store.sqlite.engine import DRIVER, refuse_unsafe_version
from app.store.sqlite.store import SqliteStore
from app.store.testing.examples import NEW_KEY, OLD_KEY, append, draft

BACKEND = Path(__file__).resolve().parents[3] / "backend"


@pytest.fixture
def store(database: Path) -> Iterator[SqliteStore]:
    opened = open_store(f"sqlite:///{database}", OLD_KEY, workers=4)
    assert isinstance(opened, SqliteStore)
    with closing(opened):
        yield opened


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("trusted_schema", 0)],
)
def test_every_connection_is_set_up_to_lose_nothing(store: SqliteStore, pragma: str, value: object) -> None:
    """`synchronous` 2 is FULL: what was answered outlives a power cut."""
    for engine in (store.engine, store._writing):
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_only_a_writer_waits_inside_sqlite(store: SqliteStore) -> None:
    """It is in a thread of its own; a reader that waited there would hold up its whole worker."""
    waits = []
    for engine in (store.engine, store._writing):
        with engine.connect() as connection:
            waits.append(connection.exec_driver_sql("PRAGMA busy_timeout").scalar())
    assert waits == [0, 10_000]


def test_reads_can_not_write(store: SqliteStore) -> None:
    """A use case that asks and writes by mistake fails in its first test."""
    with pytest.raises(UnavailableError):
        store.read(lambda found: found.revisions._connection.exec_driver_sql("UPDATE counter SET sequence = 7"))


def test_nothing_is_acknowledged_that_nobody_would_find_again(store: SqliteStore, database: Path) -> None:
    """A file that was moved away is still open here; what is written to it is not there at the next start."""
    append(store, draft(A="1"))
    away = database.rename(database.with_suffix(".away"))
    with pytest.raises(UnavailableError, match="the database file was moved or replaced while the service ran"):
        append(store, draft(A="2"))
    database.write_bytes(away.read_bytes())
    with pytest.raises(UnavailableError, match="put it back, or restart the service"):
        append(store, draft(A="2"))
    away.replace(database)
    assert append(store, draft(A="3")).number == 2


def test_what_a_reader_still_keeps_is_not_called_removed(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old pages stay beside the file until nobody reads them any more."""
    monkeypatch.setattr("app.store.sqlite.store._PATIENCE_SECONDS", 0.02)
    with closing(open_store(f"sqlite:///{database}", OLD_KEY)) as store, closing(DRIVER.connect(database)) as reader:
        append(store, draft(COUNT="1"))
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM revisions").fetchone()
        append(store, draft(COUNT="2"))
        with pytest.raises(UnavailableError, match="do the same again"):
            store.scrub()
        reader.rollback()
        store.scrub()


def test_others_can_not_read_the_file(store: SqliteStore) -> None:
    """Neither the database nor what lies beside it."""
    append(store, draft(A="1"))
    folder = store.path.parent
    modes = {path.name: path.stat().st_mode & 0o077 for path in (folder, store._bell._folder, *folder.iterdir())}
    assert set(modes) >= {"setpoint.db", "setpoint.db-wal", "setpoint.db-shm"}
    assert set(modes.values()) == {0}


def test_a_file_of_something_else_stays_as_it_is(database: Path) -> None:
    """Not even the way in which its changes are written is another one afterwards."""
    database.parent.mkdir(exist_ok=True)
    with closing(DRIVER.connect(database)) as theirs:
        theirs.execute("CREATE TABLE customers (name TEXT)")
    before = database.read_bytes()
    with pytest.raises(UnusableStorageError, match="name a database of its own in `DATABASE_URL`"):
        open_store(f"sqlite:///{database}", OLD_KEY)
    assert database.read_bytes() == before


@pytest.mark.parametrize("theirs", ["tables", "text"])
def test_nothing_is_changed_or_left_beside_a_file_of_something_else(database: Path, theirs: str) -> None:
    """Whoever mistypes `DATABASE_URL` has nothing to clean up."""
    database.parent.mkdir()
    if theirs == "tables":
        with closing(DRIVER.connect(database)) as connection:
            connection.execute("CREATE TABLE customers (name TEXT)")
    else:
        database.write_text("a letter to a customer\n" * 100)
    before = database.read_bytes()
    with pytest.raises(ServiceError):
        open_store(f"sqlite:///{database}", OLD_KEY)
    assert ([*database.parent.iterdir()], database.read_bytes()) == ([database], before)


def test_with_a_wrong_key_nothing_starts_and_nothing_is_written(database: Path) -> None:
    """In one sentence that names the setting."""
    with closing(open_store(f"sqlite:///{database}", OLD_KEY)) as store:
        append(store, draft(A="1"))
    before = database.read_bytes()
    for keys in (NEW_KEY, f"old:{NEW_KEY.partition(':')[2]}"):
        with pytest.raises(UnusableStorageError, match=r"^[^\n]*`ENCRYPTION_KEYS`[^\n]*$"):
            open_store(f"sqlite:///{database}", keys)
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("linked", "workers", "safe"),
    [
        ((3, 40, 1), 1, True),
        ((3, 40, 1), 2, False),
        ((3, 44, 6), 2, True),
        ((3, 45, 0), 2, False),
        ((3, 50, 7), 2, True),
        ((3, 51, 1), 2, False),
        ((3, 51, 2), 2, False),
        ((3, 51, 3), 2, True),
        ((3, 53, 4), 9, True),
    ],
)
def test_a_sqlite_that_can_corrupt_the_file_gets_one_worker(linked: tuple[int, ...], workers: int, safe: bool) -> None:  # noqa: FBT001 - a table
    """The linked version counts, not the name of a package."""
    if safe:
        refuse_unsafe_version(linked, workers)
    else:
        with pytest.raises(UnusableStorageError, match=r"`pip install pysqlite3` brings a newer one"):
            refuse_unsafe_version(linked, workers)


def test_the_linked_version_is_safe_for_several_workers() -> None:
    """What the lock installs on this machine."""
    refuse_unsafe_version(DRIVER.sqlite_version_info, workers=2)


@pytest.mark.long
def test_several_workers_start_at_once_on_a_new_file(database: Path) -> None:
    """One makes the tables, and the others find them made."""
    program = (
        "import sys; from app.store.opening import open_store;"
        "store = open_store(sys.argv[1], sys.argv[2], 4); print(store.position()); store.close()"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{database}", OLD_KEY]

    def start(_: int) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    with ThreadPoolExecutor(4) as workers:
        answers = list(workers.map(start, range(4)))
    assert [(each.returncode, each.stdout, each.stderr) for each in answers] == [(0, "0-00000000\n", "")] * 4


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://root:hunter2@host/db", "hunter2"])
def test_a_url_that_names_no_store_is_refused_without_showing_it(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(UnusableStorageError) as refused:
        open_store(url, OLD_KEY)
    assert "DATABASE_URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_folder_that_can_not_be_made_is_a_sentence(tmp_path: Path) -> None:
    """The start ends before anything is written."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UnusableStorageError, match=re.escape(f"cannot write the database `{tmp_path}/file/x.db`: ")):
        open_store(f"sqlite:///{tmp_path}/file/x.db", OLD_KEY)


def test_a_database_of_a_newer_version_is_refused(database: Path, store: SqliteStore) -> None:
    """An old program must not write into tables that it does not know."""
    with store._writing.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UnusableStorageError, match="the tables are at version `9999`"):
        open_store(f"sqlite:///{database}", OLD_KEY)


def test_a_long_path_still_wakes(tmp_path: Path) -> None:
    """The kernel takes 107 bytes as the address of a socket."""
    database = tmp_path / ("a" * 100) / "setpoint.db"
    with closing(open_store(f"sqlite:///{database}", OLD_KEY)) as store:
        append(store, draft(A="1"))
        assert store.wait(START, timeout=30).sequence == 1


def test_a_service_on_sqlite_does_not_load_what_another_database_needs() -> None:
    """That costs each worker a tenth of a second and memory."""
    program = "import sys, app.factory, app.store.opening; print(sorted({'psycopg', 'alembic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=BACKEND, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
