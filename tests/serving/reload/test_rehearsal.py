"""The rehearsal of a start, without a server."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from serving.handover.handover import Handover, ServerValues
from serving.reload.rehearsal import MasterStart, rehearse
from support.gunicorn_process import BACKEND, GUNICORN, clean_environment, copy_of_backend
from support.waiting import eventually

SERVER = ServerValues("::1", 4, 7, 9, "text", "ERROR", "masked")


def _start_of_master(folder: Path, *arguments: str, **variables: str) -> MasterStart:
    environment = clean_environment(**{"ENV_FILE": os.devnull, **variables})
    return MasterStart([GUNICORN, *arguments], str(folder), environment, addresses=[])


def test_a_start_that_would_work_gives_the_values_it_would_work_with(tmp_path: Path) -> None:
    """They travel over a pipe: what the process environment holds already isn't among them."""
    (tmp_path / "prod.env").write_text("SENTRY_DSN=https://key@127.0.0.1:9/1\nSENTRY_ENVIRONMENT=file\n")
    start = _start_of_master(BACKEND, ENV_FILE=str(tmp_path / "prod.env"), SENTRY_ENVIRONMENT="process", PORT="1")
    rehearsed = rehearse(start)
    assert rehearsed is not None
    assert rehearsed.problems == ()
    assert rehearsed.handover is not None
    assert Handover.from_json(rehearsed.handover).variables == {"SENTRY_DSN": "https://key@127.0.0.1:9/1"}


def test_an_address_that_another_program_has_is_found_before_the_old_one_is_given_up() -> None:
    """Gunicorn closes its sockets before it opens the new ones, and ends when it can't."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        start = _start_of_master(BACKEND, PORT=str(port))
        rehearsed = rehearse(start)
        assert rehearsed is not None
        assert rehearsed.problems == (f"cannot listen on 127.0.0.1:{port}: Address already in use",)
        same = MasterStart(start.arguments, start.directory, start.environment, [str(("127.0.0.1", port))])
        rehearsed = rehearse(same)
        assert rehearsed is not None
        assert rehearsed.problems == ()


def test_a_start_that_hangs_is_given_up_with_all_its_processes(tmp_path: Path) -> None:
    """The master waits for the rehearsal and does nothing else, so it has an end."""
    backend = copy_of_backend(tmp_path)
    child = tmp_path / "child"
    (backend / "gunicorn.conf.py").write_text(
        "import pathlib, subprocess\n"
        "process = subprocess.Popen(['sleep', '100'])\n"
        f"pathlib.Path({str(child)!r}).write_text(str(process.pid))\n"
        "process.wait()\n"
    )
    rehearsed = rehearse(_start_of_master(backend), limit=4)
    assert rehearsed is not None
    assert rehearsed.problems == ("a start takes longer than 4 seconds",)
    pid = int(child.read_text())
    eventually(lambda: not Path(f"/proc/{pid}").exists() or _is_zombie(pid), "the child has ended")


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_rehearsal_that_nobody_needs_any_more_is_given_up_at_once(tmp_path: Path) -> None:
    """A master that is told to end has no use for the answer."""
    backend = copy_of_backend(tmp_path)
    (backend / "run.py").write_text("import time\ntime.sleep(100)\n")
    began = time.monotonic()
    assert rehearse(_start_of_master(backend), limit=60, interrupted=lambda: time.monotonic() > began + 1) is None
    assert time.monotonic() < began + 30


def test_a_rehearsal_that_cannot_begin_is_a_problem_like_others(tmp_path: Path) -> None:
    """As when the folder of the server was deleted."""
    rehearsed = rehearse(_start_of_master(tmp_path / "gone"))
    assert rehearsed is not None
    assert rehearsed.problems == ("a rehearsal could not be started: No such file or directory",)


def test_what_was_rehearsed_is_used_whatever_the_file_says_by_then() -> None:
    """Between the check and its use nothing is read again."""
    handover = Handover(SERVER, {"SENTRY_ENVIRONMENT": "accepted"}, "{}")
    # In a process of its own, because the conf has its process forget the modules of the service.
    program = (
        "from serving.reload.conf_file import execute_conf\n"
        f"conf = execute_conf('gunicorn.conf.py', {handover.to_json()!r})\n"
        "print(conf['bind'], conf['workers'], conf['worker_connections'], conf['handover'].to_json())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=BACKEND,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"[::1]:4 7 265 {handover.to_json()}\n"
