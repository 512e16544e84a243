"""Runs commands in forks of one process that has imported `setpoint`: a test pays for the command, not for its imports.

Everything else is as in a process of its own: environment, working directory, arguments, standard streams, exit status.
"""

import atexit
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import setpoint
from support.coverage_variables import coverage_variables

_TESTS = Path(__file__).resolve().parents[1]
_SETPOINT = str(Path(sys.executable).with_name("setpoint"))
_CONFIG = [sys.executable, "-m", "config"]
_SECONDS = 60.0
_PROGRAM = """\
#!{python} -IS
import json, os, socket, sys

words = ["{setpoint}", *sys.argv[1:]]
if words[1:2] == ["run"]:
    os.execv(words[0], words)
wanted = json.dumps({{"command": words, "environment": {{**os.environ}}, "cwd": os.getcwd()}}).encode()
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
    client.connect("\\0{name}")
    socket.send_fds(client, [len(wanted).to_bytes(4, "big")], [0, 1, 2])
    client.sendall(wanted)
    sys.exit(int(client.recv(16)))
"""
_OF_OTHERS = (
    "pydantic_settings.main",
    "alembic.command",
    "sqlalchemy.dialects.sqlite",
    "cryptography.hazmat.primitives.ciphers.aead",
)
"""What commands of the library import late, and those on the database of the service."""
_NOT_PREPARED = ("setpoint.testing", "setpoint.supervision", "setpoint.__main__", "setpoint.check.catalogue.app_rule")


def is_prepared(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether a command is `setpoint` or `python -m config`, started as interpreters usually are."""
    is_ours = command[0] == _SETPOINT or [*command[:3]] == _CONFIG
    return is_ours and not any(name.startswith(("PYTHON", "LC_", "LANG")) for name in environment)


def run_prepared(
    command: Sequence[str], environment: Mapping[str, str], cwd: Path, stdin: bytes
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command that `is_prepared`.

    Raises:
        subprocess.TimeoutExpired: It takes more than a minute.
    """
    pipes = [os.pipe() for _ in range(3)]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(_server())
        wanted = json.dumps({"command": [*command], "environment": {**environment}, "cwd": str(cwd)}).encode()
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        socket.send_fds(client, [len(wanted).to_bytes(4, "big")], theirs)
        client.sendall(wanted)
        for each in theirs:
            os.close(each)
        parts: list[bytes] = [b"", b""]
        threads = [
            Thread(target=_write_all, args=(pipes[0][1], stdin)),
            *(Thread(target=_read_all, args=(pipes[at + 1][0], parts, at)) for at in (0, 1)),
        ]
        for thread in threads:
            thread.start()
        client.settimeout(_SECONDS)
        try:
            status = int(client.recv(16))
        except TimeoutError:
            raise subprocess.TimeoutExpired([*command], _SECONDS) from None
    for thread in threads:
        thread.join()
    return subprocess.CompletedProcess([*command], status, parts[0], parts[1])


def prepared_program(folder: Path) -> str:
    """Write a `setpoint` for shells into `folder`, and return the folder as a part of a `PATH`.

    `setpoint run` gets a process of its own from it: that one lives on, and is sent signals.
    """
    program = folder / "setpoint"
    program.write_text(_PROGRAM.format(python=sys.executable, setpoint=_SETPOINT, name=_server()[1:]))
    program.chmod(0o755)
    return str(folder)


def _write_all(descriptor: int, content: bytes) -> None:
    with suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _read_all(descriptor: int, parts: list[bytes], at: int) -> None:
    with os.fdopen(descriptor, "rb") as stream:
        parts[at] = stream.read()


@cache
def _server() -> str:
    """Start the process that forks, once for each process that runs tests; return where it listens."""
    name = f"setpoint-prepared-{os.getpid()}-{time.monotonic_ns()}"
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, name],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(_TESTS), **coverage_variables()},
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    atexit.register(process.communicate)  # which closes its standard input, as the end of this process does
    return f"\0{name}"


def _serve(name: str) -> None:
    _import_everything()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(f"\0{name}")
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        watched: list[Any] = [listener, sys.stdin]
        while listener in select.select(watched, [], [])[0]:
            client, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(client)
            client.close()


def _import_everything() -> None:
    """Import all that a command could import."""
    for module in pkgutil.walk_packages(setpoint.__path__, "setpoint."):
        if not module.name.startswith(_NOT_PREPARED):
            importlib.import_module(module.name)
    for name in _OF_OTHERS:
        importlib.import_module(name)


def _answer(client: socket.socket) -> NoReturn:
    """Run one command in a fork of this fork, and tell what it ended with."""
    size, descriptors, _, _ = socket.recv_fds(client, 4, 3)
    wanted = json.loads(client.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
    process_id = os.fork()
    if process_id == 0:
        client.close()
        _become(wanted, descriptors)
    for each in descriptors:
        os.close(each)
    _, status = os.waitpid(process_id, 0)
    with suppress(BrokenPipeError):
        client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(wanted: Mapping[str, Any], descriptors: Sequence[int]) -> NoReturn:
    for at, each in enumerate(descriptors):
        os.dup2(each, at)
        os.close(each)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["cwd"])
    is_config = wanted["command"][0] != _SETPOINT
    sys.argv = wanted["command"][2 if is_config else 0 :]
    first = wanted["cwd"] if is_config else str(Path(_SETPOINT).parent)
    sys.path[:] = [first, *(each for each in sys.path if each not in {"/", str(_TESTS)})]
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", errors="backslashreplace")  # noqa: SIM115
    status: Any = 1
    try:
        if is_config:
            importlib.import_module("config.__main__")
        status = importlib.import_module("setpoint.cli.main").main()
    except SystemExit as ending:
        status = ending.code
    except BaseException:  # noqa: BLE001 - as an interpreter does
        traceback.print_exc()
    if isinstance(status, str):
        sys.stderr.write(f"{status}\n")
        status = 1
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(status or 0))


if __name__ == "__main__":
    _serve(sys.argv[1])
