"""A server whose output nobody reads any more."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from support.gunicorn_process import BACKEND, GUNICORN, clean_environment


@pytest.mark.parametrize("also_stderr", [False, True])
def test_it_serves_and_ends_as_if_it_were_read(tmp_path: Path, also_stderr: bool) -> None:  # noqa: FBT001 - a table
    """The reader of a pipe may end first; that is no failure of the server, and nothing is said on standard error."""
    errors, address = tmp_path / "errors", tmp_path / "socket"
    with errors.open("wb") as sink:
        process = subprocess.Popen(
            [GUNICORN, "--bind", f"unix:{address}"],
            cwd=BACKEND,
            env=clean_environment(ENV_FILE=os.devnull, WEB_CONCURRENCY="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if also_stderr else sink,
        )
    try:
        assert process.stdout is not None
        with process.stdout as output:
            assert any(b"Worker ready" in line for line in output)
        curl = ["curl", "-s", "--unix-socket", str(address), "http://localhost/version"]
        assert b"version" in subprocess.run(curl, capture_output=True, check=True).stdout
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert errors.read_bytes() == b""
    finally:
        process.kill()
        process.wait()
