"""What a SQLite database must survive: writers killed, a full disk, damaged files, a migration cut short."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
import urllib3
from inline_snapshot import snapshot

from app.domain.errors import ServiceError, StorageFullError
from app.store.opening import open_store
from app.store.sqlite.engine import DRIVER
from app.store.sqlite.store import SqliteStore
from app.store.testing.examples import OLD_KEY, PRODUCTION, append, draft
from setpoint.client.agent import Agent
from setpoint.client.class_process import Outcome
from setpoint.client.connection import Connection
from setpoint.client.login import Login
from setpoint.client.place import Place
from setpoint.client.session import ServiceSession
from support.coverage_variables import coverage_variables
from support.followed_environment import PLACE, Billing
from support.service_over_http import service_over_http
from support.waiting import eventually
from support.writing_process import ROOT, ROUNDS, answered, assert_all_are_there, writing

pytestmark = pytest.mark.long

FLIPS = 20 * ROUNDS

MIGRATIONS = """
import os, signal, sys
from itertools import count
import sqlalchemy as sa
from app.store.opening import open_store

folder, key, step = sys.argv[1:]

def migrate(url, left):
    @sa.event.listens_for(sa.Engine, "after_cursor_execute")
    def die(*_):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    open_store(url, key).close()
    os._exit(0)

for statement in count(1, int(step)):
    child = os.fork()  # to import all of this anew would take longer than to migrate
    if not child:
        migrate(f"sqlite:///{folder}/{statement}.db", statement)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(statement, ended)
    if ended != -signal.SIGKILL:
        break
"""

REFUSED = """
import os, sys
from app.domain.errors import UnusableStorageError
from app.store.opening import open_store

if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for folder in sys.argv[2:]:
    try:
        open_store(f"sqlite:///{folder}/setpoint.db", sys.argv[1])
    except UnusableStorageError as error:
        print(error)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "setpoint.db"


@pytest.fixture
def url(database: Path) -> str:
    return f"sqlite:///{database}"


def opened(url: str) -> SqliteStore:
    store = open_store(url, OLD_KEY)
    assert isinstance(store, SqliteStore)
    return store


def test_no_answered_revision_is_lost_when_writers_are_killed(url: str) -> None:
    """Two at once, killed at any moment; the next ones go on where they were."""
    told: dict[int, tuple[str, str]] = {}
    for attempt in range(ROUNDS):
        with writing(url, f"a{attempt}") as one, writing(url, f"b{attempt}") as other:
            lines = []
            for process in (one, other):
                assert process.stdout
                lines.append(process.stdout.readline())
            time.sleep(random.uniform(0, 0.3))  # noqa: S311 - any moment will do
            for process in (one, other):
                process.send_signal(signal.SIGKILL)
            for process in (one, other):
                assert process.stdout
                lines += process.stdout.readlines()
        assert len(answered(lines)) == len(lines) >= 2
        told |= answered(lines)
    with closing(opened(url)) as store:
        assert_all_are_there(store, told)
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_full_disk_stops_writes_alone_and_only_while_it_is_full(url: str) -> None:
    """The change is not there, reads go on, and so does the next write once there is space."""
    with closing(opened(url)) as store:
        append(store, draft(A="1"))
        with store._writing.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        full = True

        @sa.event.listens_for(store._writing, "begin")
        def fill(connection: sa.Connection) -> None:
            connection.connection.cursor().execute(f"PRAGMA max_page_count = {pages if full else 1_000_000}")

        with pytest.raises(StorageFullError, match="no space is left for the database"):
            append(store, draft(A="x" * 60_000))
        written = store.read(lambda found: found.revisions.history(PRODUCTION))
        assert dict(store.read(lambda found: found.revisions.variables(written[-1]))) == {"A": "1"}
        full = False
        assert append(store, draft(A="2")).number == written[0].number + 1
        assert store.position().sequence == written[0].number + 1


def test_a_service_on_a_full_disk_reads_hears_later_and_recovers(url: str) -> None:
    """Over HTTP: 507 for writes, 200 and 304 for reads, and an instance tells its verdict once there is space."""
    with service_over_http(url, OLD_KEY) as service:
        billing = Billing(service.url, service.admin)
        billing.write(POOL_MAX="1")
        store = service.store
        assert isinstance(store, SqliteStore)
        most = [1_000_000]

        @sa.event.listens_for(store._writing, "begin")
        def fill(connection: sa.Connection) -> None:
            connection.connection.cursor().execute(f"PRAGMA max_page_count = {most[0]}")

        session = ServiceSession(Connection(Login(service.url, billing.token)), Place("billing", "production"))
        said: list[str] = []
        agent = Agent(session, lambda _: Outcome(), lambda _: None, said.append, str)
        agent.start()
        eventually(lambda: billing.sessions)
        with store._writing.connect() as connection:
            most[0] = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        too_much = {"If-Match": '"1"', "Authorization": f"Bearer {service.admin}"}
        config = f"{service.url}{PLACE}/config"
        full = urllib3.request("PUT", config, json={"API_KEY": "x" * 60_000}, headers=too_much, timeout=60)
        assert (full.status, full.json()["detail"]) == (507, "no space is left for the database")
        for known, status in (("", 200), ('"1"', 304)):
            sent = {**too_much, "If-None-Match": known}
            assert urllib3.request("GET", config, headers=sent, timeout=60).status == status
        reasons = [{"rule": "r", "variable": "", "message": "m" * 1_000}] * 100
        agent.report({"revision": 1, "verdict": "FAILED", "errors": reasons})
        eventually(lambda: any("no space is left" in line for line in said))
        most[0] = 1_000_000
        eventually(lambda: "refused revision 1" in billing.rollout)
        assert billing.write(POOL_MAX="2") == 2
        agent.finish(10)


def test_a_damaged_file_never_gives_out_a_wrong_value(url: str, database: Path) -> None:
    """Whatever is flipped, zeroed or cut off: the right answer, or an error that says so."""
    values = [f"value-{number}-" + "x" * 500 for number in range(30)]
    with closing(opened(url)) as store:
        for value in values:
            append(store, draft(A=value))
    good = database.read_bytes()
    seeded = random.Random(20261126)  # noqa: S311 - the same places each time
    noticed = 0
    cut = [bytes(100) + good[100:], *(good[: len(good) * part // 7] for part in range(1, 7))]
    for bad in (*cut, *(flipped(good, seeded.randrange(len(good) - 16)) for _ in range(FLIPS))):
        database.write_bytes(bad)
        noticed += not read_all(url, values)
        for beside in database.parent.glob("setpoint.db-[ws]*"):
            beside.unlink()
    assert noticed > len(cut)


def flipped(good: bytes, start: int) -> bytes:
    """Return a file of which 16 bytes are not what they were."""
    return good[:start] + bytes(each ^ 0xFF for each in good[start : start + 16]) + good[start + 16 :]


def read_all(url: str, values: list[str]) -> bool:
    """Return whether all is read; an error of the service is the other answer, and a wrong value is none."""
    try:
        with closing(opened(url)) as store:
            for number, value in enumerate(values, start=1):
                revision = store.read(lambda found, number=number: found.revisions.numbered(PRODUCTION, number))  # type: ignore[misc]
                if revision is None:
                    return False
                read = store.read(lambda found, revision=revision: found.revisions.variables(revision))  # type: ignore[misc]
                assert dict(read) == {"A": value}
    except ServiceError:
        return False
    return True


def test_a_migration_that_is_killed_leaves_all_or_nothing(tmp_path: Path) -> None:
    """After any of its statements; the next start makes the tables."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
    step = "1" if ROUNDS >= 10 else "41"
    command = [sys.executable, "-c", MIGRATIONS, str(tmp_path), OLD_KEY, step]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    *killed, (statements, ended) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (ended, statements > 100) == (0, True), "the last one was killed by nothing: there are no more statements"
    for statement, _ in killed:
        database = tmp_path / f"{statement}.db"
        with closing(DRIVER.connect(database)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert not tables or {"alembic_version", "revisions", "counter", "audit"} <= tables
        with closing(opened(f"sqlite:///{database}")) as store:
            assert append(store, draft(A="1")).number == 1


def test_what_nothing_may_be_written_to_is_refused_in_a_sentence() -> None:
    """A file of somebody else's, or a folder where none can be made; root, who may write anywhere, is nobody there."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, mode in (("missing", 0o555), ("theirs", 0o777), ("alone", 0o555)):
            (folder / name).mkdir()
            if name != "missing":
                opened(f"sqlite:///{folder}/{name}/setpoint.db").close()
                for file in (folder / name).iterdir():
                    file.chmod(0o444 if name == "theirs" else 0o666)
            (folder / name / "setpoint.db-turn").unlink(missing_ok=True)
            (folder / name).chmod(mode)
        folder.chmod(0o755)
        # Coverage would fail to write its data as somebody else than who owns the checkout.
        around = {name: value for name, value in os.environ.items() if name not in coverage_variables()}
        environment = {**around, "PYTHONPATH": str(ROOT / "backend")}
        folders = [str(folder / name) for name in ("missing", "theirs", "alone")]
        command = [sys.executable, "-c", REFUSED, OLD_KEY, *folders]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        for each in folders:
            Path(each).chmod(0o755)
    assert (done.stdout.replace(made, "").splitlines(), done.stderr) == snapshot(
        (
            [
                "cannot write the database `/missing/setpoint.db`: permission denied",
                "cannot write the database `/theirs/setpoint.db`: permission denied",
                "cannot write to the folder of the database `/alone/setpoint.db`, as SQLite has to",
            ],
            "",
        )
    )
