"""A file system that can't be written: a hardened container has one."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.gunicorn_process import BACKEND, GUNICORN, clean_environment

# All of the tree is bound to another place, read-only, and the program runs there.
_READ_ONLY = """
mount --make-rprivate / && mount -o bind / "$0" && mount -o remount,ro,bind "$0" || exit 99
mount -o bind /dev "$0/dev" && mount -o remount,ro,bind "$0/dev" && mount -o bind /proc "$0/proc" || exit 99
for each in $1; do mount -t tmpfs none "$0/$each" || exit 99; done
cd "$0" && exec chroot . "$2" "$3" "$4"
"""


def _can_make_file_systems() -> bool:
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-m", "true"], check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _can_make_file_systems(), reason="only root can have a file system of its own")


def _unmeasured(environment: dict[str, str]) -> dict[str, str]:
    """Leave out what has coverage write where nothing can be written."""
    return {name: value for name, value in environment.items() if not name.startswith("COVERAGE")}


@contextmanager
def _server_on_a_read_only_system(folder: Path, writable: str) -> Iterator["subprocess.Popen[bytes]"]:
    database = f"sqlite:////{writable}/setpoint.db"
    program = f"import os; os.chdir({str(BACKEND)!r}); os.execv({GUNICORN!r}, ['gunicorn', '--bind=127.0.0.1:0'])"
    process = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", _READ_ONLY, str(folder), writable, sys.executable, "-c", program],
        env=_unmeasured(clean_environment(ENV_FILE=os.devnull, WEB_CONCURRENCY="1", DATABASE_URL=database)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("writable", ["dev/shm", "var/tmp"])
def test_the_service_starts_if_anything_can_be_written(tmp_path: Path, writable: str) -> None:
    """Memory is enough, and so is a file system that is mounted for the purpose."""
    with _server_on_a_read_only_system(tmp_path, writable) as process:
        assert process.stdout is not None
        assert any(b"Worker ready" in line for line in process.stdout)


def test_a_start_without_any_such_directory_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    """Gunicorn itself would start, fail to make a worker, and blame its main loop."""
    with _server_on_a_read_only_system(tmp_path, "") as process:
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said.decode()) == snapshot(
            (
                78,
                (
                    "error: no directory for temporary files can be written: "
                    "mount one (`docker run --read-only --tmpfs /tmp`), or name one in `TMPDIR`\n"
                ),
            )
        )
