"""Keeps the folder in which workers share what they count, for as long as their master runs."""

import os
import shutil
import tempfile
from pathlib import Path

from serving.temporary_directory import temporary_directory

# Known to the client library of Prometheus, which looks for it when a worker imports it.
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_counts() -> None:
    """Make a folder for the workers of this master, unless there is one since before a reload."""
    if _own_folder() is None:
        folder = tempfile.mkdtemp(prefix=_prefix(), dir=temporary_directory())
        os.environ[_VARIABLE] = folder  # noqa: TID251 - it is written here


def forget_process(pid: int) -> None:
    """Remove what a worker that has ended says of the present; what it has counted stays counted."""
    if (folder := _own_folder()) is not None:
        for file in folder.glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)


def remove_counts() -> None:
    """Remove the folder at the end of this master."""
    if (folder := _own_folder()) is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _own_folder() -> Path | None:
    """Return the folder that this process has made; its parent's, or one that a user names, is none of ours."""
    folder = Path(os.environ.get(_VARIABLE, ""))  # noqa: TID251 - this module writes it
    return folder if folder.name.startswith(_prefix()) else None


def _prefix() -> str:
    return f"setpoint-counts-{os.getpid()}-"
