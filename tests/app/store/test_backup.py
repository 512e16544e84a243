import secrets
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.errors import DamagedError, UnusableStorageError
from app.domain.event import START, Reset
from app.domain.proposal import Terms, Wish
from app.store.migrating import HEAD, migrate
from app.store.opening import open_store
from app.store.sealing import Keyring, Sealer
from app.store.sqlite.backup import back_up, check, restore
from app.store.sqlite.engine import DRIVER
from app.store.testing.examples import NEW_KEY, NOW, OLD_KEY, PRODUCTION, STAGING, AnyStore, append, draft

CANARY = "c4n4ry-of-the-backups"
LARGE, MEBIBYTE = 8, 1 << 20
"""With so many revisions of that size, a copy takes as long as several writes."""
SEALER = Sealer(Keyring.parse(OLD_KEY))


@pytest.fixture
def url(database: Path) -> str:
    return f"sqlite:///{database}"


@pytest.fixture
def store(url: str) -> Iterator[AnyStore]:
    with closing(open_store(url, OLD_KEY)) as opened:
        yield opened


@contextmanager
def written_meanwhile(store: AnyStore) -> Iterator[list[int]]:
    """Write one revision after the other; give their numbers so far."""
    written = [append(store, draft(COUNT="0", KEY=CANARY)).number]
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            written.append(append(store, draft(COUNT=str(written[-1]), KEY=CANARY)).number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield written
    finally:
        stop.set()
        writer.join()


def test_a_copy_made_under_writes_is_whole_and_can_be_put_in_place(store: AnyStore, url: str, tmp_path: Path) -> None:
    """Each revision in it is one that was written, and those that were written after it began are not there."""
    for _ in range(LARGE):
        append(store, draft(STAGING, LONG=secrets.token_hex(MEBIBYTE // 2)))
    copies = [tmp_path / name for name in ("copy.db", "copy#2?mode=rw.db", "50%41 copy.db")]
    newest: list[tuple[int, int]] = []
    with written_meanwhile(store) as written:
        for copy in copies:
            before = written[-1]
            back_up(url, copy)
            newest.append((before, written[-1]))
    for number, copy in enumerate(copies):
        assert copy.stat().st_mode & 0o777 == 0o600
        assert CANARY.encode() not in copy.read_bytes()
        elsewhere = f"sqlite:///{tmp_path}/restored-{number}/setpoint.db"
        restore(copy, elsewhere, SEALER)
        with closing(open_store(elsewhere, OLD_KEY)) as restored:
            history = restored.read(lambda found: found.revisions.history(PRODUCTION, limit=10_000))
            counts = [restored.read(lambda found, each=each: found.revisions.variables(each)) for each in history]  # type: ignore[misc]
        assert [int(each["COUNT"]) + 1 for each in counts] == [each.number for each in history]
        assert history[-1].number == 1
        before, afterwards = newest[number]
        assert before <= history[0].number < afterwards, "somebody wrote while the copy was made"


def test_watchers_notice_that_a_backup_was_restored(store: AnyStore, url: str, database: Path, tmp_path: Path) -> None:
    """It counts anew, and the same number belongs to another event then."""
    append(store, draft(A="1"))
    back_up(url, tmp_path / "copy.db")
    append(store, draft(A="2"))
    seen = store.position()
    store.close()
    database.rename(tmp_path / "old.db")
    restore(tmp_path / "copy.db", url, SEALER)
    with closing(open_store(url, OLD_KEY)) as restored:
        assert append(restored, draft(A="3")).number == 2
        assert restored.position().sequence == seen.sequence
        assert restored.read(lambda found: found.events.after(seen)) == Reset(restored.position())
        assert not isinstance(restored.read(lambda found: found.events.after(START)), Reset)


@pytest.mark.parametrize("version", ["0001", "0007", HEAD])
def test_a_backup_of_an_older_version_is_restored(tmp_path: Path, version: str) -> None:
    """It is what is left of a service that was upgraded since; its tables are migrated before they are checked."""
    old, elsewhere = tmp_path / "old.db", f"sqlite:///{tmp_path}/elsewhere.db"
    engine = sa.create_engine(f"sqlite:///{old}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        migrate(connection, version)
    restore(old, elsewhere, SEALER)
    with closing(open_store(elsewhere, OLD_KEY)) as restored:
        assert append(restored, draft(A="1")).number == 1


@pytest.mark.usefixtures("store")
def test_a_backup_of_a_newer_version_is_not_put_in_place(url: str, tmp_path: Path) -> None:
    """The service would not start on it."""
    copy, elsewhere = tmp_path / "copy.db", f"sqlite:///{tmp_path}/elsewhere.db"
    back_up(url, copy)
    with closing(DRIVER.connect(copy)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UnusableStorageError, match="version `9999`, which this version of Setpoint does not know"):
        restore(copy, elsewhere, SEALER)
    assert not (tmp_path / "elsewhere.db").exists()


def test_what_could_not_be_restored_is_not_called_a_backup(tmp_path: Path) -> None:
    """A mistyped `DATABASE_URL` is noticed when the copy is made, not when it is needed."""
    with pytest.raises(UnusableStorageError, match=r"there is no `.*/nothing\.db`"):
        back_up(f"sqlite:///{tmp_path}/nothing.db", tmp_path / "copy.db")
    with closing(DRIVER.connect(tmp_path / "theirs.db")) as theirs:
        theirs.execute("CREATE TABLE customers (name TEXT)")
    with pytest.raises(UnusableStorageError, match=r"`.*/theirs\.db` is not a Setpoint database"):
        back_up(f"sqlite:///{tmp_path}/theirs.db", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_nothing_is_overwritten(store: AnyStore, url: str, tmp_path: Path) -> None:
    """Neither a file by a copy, nor a database by a restored one."""
    append(store, draft(A="1"))
    copy = tmp_path / "copy.db"
    back_up(url, copy)
    with pytest.raises(UnusableStorageError, match=r"copy\.db` already exists: move it away first"):
        back_up(url, copy)
    with pytest.raises(UnusableStorageError, match="a service runs on"):
        restore(copy, url, SEALER)
    store.close()
    with pytest.raises(UnusableStorageError, match=r"setpoint\.db` already exists: move it away first"):
        restore(copy, url, SEALER)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "var"]


def test_a_copy_that_can_not_be_trusted_is_not_put_in_place(store: AnyStore, url: str, tmp_path: Path) -> None:
    """Without its keys, damaged, of something else, or not there."""
    append(store, draft(A="1"))
    copy, elsewhere = tmp_path / "copy.db", f"sqlite:///{tmp_path}/elsewhere.db"
    back_up(url, copy)
    with pytest.raises(UnusableStorageError, match="`ENCRYPTION_KEYS` does not hold the key `old`"):
        restore(copy, elsewhere, Sealer(Keyring.parse(NEW_KEY)))
    with closing(DRIVER.connect(copy)) as connection, connection:
        connection.execute("UPDATE revisions SET message = 'another'")
    with pytest.raises(DamagedError, match="`billing/production@1` is not what was written"):
        restore(copy, elsewhere, SEALER)
    for content in (b"", b"no database"):
        (tmp_path / "other").write_bytes(content)
        with pytest.raises(UnusableStorageError, match="is not a Setpoint database"):
            restore(tmp_path / "other", elsewhere, SEALER)
    with pytest.raises(UnusableStorageError, match="there is no"):
        restore(tmp_path / "nothing", elsewhere, SEALER)
    assert not (tmp_path / "elsewhere.db").exists()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM revisions WHERE number = 2", "`billing/production` has a revision 3 after revision 1"),
        (
            "UPDATE revisions SET previous = 'x' WHERE number = 2",
            "`billing/production@2` does not follow from",
        ),
        ("UPDATE revisions SET names = '[\"B\"]' WHERE number = 2", "`billing/production@2` is not what was written"),
        ("UPDATE revisions SET body = x'00' WHERE number = 1", "`billing/production@1` is not what was written"),
        ("UPDATE revisions SET data_key = x'00' WHERE number = 1", "`billing/production@1` can't be decrypted"),
        ("UPDATE proposals SET base = 2", "`billing/production#1` is not what was written"),
        ("UPDATE proposals SET body = x'00'", "`billing/production#1` is not what was written"),
        ("UPDATE schemas SET document = '{}'", "the schema `sha256:one` of `billing` is not what was written"),
        ("DELETE FROM events WHERE sequence = 3", "the newest event is 2, and the counter is at 3"),
    ],
)
def test_what_is_missing_or_changed_is_named(store: AnyStore, url: str, tmp_path: Path, damage: str, said: str) -> None:
    """Whoever restores knows what to look for."""
    for number in range(3):
        append(store, draft(A=str(number)))
    store.write(lambda found: found.proposals.add(Wish(draft(A="4"), 3, Terms()), NOW))
    copy = tmp_path / "copy.db"
    back_up(url, copy)
    check(copy, SEALER)
    with closing(DRIVER.connect(copy)) as connection, connection:
        connection.execute(damage)
    with pytest.raises(DamagedError) as found:
        check(copy, SEALER)
    assert said in str(found.value)


def test_postgresql_has_tools_of_its_own(tmp_path: Path) -> None:
    """The refusal names them."""
    with pytest.raises(UnusableStorageError, match="`pg_dump` and `pg_restore`"):
        back_up("postgresql://localhost/setpoint", tmp_path / "copy")
