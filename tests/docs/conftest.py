"""What the tests of the pages share."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from docs.documents import ROOT
from docs.typing_session import reader_environment
from support.free_port import free_port
from support.postgresql_server import postgresql_server
from support.waiting import eventually

MakeRun = Callable[..., AbstractContextManager[None]]

_NOT_IN_GIT = (
    ".git",
    ".venv*",
    "node_modules",
    ".*_cache",
    "__pycache__",
    ".hypothesis",
    ".coverage*",
    ".env",
    "var",
    "dist",
)
_NOT_ON_A_PAGE = ("tests", "benchmarks")  # to copy them would take as long as to type most pages


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return the root of a fresh clone on which `make setup` was called, with all that a page could ask for."""
    folder = tmp_path / "clone"
    ignored = shutil.ignore_patterns(*_NOT_IN_GIT, *_NOT_ON_A_PAGE)
    shutil.copytree(ROOT, folder, ignore=ignored, symlinks=True)
    (folder / ".venv").symlink_to(sys.prefix)
    for path in ("pyproject.toml", "requirements/dev.txt"):
        os.utime(folder / path, (0, 0))  # or `make` would set up `.venv` again
    return folder


@pytest.fixture
def new_sqlite(tmp_path: Path) -> str:
    """Return the URL of a database that is not there yet."""
    return f"sqlite:///{tmp_path}/setpoint.db"


@pytest.fixture
def new_postgresql() -> Iterator[str]:
    """Return the URL of an empty database on a server of its own."""
    with postgresql_server() as server:
        yield server.new_database()


@pytest.fixture
def port() -> str:
    """Return a free port, in place of the one that every reader has free."""
    return str(free_port())


@pytest.fixture
def make_run(clone: Path, port: str) -> MakeRun:
    """Return what types `make run` in another terminal, and ends it with Ctrl-C."""

    @contextmanager
    def run(**variables: str) -> Iterator[None]:
        environment = reader_environment(clone) | {"PORT": port, "LOGNAME": "ada"} | variables
        with subprocess.Popen(["make", "run"], cwd=clone, env=environment, start_new_session=True) as running:
            try:
                eventually(lambda: _answers(port) or running.poll() is not None, "`make run` serves")
                assert running.poll() is None
                yield
            finally:
                os.killpg(running.pid, signal.SIGTERM)

    return run


def _answers(port: str) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", int(port))) == 0
