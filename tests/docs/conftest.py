"""What the tests of the pages share."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.documents import ROOT
from support.postgresql_server import postgresql_server

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


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return the root of a fresh clone on which `make setup` was called."""
    folder = tmp_path / "clone"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_NOT_IN_GIT), symlinks=True)
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
