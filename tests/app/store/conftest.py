from collections.abc import Iterator
from pathlib import Path

import pytest

from support.postgresql_server import PostgresqlServer, majors, postgresql_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server for all tests of a run that may share one."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def oldest_postgresql() -> Iterator[PostgresqlServer]:
    """As the one above, of the oldest version that the store is tested on."""
    with postgresql_server(majors()[0] or None) as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a SQLite database of the test's own may be."""
    return tmp_path / "var" / "setpoint.db"
