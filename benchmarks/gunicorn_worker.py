"""A real gunicorn with one worker, and what that worker has used."""

import base64
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[1] / "backend"
KEYS = "bench:" + base64.b64encode(os.urandom(32)).decode()
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@contextmanager
def worker(folder: Path, words: Sequence[str], variables: Mapping[str, str]) -> Iterator[tuple[int, tuple[str, int]]]:
    """Run gunicorn with one worker, and give its process id and where it listens; it keeps its data for itself."""
    with workers(folder, words, variables) as ((pid, *_), address):
        yield pid, address


@contextmanager
def workers(
    folder: Path, words: Sequence[str], variables: Mapping[str, str]
) -> Iterator[tuple[Sequence[int], tuple[str, int]]]:
    """Run gunicorn, with one worker unless `variables` say otherwise; give their process ids and where they listen."""
    own = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    with tempfile.TemporaryDirectory() as kept, socket.create_server(("127.0.0.1", 0), backlog=4_096) as listener:
        descriptor, address = listener.fileno(), listener.getsockname()
        store = {"ENCRYPTION_KEYS": KEYS, "DATABASE_URL": f"sqlite:///{kept}/setpoint.db"}
        process = subprocess.Popen(
            [gunicorn, f"--bind=fd://{descriptor}", *words],
            cwd=folder,
            env={**own, "ENV_FILE": os.devnull, "WEB_CONCURRENCY": "1", **store, **variables},
            pass_fds=[descriptor],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _ask(address)
            yield children(process.pid), address
        finally:
            process.terminate()
            process.wait()


def _ask(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(address[0], address[1], timeout=30)
    connection.request("GET", "/version")
    connection.getresponse().read()
    connection.close()


def children(pid: int) -> Sequence[int]:
    """Return the process ids of the children of a process."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    time.sleep(0.02)  # the clock of processes ticks a hundred times a second
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def resident_kib(pid: int) -> float:
    """Return the memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1_024
