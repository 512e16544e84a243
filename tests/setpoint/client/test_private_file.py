"""Files that hold secrets, as they are written."""

import os
import threading
from pathlib import Path

import pytest

from setpoint.client.private_file import write_private_file


def test_a_file_that_others_could_read_is_its_owners_afterwards(tmp_path: Path) -> None:
    """It holds secrets now, whatever it held before."""
    path = tmp_path / "prod.env"
    path.write_text("old")
    path.chmod(0o644)
    write_private_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["prod.env"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    """People keep their files elsewhere."""
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "prod.env")
    write_private_file(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "prod.env").read_bytes() == b"new"


def test_what_was_there_stays_if_the_new_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk."""
    path = tmp_path / "prod.env"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_private_file(path, b"new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["prod.env"]


def test_a_pipe_takes_the_content_as_it_comes(tmp_path: Path) -> None:
    """`--output` may name one; it is not replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_private_file(pipe, b"new")
    reader.join(10)
    assert read == [b"new"]
    assert pipe.is_fifo()
