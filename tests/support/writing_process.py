"""Processes that write revisions, three at once, until somebody ends them, and tell each one that was answered."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.store.testing.examples import OLD_KEY, PRODUCTION, AnyStore
from app.store.verifying import faults

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "2"))
"""How often a fault is tried that needs luck to hit; `make faults` tries more often."""

_PROGRAM = """
import sys
import threading
import time
from itertools import count
from app.domain.errors import UnavailableError
from app.store.opening import open_store
from app.store.testing.examples import append, draft

store, counts, telling = open_store(sys.argv[1], sys.argv[2]), count(1), threading.Lock()

def tell(*words):
    with telling:
        sys.stdout.write(" ".join(map(str, words)) + "\\n")  # `print` may write it in parts, and be killed in between
        sys.stdout.flush()

def write():
    for each in counts:
        try:
            number = append(store, draft(WRITER=sys.argv[3], COUNT=str(each))).number
        except UnavailableError:
            tell("unavailable")
            time.sleep(0.02)
        else:
            tell(number, sys.argv[3], each)

for _ in range(3):  # some of what is written at once shares a commit
    threading.Thread(target=write).start()
"""


@contextmanager
def writing(url: str, name: str) -> Iterator[subprocess.Popen[str]]:
    """Give a process that writes, and end it by force if nobody else has."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
    command = [sys.executable, "-c", _PROGRAM, url, OLD_KEY, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def answered(lines: list[str]) -> dict[int, tuple[str, str]]:
    """Return the writer and its count by the number of the revision, of those that were answered."""
    rows = [line.split() for line in lines if line.endswith("\n") and line != "unavailable\n"]
    return {int(number): (writer, count) for number, writer, count in rows}


def assert_all_are_there(store: AnyStore, told: dict[int, tuple[str, str]]) -> None:
    """Look whether each revision that was answered is there, with its values, and whether all else is whole."""
    history = store.read(lambda found: found.revisions.history(PRODUCTION, limit=1_000_000))
    assert [each.number for each in history] == list(range(len(history), 0, -1))
    assert {*told} <= {each.number for each in history}, "what was answered is there"
    kept = {each.number: store.read(lambda found, each=each: found.revisions.variables(each)) for each in history}  # type: ignore[misc]
    assert {number: (kept[number]["WRITER"], kept[number]["COUNT"]) for number in told} == told
    assert store.read(lambda each: list(faults(each))) == []
