"""Keeps the folder in which workers share their counters, for as long as their master runs."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from serving.temporary_directory import temporary_directory

# Known to the Prometheus client library, which looks for it when a worker imports it.
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_NAME = "setpoint-counts-"
_LOCK = "in-use"


def share_counts() -> None:
    """Create a folder for the workers of this master, unless there is one from before a reload."""
    if _own_folder() is None:
        parent = Path(temporary_directory())
        _remove_abandoned(parent)
        os.environ[_VARIABLE] = str(_locked_folder(parent))  # noqa: TID251 - it is written here


def forget_process(pid: int) -> None:
    """Remove an ended worker's gauges; what it has counted stays counted."""
    if (folder := _own_folder()) is not None:
        for file in folder.glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)


def remove_counts() -> None:
    """Remove the folder at the end of this master."""
    if (folder := _own_folder()) is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _own_folder() -> Path | None:
    """Return the folder that this process has created; a parent's, or one that a user names, is not ours."""
    folder = Path(os.environ.get(_VARIABLE, ""))  # noqa: TID251 - this module writes it
    return folder if folder.name.startswith(f"{_NAME}{os.getpid()}-") else None


def _locked_folder(parent: Path) -> Path:
    """Return a new folder with a lock in it that this process and its workers hold until they end, however they do.

    It gets its name once it is locked, so that no other master takes it for abandoned.
    """
    draft = Path(tempfile.mkdtemp(prefix=f".{_NAME}", dir=parent))
    fcntl.flock(os.open(draft / _LOCK, os.O_RDWR | os.O_CREAT, 0o600), fcntl.LOCK_EX)
    return draft.rename(parent / f"{_NAME}{os.getpid()}-{draft.name.removeprefix(f'.{_NAME}')}")


def _remove_abandoned(parent: Path) -> None:
    """Remove the folders of masters that were killed."""
    for folder in parent.glob(f"{_NAME}*"):
        with suppress(OSError):  # somebody else's, or in use
            descriptor = os.open(folder / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)
