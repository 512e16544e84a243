"""`reload`: let a running server take over what changed, and say by the exit status whether it did."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from serving.reload.record import read_record
from serving.reload.rehearsal import LIMIT_IN_SECONDS, MasterStart, rehearse

_DONE = 0
_REFUSED = 1
_UNABLE = 2
_LOOK_EVERY_SECONDS = 0.05


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument("--pid", type=_pid, required=True, metavar="N", help="the gunicorn master")
    parser.add_argument(
        "--timeout", type=_seconds, default=90.0, metavar="S", help="seconds to wait for it all (default: 90)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Rehearse a start, signal the master, wait for its new workers, and return the exit status.

    Returns:
        0 if new workers have taken over; 1 if the reload was refused, or did not finish in time; 2 if there is no
        such master.
    """
    deadline = time.monotonic() + arguments.timeout
    before = read_record(arguments.pid)
    if before is None or before["pid"] != arguments.pid:
        return _say(_UNABLE, f"error: {_why_not(arguments.pid, before)}")
    rehearsed = rehearse(_start_of_master(arguments.pid, before), min(LIMIT_IN_SECONDS, arguments.timeout))
    if rehearsed is None or rehearsed.problems:
        return _refused(rehearsed.problems if rehearsed else (), f"process {arguments.pid} was not signalled")
    try:
        os.kill(arguments.pid, signal.SIGHUP)
    except OSError as error:
        return _say(_UNABLE, f"error: cannot signal process {arguments.pid}: {error.strerror}")
    return _outcome(arguments.pid, before["reloads"], deadline)


def _outcome(pid: int, reloads_before: int, deadline: float) -> int:
    """Wait until the master `pid` has finished its next reload, and its old workers are gone."""
    after = _wait_for(lambda: _finished_reload(pid, reloads_before), deadline)
    if after is None:
        return _not_in_time(pid, "it has not answered yet")
    if after["outcome"] == "refused":
        return _refused(after["problems"], "the master checked again when it was signalled")
    if _wait_for(lambda: not any(map(_is_running, after["leaving"])), deadline) is None:
        old = ", ".join(map(str, after["leaving"]))
        return _not_in_time(pid, f"old workers have not ended yet: {old}")
    if not _is_running(pid):
        return _say(_REFUSED, f"error: process {pid} has ended; see its log")
    sys.stdout.write(f"reloaded: {len(after['workers'])} new workers of process {pid} serve with the checked values\n")
    return _DONE


def _finished_reload(pid: int, reloads_before: int) -> dict[str, Any] | None:
    record = read_record(pid)
    return record if record and record["reloads"] > reloads_before else None


def _start_of_master(pid: int, record: dict[str, Any]) -> MasterStart:
    entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (os.fsdecode(entry).partition("=") for entry in entries if entry)
    return MasterStart(
        arguments=record["arguments"],
        directory=record["directory"],
        environment={name: value for name, _, value in pairs},
        addresses=record["addresses"],
        interpreter=record["interpreter"],
    )


def _wait_for(condition: Callable[[], Any], deadline: float) -> Any:
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(_LOOK_EVERY_SECONDS)
    return None


def _is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _why_not(pid: int, record: dict[str, Any] | None) -> str:
    if not Path("/proc/self").exists():
        return "this needs `/proc`, which Linux has"
    if not _is_running(pid):
        return f"there is no process {pid}"
    if record is not None:
        return f"process {pid} is a worker; the master is {record['pid']}"
    return f"process {pid} is not a gunicorn master of this service, or belongs to someone else"


def _refused(problems: Iterable[str], circumstance: str) -> int:
    lines = [*problems, f"reload refused: the old workers keep serving; {circumstance}"]
    return _say(_REFUSED, "\n".join(lines))


def _not_in_time(pid: int, circumstance: str) -> int:
    return _say(_REFUSED, f"error: process {pid} has not reloaded in time, {circumstance}; see its log")


def _say(status: int, text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return status


def _pid(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**31:
        message = "it is not the id of a process"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3_600:  # noqa: PLR2004 - an hour is long enough for anybody
        message = "it is not a number of seconds between 0 and 3600"
        raise argparse.ArgumentTypeError(message)
    return seconds
