"""What readers of a worker notice of a disk that is slow to sync, and of a process that keeps the lock."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median_high

import pytest

from app.store.sqlite.engine import DRIVER
from support.configuration_service import first_token
from support.contenders import Client, push_contract
from support.fresh_database import fresh_database
from support.gunicorn_process import GUNICORN, GunicornProcess, gunicorn
from support.keyed_settings import KEYS
from support.power_cuts import may_trace, on_slow_disk

pytestmark = pytest.mark.long

SYNC_IN_SECONDS = 0.2
LOCKED_IN_SECONDS = 3.0
QUICK_IN_SECONDS = 0.05
READS = 200
ROUNDS = 5
"""Reads must be quick in most: a busy machine may delay those of one, and a write that blocks would delay all."""


@contextmanager
def served(folder: Path, program: tuple[str, ...] = (GUNICORN,)) -> Iterator[tuple[GunicornProcess, str]]:
    """Give a service with a first revision, and a token."""
    url = fresh_database(folder)
    token = first_token(url, KEYS)
    variables = {"DATABASE_URL": url, "APP_REVISIONS_PER_HOUR": "1000000"}
    with gunicorn(folder / "output", variables, program=program) as server:
        server.wait_until_ready()
        push_contract(server, token)
        with closing(Client(server.address, token)) as client:
            assert client.write({"WRITER": "first", "COUNT": "0"}, If_None_Match="*")[0] == 201
        yield server, token


def test_a_slow_disk_keeps_no_reader_waiting(tmp_path: Path) -> None:
    """Though somebody writes all the time, and each write waits for the disk."""
    if not may_trace():
        pytest.skip("this machine lets nobody trace a program: nothing makes its disk slow")
    with served(tmp_path, on_slow_disk(SYNC_IN_SECONDS, GUNICORN)) as (server, token):
        writes: list[float] = []
        done = threading.Event()

        def write() -> None:
            with closing(Client(server.address, token)) as client:
                while not done.is_set():
                    content = {"WRITER": "slow", "COUNT": str(len(writes))}
                    writes.append(_seconds(partial(client.write, content, If_Match="*")))

        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert median_high(_p90_of_reads(server, token) for _ in range(ROUNDS)) < QUICK_IN_SECONDS
        finally:
            done.set()
            writer.join()
        assert min(writes) > SYNC_IN_SECONDS


def test_a_lock_of_another_process_keeps_no_reader_waiting(tmp_path: Path) -> None:
    """The write that waits for it is stored in the end."""
    with served(tmp_path) as (server, token), closing(DRIVER.connect(tmp_path / "setpoint.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answered: list[int] = []

        def write() -> None:
            with closing(Client(server.address, token)) as client:
                answered.append(client.write({"WRITER": "patient", "COUNT": "1"}, If_Match="*")[0])

        writer = threading.Thread(target=write)
        writer.start()
        found: list[float] = []
        while time.monotonic() - began < LOCKED_IN_SECONDS:
            found.append(_p90_of_reads(server, token))
        assert not answered
        other.rollback()
        writer.join()
        assert answered == [201]
        assert median_high(found) < QUICK_IN_SECONDS


def _p90_of_reads(server: GunicornProcess, token: str) -> float:
    """Return within how many seconds nine of ten reads were answered: a write that blocks delays most of them."""
    with closing(Client(server.address, token)) as client:
        return sorted(_seconds(client.current) for _ in range(READS))[READS * 9 // 10 - 1]


def _seconds(do: Callable[[], object]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began
