"""Starts PostgreSQL servers for tests, each in a folder of its own, from the binaries that `make setup` brings."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg

from support.free_port import free_port

_PACKAGES = Path(__file__).parents[1] / "app" / "store" / "servers" / "node_modules"
_DEBIAN = Path("/usr/lib/postgresql")
_NUMBERS = count(1)

# PostgreSQL refuses to run as root.
_NOBODY = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
_USER = _NOBODY.pw_uid if _NOBODY else None
_GROUP = _NOBODY.pw_gid if _NOBODY else None
_GROUPS: list[int | str] | None = [] if _NOBODY else None

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests that don't end a server by force."""


class NoServerError(Exception):
    """There are no binaries; the text says what to type."""


class PostgresqlServer:
    """A server that listens on a local port, and a database that nobody else has."""

    def __init__(self, folder: Path, binaries: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self._binaries = binaries
        self._settings = dict(settings)
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """Return what libpq connects with."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Make the files of a new server."""
        options = ["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
        self._run("initdb", f"--pgdata={self.data}", *options)

    def copy_to(self, other: "PostgresqlServer") -> None:
        """Give `other` the files of this server, which is stopped."""
        shutil.copytree(self.data, other.data, copy_function=shutil.copy)
        _give_away(other.folder)

    def start(self) -> None:
        """Start, and return once it answers; on a busy machine, that takes as long as it takes."""
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = (self.folder / "log").open("ab")
        with log:
            command = [str(self._binaries / "postgres"), "-D", str(self.data), *options]
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, user=_USER, group=_GROUP, extra_groups=_GROUPS, cwd="/"
            )
        while True:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            if self._process.poll() is not None:
                raise AssertionError((self.folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop in good order."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it as a power cut of the machine would, as far as a process can tell: all of its processes at once."""
        if self._process is not None and self._process.poll() is None:
            children = _children(self._process.pid)
            for process_id in (self._process.pid, *children):
                with suppress(ProcessLookupError):
                    os.kill(process_id, signal.SIGKILL)
        self._end(signal.SIGKILL)

    def follow(self, primary: "PostgresqlServer") -> None:
        """Make this a standby of `primary`, which answers a commit only when this one has it."""
        (self.data / "standby.signal").touch()
        _give_away(self.data / "standby.signal")
        self._settings |= {"primary_conninfo": f"host=127.0.0.1 port={primary.port} user=postgres"}
        primary._settings |= {"synchronous_standby_names": "*"}

    def wait_for_standby(self) -> None:
        """Return once a standby follows synchronously."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            while not connection.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone():
                time.sleep(0.05)

    def promote(self) -> None:
        """Make a standby the primary."""
        self._run("pg_ctl", "promote", "-D", str(self.data), "-w")

    def new_database(self, template: str = "template0") -> str:
        """Return the URL of a new database."""
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def terminate_backends(self) -> int:
        """End all connections but the one that does it, as an administrator would; return how many."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'setpoint'"
            return connection.execute(others).rowcount

    @contextmanager
    def hung_backends(self) -> Iterator[int]:
        """Have nothing answered on any connection of the service that is open now; give how many these are."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            of_the_service = "SELECT pid FROM pg_stat_activity WHERE application_name = 'setpoint'"
            stopped = [row[0] for row in connection.execute(of_the_service).fetchall()]
        for process_id in stopped:
            os.kill(process_id, signal.SIGSTOP)
        try:
            yield len(stopped)
        finally:
            for process_id in stopped:
                with suppress(ProcessLookupError):
                    os.kill(process_id, signal.SIGCONT)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            user=_USER,
            group=_GROUP,
            extra_groups=_GROUPS,
            cwd="/",
        )
        assert done.returncode == 0, done.stderr

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(how)
            self._process.wait()
            self._process = None


@contextmanager
def postgresql_server(major: int | None = None, settings: Mapping[str, str] = FAST) -> Iterator[PostgresqlServer]:
    """Give a running server, which is gone afterwards; without `major`, of the newest version."""
    with postgresql_folder() as folder:
        server = PostgresqlServer(folder, binaries(major), settings)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def postgresql_folder() -> Iterator[Path]:
    """Give a folder that the user who runs the server can write to."""
    folder = Path(tempfile.mkdtemp(prefix="setpoint-postgresql-"))
    _give_away(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def binaries(major: int | None = None) -> Path:
    """Return the folder of the programs: those that `make setup` brings, else Debian's.

    Raises:
        NoServerError: There are none.
    """
    brought = sorted(_PACKAGES.glob(f"postgresql-{major or '*'}-*/native/bin"))
    found = brought or sorted(_DEBIAN.glob(f"{major or '*'}/bin"))
    if not found:
        version = f" {major}" if major else ""
        message = f"no PostgreSQL{version} to test with: `make setup`, or on Debian `apt-get install postgresql`"
        raise NoServerError(message)
    return found[-1]


def majors() -> list[int]:
    """Return the versions that the store is tested on, the oldest first."""
    names = {path.name.split("-")[1] for path in _PACKAGES.glob("postgresql-*-*")}
    return sorted(int(name) for name in names) or [0]


def _give_away(folder: Path) -> None:
    if _USER is not None and _GROUP is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, _USER, _GROUP)


def _children(process_id: int) -> list[int]:
    listed = Path(f"/proc/{process_id}/task/{process_id}/children")
    return [int(each) for each in listed.read_text(encoding="ascii").split()] if listed.exists() else []
