"""`python -m config reload`: it checks, signals, waits, and tells the outcome by its exit status."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.gunicorn_process import BACKEND, GunicornProcess, clean_environment, copy_of_backend, gunicorn
from support.waiting import eventually


def _reload(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config", "reload", *arguments],
        cwd=BACKEND,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_a_good_environment_is_taken_over_before_the_command_ends(
    server: GunicornProcess, env_file: Path, changed: str
) -> None:
    """Status 0 means that no worker from before is left."""
    before = server.workers()
    env_file.write_text(f"SENTRY_ENVIRONMENT={changed}\nSENTRY_RELEASE=setpoint@first\n")
    done = _reload("--pid", str(server.pid))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.replace(str(server.pid), "N") == snapshot(
        "reloaded: 2 new workers of process N serve with the checked values\n"
    )
    assert not before & server.workers()
    assert server.setting("SENTRY_ENVIRONMENT") == changed


def test_a_bad_environment_is_told_and_not_signalled(server: GunicornProcess, env_file: Path) -> None:
    """Status 1, with every diagnostic."""
    workers = server.workers()
    env_file.write_text("SENTRY_DNS=x\nLOG_FORMAT=yaml\n")
    done = _reload("--pid", str(server.pid))
    assert done.returncode == 1
    lines = done.stderr.replace(str(env_file), "prod.env").replace(str(server.pid), "N").splitlines()
    assert [line.partition(";")[0] for line in lines] == snapshot(
        [
            "prod.env:1:1: error[SP301] no setting reads `SENTRY_DNS`",
            "prod.env:2:12: error[SP401] `LOG_FORMAT` is not one of the allowed values",
            "reload refused: the old workers keep serving",
        ]
    )
    assert not server.messages("Handling signal: hup")
    assert server.workers() == workers


@pytest.mark.long
def test_a_refusal_by_the_master_itself_is_told_too(tmp_path: Path) -> None:
    """As when the code is broken between the check of the command and that of the master."""
    backend = copy_of_backend(tmp_path)
    count = tmp_path / "count"
    with gunicorn(tmp_path / "output", folder=backend) as server:
        server.wait_until_ready()
        server.wait_for_workers()
        with (backend / "run.py").open("a") as program:
            program.write(
                f"\nwith open({str(count)!r}, 'a+') as count:\n"
                "    count.write('x')\n"
                "    count.seek(0)\n"
                "    if len(count.read()) > 1:\n"
                "        raise ValueError\n"
            )
        done = _reload("--pid", str(server.pid))
        assert done.returncode == 1
        assert done.stderr.startswith("ValueError (")
        assert server.get("/readyz").status == 200


@pytest.mark.long
def test_a_server_that_does_not_answer_in_time_is_told(server: GunicornProcess, env_file: Path) -> None:
    """A master that stands still gets the signal later, and the command doesn't say that it is done."""
    before = server.workers()
    assert env_file.exists()
    server.signal(signal.SIGSTOP)
    try:
        done = _reload("--pid", str(server.pid), "--timeout", "12")
    finally:
        server.signal(signal.SIGCONT)
    assert done.returncode == 1
    assert "has not reloaded in time" in done.stderr
    eventually(lambda: not before & server.workers(), "it reloads then")


def test_a_process_that_is_no_master_of_ours_is_never_signalled(server: GunicornProcess) -> None:
    """SIGHUP ends most other programs."""
    with subprocess.Popen(["sleep", "100"]) as stranger:
        try:
            done = _reload("--pid", str(stranger.pid))
            assert (done.returncode, stranger.poll()) == (2, None)
            assert "is not a gunicorn master of this service" in done.stderr
        finally:
            stranger.kill()
    worker = min(server.workers())
    done = _reload("--pid", str(worker))
    assert (done.returncode, done.stderr) == (
        2,
        f"error: process {worker} is a worker; the master is {server.pid}\n",
    )
    assert worker in server.workers()


@pytest.mark.parametrize("arguments", [(), ("--pid", "x"), ("--pid", "0"), ("--pid", "1", "--timeout", "nan")])
def test_a_wrong_call_is_told_from_a_refusal(arguments: tuple[str, ...]) -> None:
    """Status 2, as of any command that couldn't begin."""
    assert _reload(*arguments).returncode == 2


def test_a_process_that_is_not_there_is_told() -> None:
    """Most often the id comes from a file that has outlived its process."""
    process = subprocess.Popen(["true"])
    process.wait()
    done = _reload("--pid", str(process.pid))
    assert (done.returncode, done.stderr) == (2, f"error: there is no process {process.pid}\n")
    assert os.getpid() != process.pid
