"""Starts the service under a real gunicorn, talks to it, and stops it whatever happens."""

import atexit
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

from support.coverage_variables import coverage_variables
from support.fresh_database import database_in
from support.keyed_settings import KEYS
from support.waiting import PATIENCE_IN_SECONDS, eventually

BACKEND = Path(__file__).resolve().parents[2] / "backend"
GUNICORN = str(Path(sys.executable).with_name("gunicorn"))
REFUSED = "reload refused; the old workers keep serving"


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass
class GunicornProcess:
    """A running gunicorn master.

    Attributes:
        process: The master.
        address: Where it listens.
        output: The file that takes its standard output and standard error.
        unread: From which of its log lines on they are looked at.
    """

    process: subprocess.Popen[bytes]
    address: tuple[str, int]
    output: Path
    unread: int = 0

    @property
    def pid(self) -> int:
        """Return the id of the master."""
        return self.process.pid

    def get(self, path: str, seconds: float = PATIENCE_IN_SECONDS, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for `path` on a connection of its own."""
        connection = http.client.HTTPConnection(*self.address, timeout=seconds)
        try:
            connection.request("GET", path, headers={"Connection": "close", **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def setting(self, variable: str) -> Any:
        """Return the value of a setting as one of the workers tells it."""
        return self.get("/v1/settings").json["settings"][variable]["value"]

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(self.address, timeout=PATIENCE_IN_SECONDS)

    def workers(self) -> set[int]:
        """Return the ids of the workers."""
        return {int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()}

    def worker_of(self, connection: socket.socket) -> int:
        """Return the id of the worker that has taken a connection to it."""
        ends = [f":{end[1]:04X}" for end in (self.address, connection.getsockname())]
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        inode = next(row[9] for row in rows if [row[1][-5:], row[2][-5:]] == ends)
        for worker in self.workers():
            for file in Path(f"/proc/{worker}/fd").iterdir():
                with suppress(FileNotFoundError):
                    if file.readlink().name == f"socket:[{inode}]":
                        return worker
        message = f"no worker has the connection from {connection.getsockname()}"
        raise AssertionError(message)

    def wait_for_workers(self, number: int = 1) -> set[int]:
        """Wait until there are just `number` workers, all of them ready, and return their ids.

        As every wait for a start, it lasts for as long as the master runs: how long that takes is up to the machine.
        """
        eventually(lambda: self._are_ready(number), f"there are {number} workers", inf)
        return self.workers()

    def _are_ready(self, number: int) -> bool:
        self._refuse_to_have_ended()
        workers = self.workers()
        ready = {int(pid) for pid in re.findall(r"Worker ready \(pid: (\d+)\)", self.text())}
        return len(workers) == number and workers <= ready

    def text(self) -> str:
        """Return all that was printed so far."""
        return self.output.read_text(encoding="utf-8", errors="backslashreplace")

    def log(self) -> list[dict[str, Any]]:
        """Return the log lines so far, where they are JSON."""
        lines = [line for line in self.text().split("\n") if line.startswith("{") and line.endswith("}")]
        return [json.loads(line) for line in lines[self.unread :]]

    def forget_log(self) -> None:
        """Look only at log lines that come from now on."""
        self.unread += len(self.log())

    def messages(self, message: str) -> list[dict[str, Any]]:
        """Return the log lines with just this message."""
        return [line for line in self.log() if line["message"] == message]

    def refusals(self) -> list[list[str]]:
        """Return the diagnostics of each reload that was refused."""
        return [line["diagnostics"] for line in self.messages(REFUSED)]

    def reload(self) -> None:
        """Reload, and wait until no worker from before is left."""
        before = self.workers()
        self.wait_for_workers(len(before))
        self.signal(signal.SIGHUP)
        eventually(lambda: not before & self.workers(), "new workers alone")
        self.wait_for_workers(len(before))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the master."""
        self.process.send_signal(number)

    def wait(self, seconds: float = PATIENCE_IN_SECONDS) -> int:
        """Wait for the end of the master and return its exit status."""
        return self.process.wait(seconds)

    def _refuse_to_have_ended(self) -> None:
        if self.process.poll() is not None:
            message = f"gunicorn ended with status {self.process.returncode}:\n{self.text()}"
            raise AssertionError(message)

    def wait_until_ready(self) -> None:
        """Wait until a worker answers."""

        def answers() -> bool:
            self._refuse_to_have_ended()
            with suppress(OSError, http.client.HTTPException):
                return self.get("/readyz").status == http.HTTPStatus.OK
            return False

        eventually(answers, "the server is ready", inf)


def clean_environment(**variables: str) -> dict[str, str]:
    """Return an environment without a setting of this machine, but with keys and with a database of its own."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    # Two versions of a file, written within one second and as long as each other, have one compiled file.
    own = {"ENCRYPTION_KEYS": KEYS, "DATABASE_URL": f"sqlite:///{_folder_of_this_run()}/setpoint.db"}
    return {**kept, **coverage_variables(), "PYTHONDONTWRITEBYTECODE": "1", **own, **variables}


@cache
def _folder_of_this_run() -> str:
    """Return a folder for databases that no test looks at."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def copy_of_backend(folder: Path) -> Path:
    """Return a copy of the service that a test may break, all but `app` and `setpoint`: those are the real ones.

    To copy their thousand files would take as long as to start the service.
    """
    real = ("app", "setpoint")
    copy = Path(shutil.copytree(BACKEND, folder / "backend", ignore=shutil.ignore_patterns(".env", "var", *real)))
    for name in real:
        (copy / name).symlink_to(BACKEND / name)
    return copy


@contextmanager
def gunicorn(
    output: Path,
    variables: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    folder: Path = BACKEND,
    program: Sequence[str] = (GUNICORN,),
    *,
    opens_its_port: bool = False,
) -> Iterator[GunicornProcess]:
    """Start gunicorn on a free port of 127.0.0.1 and end it, with all its processes, afterwards.

    The socket is opened here, so that no other program can get the port, and gunicorn inherits it. Connections
    wait in it until a worker takes them: `wait_until_ready` says when.

    Args:
        output: The file for what it prints.
        variables: Its environment, besides what any process needs; without an `ENV_FILE` it gets an empty one,
            without `WEB_CONCURRENCY` one worker, and without a `DATABASE_URL` a database beside `output`, which has
            its tables. `{port}` in a value stands for its port.
        arguments: Flags.
        folder: The working directory.
        program: What to start, and how.
        opens_its_port: Whether it opens the socket itself, as `PORT` says, instead of inheriting one.
    """
    given = variables or {}
    if "DATABASE_URL" not in given:
        given = {**given, "DATABASE_URL": database_in(output.parent)}
    with socket.socket() as reserved:
        # A port that is bound and not listened on stays ours, and can be opened by those who reuse addresses.
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        address = reserved.getsockname()
        if opens_its_port:
            bind, inherited = [], []
        else:
            reserved.listen(4_096)
            bind, inherited = ["--bind", f"fd://{reserved.fileno()}"], [reserved.fileno()]
        with output.open("wb") as sink:
            process = subprocess.Popen(
                [*program, *bind, *arguments],
                cwd=folder,
                env=clean_environment(
                    **{
                        "ENV_FILE": os.devnull,
                        "WEB_CONCURRENCY": "1",
                        "PORT": str(address[1]),
                        **{name: text.replace("{port}", str(address[1])) for name, text in given.items()},
                    }
                ),
                pass_fds=inherited,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if not opens_its_port:
            reserved.close()
        try:
            yield GunicornProcess(process, address, output)
        finally:
            if coverage_variables():
                # Who is killed has no time to write down what it ran.
                process.send_signal(signal.SIGQUIT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
