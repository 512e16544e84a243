"""What happens to other requests of a worker while a database is slow, in a process that gevent patches."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg

from app.store.opening import open_store
from app.store.sqlite.engine import DRIVER
from app.store.testing.examples import OLD_KEY, append, draft
from support.postgresql_server import PostgresqlServer

BACKEND = Path(__file__).resolve().parents[3] / "backend"

WORKER = """
from gevent import monkey; monkey.patch_all()
import sys
import gevent
from app.domain.event import START
from app.store.opening import open_store
from app.store.testing.examples import PRODUCTION, append, draft

store = open_store(sys.argv[1], sys.argv[2])
writer = gevent.spawn(append, store, draft(A="2"))
gevent.sleep(0.05)
for _ in range(50):
    assert store.read(lambda found: found.revisions.current(PRODUCTION).number) == 1
    assert store.position().sequence == 1
    gevent.sleep(0)
print("read while the write waits:", not writer.ready(), flush=True)
sys.stdin.readline()
print("written:", writer.get().number, flush=True)
waiter = gevent.spawn(store.wait, store.position(), 30)
gevent.sleep(0.05)
append(store, draft(A="3"))
print("woken:", waiter.get().sequence, flush=True)
store.close()
"""


def run_worker(url: str, lock: threading.Event) -> list[str]:
    """Return what a worker says of a database that is locked until `lock` is set."""
    environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", WORKER, url, OLD_KEY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as worker:
        assert worker.stdin
        assert worker.stdout
        assert worker.stderr
        said = [worker.stdout.readline()]
        lock.set()
        worker.stdin.write("\n")
        worker.stdin.close()
        said += worker.stdout.readlines()
        assert worker.stderr.read() == ""
    return said


def _then(unlock: threading.Event, release: Callable[[], None]) -> None:
    unlock.wait(60)
    release()


SAID = ["read while the write waits: True\n", "written: 2\n", "woken: 3\n"]


def test_a_locked_sqlite_file_keeps_no_reader_waiting(database: Path) -> None:
    """Another process has the lock; the worker's writer waits for it, and its readers read."""
    url = f"sqlite:///{database}"
    with closing(open_store(url, OLD_KEY)) as store:
        append(store, draft(A="1"))
        unlock = threading.Event()
        with closing(DRIVER.connect(database, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            release = threading.Thread(target=_then, args=(unlock, other.rollback))
            release.start()
            assert run_worker(url, unlock) == SAID
            release.join()


def test_a_locked_postgresql_keeps_no_reader_waiting(postgresql: PostgresqlServer) -> None:
    """Psycopg waits in gevent's way."""
    url = postgresql.new_database()
    with closing(open_store(url, OLD_KEY)) as store:
        append(store, draft(A="1"))
        unlock = threading.Event()
        with psycopg.connect(url) as other:
            other.execute("SELECT * FROM counter FOR UPDATE")
            release = threading.Thread(target=_then, args=(unlock, other.rollback))
            release.start()
            assert run_worker(url, unlock) == SAID
            release.join()


def test_a_driver_that_would_hang_is_refused_at_the_start() -> None:
    """As with `--preload`: the driver is imported before gevent has patched the process."""
    program = (
        "import psycopg; from gevent import monkey; monkey.patch_all();"
        "from app.store.opening import open_store; import sys; open_store(sys.argv[1], sys.argv[2])"
    )
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, "postgresql://localhost/x", OLD_KEY],
        env={**os.environ, "PYTHONPATH": str(BACKEND)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "UnusableStorageError: psycopg was imported before gevent patched the process" in ended.stderr
