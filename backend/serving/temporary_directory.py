"""Finds a directory for the files with which workers show their master that they are alive."""

import tempfile
from pathlib import Path

from serving.handover.environment import refuse_start

_IN_MEMORY = "/dev/shm"  # noqa: S108 - where Linux has files in memory


def temporary_directory() -> str:
    """Return a directory in memory if there is one: on a slow disk, the heartbeat of a worker comes too late.

    Raises:
        SystemExit: With status 78 if nothing at all can be written, as on a read-only file system.
    """
    if _can_be_written(_IN_MEMORY):
        return _IN_MEMORY
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        refuse_start(
            "no directory for temporary files can be written: mount one (`docker run --read-only --tmpfs /tmp`), "
            "or name one in `TMPDIR`"
        )


def _can_be_written(directory: str) -> bool:
    try:
        with tempfile.TemporaryFile(dir=directory):
            return Path(directory).is_dir()
    except OSError:
        return False
