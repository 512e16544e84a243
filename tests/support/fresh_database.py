"""Databases with their tables and nothing else, made once a process: to make them takes longer than most tests."""

from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from app.domain.event import START
from app.store.opening import open_store
from app.store.repositories.tables import metadata
from app.store.testing.examples import OLD_KEY
from support.postgresql_server import PostgresqlServer

_COUNTER = "counter"
"""Its one row is there from the beginning."""


def fresh_database(folder: Path) -> str:
    """Return the URL of a new SQLite database in `folder`."""
    path = folder / "setpoint.db"
    path.touch(mode=0o600)
    path.write_bytes(_sqlite_with_tables())
    return f"sqlite:///{path}"


def database_in(folder: Path) -> str:
    """Return the URL of the SQLite database in `folder`, a new one if there is none."""
    path = folder / "setpoint.db"
    return f"sqlite:///{path}" if path.exists() else fresh_database(folder)


def fresh_postgresql_database(server: PostgresqlServer) -> str:
    """Return the URL of a database on `server`: the same one for each test, emptied."""
    url = _postgresql_with_tables(server)
    emptied = [sql.SQL("DELETE FROM {}").format(sql.Identifier(each)) for each in metadata.tables if each != _COUNTER]
    with psycopg.connect(url) as connection:
        # TRUNCATE makes new files for each table and index, which takes several times as long.
        connection.execute("SET session_replication_role = replica")  # in any order
        connection.execute(sql.SQL("; ").join(emptied))
        connection.execute("SELECT setval(seqrelid, seqstart, false) FROM pg_sequence")
        connection.execute("UPDATE counter SET sequence = %s, mark = %s", (START.sequence, START.mark))
    return url


@cache
def _sqlite_with_tables() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "setpoint.db")
        with closing(open_store(f"sqlite:///{path}", OLD_KEY)):
            pass
        return path.read_bytes()


@cache
def _postgresql_with_tables(server: PostgresqlServer) -> str:
    url = server.new_database()
    with closing(open_store(url, OLD_KEY)):
        pass
    return url
