"""An env file can be a pipe into which another program writes secrets, so that none of them is on a disk."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from setpoint.sources import env_file
from setpoint.sources.env_file import Trouble, read_env_file


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Return a pipe."""
    path = tmp_path / "pipe.env"
    os.mkfifo(path)
    return path


@contextmanager
def _beside(write: Callable[[], None]) -> Iterator[None]:
    writer = threading.Thread(target=write)
    writer.start()
    yield
    writer.join()


def test_a_pipe_is_read_to_its_end_however_slowly_it_is_written(pipe: Path) -> None:
    """The program may open it later than it is looked at, and pause."""

    def write() -> None:
        with pipe.open("w", buffering=1) as stream:
            for line in ("A=1\n", "B=2\n"):
                time.sleep(0.05)
                stream.write(line)

    with _beside(write):
        assert read_env_file(str(pipe), {}).variables == {"A": "1", "B": "2"}


def test_a_pipe_into_which_nothing_is_written_is_empty(pipe: Path) -> None:
    """The program opens it and ends."""
    with _beside(lambda: pipe.open("w").close()):
        assert read_env_file(str(pipe), {}).trouble is None


def test_a_pipe_that_no_program_opens_is_named_and_keeps_nobody_waiting(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To open it would wait without end."""
    monkeypatch.setattr(env_file, "_LONGEST_WAIT_FOR_WRITER", 0)
    found = read_env_file(str(pipe), {})
    assert (found.trouble, found.reason) == (
        Trouble.UNREADABLE,
        "it is a pipe that no program has opened for 0 seconds",
    )
