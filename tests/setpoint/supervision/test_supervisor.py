"""The supervisor alone, as a process that is sent signals or shares a terminal, with a service that only listens."""

import os
import pty
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.supervised import is_running
from support.waiting import eventually

SUPERVISING = """
import os, signal, sys
from queue import SimpleQueue
from threading import Thread
from setpoint.client.session import Offer
from setpoint.supervision.supervisor import Plan, Supervisor

class Heard:
    def report(self, told, serves=None):
        print(told.get("verdict"), told.get("revision"), flush=True)

def bring(offers, file):
    for line in file:
        offers.put(Offer(int(line), {"REVISION": line.strip()}))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as it is where tests run in the background
    signal.signal(signal.SIGINT, signal.SIG_DFL)
events = SimpleQueue()
grace, *command = sys.argv[1:]
plan = Plan(command, os.environ, settle=0.3, grace=float(grace))
if not os.isatty(0):
    Thread(target=bring, args=(events, os.fdopen(os.dup(0))), daemon=True).start()
sys.exit(Supervisor(plan, None, Heard(), lambda line: print(line, flush=True), events).run(Offer(1, {"REVISION": "1"})))
"""
"""Supervises a command without a service; a line of standard input is the number of the next revision."""


@contextmanager
def supervising(folder: Path, script: str, *, grace: float = 10, before: str = "") -> Iterator["subprocess.Popen[str]"]:
    """Supervise a shell script, once a shell has run `before`, until the end of the context."""
    words = shlex.join([sys.executable, "-c", SUPERVISING, str(grace), "sh", "-c", script])
    process = subprocess.Popen(
        ["sh", "-c", f"{before}\nexec {words}"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=20)


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def next_revision(process: "subprocess.Popen[str]", number: int) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{number}\n")
    process.stdin.flush()


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGINT])
def test_a_command_that_has_taken_a_signal_for_something_else_gets_the_next_revision(
    tmp_path: Path, number: signal.Signals
) -> None:
    """A JVM prints its threads at QUIT, an interpreter drops a line at INT: neither was told to end."""
    script = 'trap "echo $REVISION >>told" QUIT INT; while :; do sleep 0.05; done'
    with supervising(tmp_path, script, grace=0.5) as process:
        assert [line_of(process) for _ in range(2)] == ["serving revision 1", "APPLIED 1"]
        process.send_signal(number)
        eventually((tmp_path / "told").exists)
        next_revision(process, 2)
        assert [line_of(process) for _ in range(3)] == ["APPLYING 2", "serving revision 2", "APPLIED 2"]


def test_a_command_that_was_told_to_end_is_left_alone(tmp_path: Path) -> None:
    """While it finishes its work, no revision starts it anew, and its status is what comes back."""
    script = 'trap "sleep 1; exit 5" TERM; echo ready >ready; while :; do sleep 0.05; done'
    with supervising(tmp_path, script) as process:
        eventually((tmp_path / "ready").exists)
        process.send_signal(signal.SIGTERM)
        next_revision(process, 2)
        assert process.wait(30) == 5
        assert "2" not in process.communicate()[0]


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGALRM, signal.SIGHUP, signal.SIGRTMIN + 3])
def test_a_command_that_a_signal_ends_has_not_refused_a_revision(tmp_path: Path, number: int) -> None:
    """Also within the time that it has to start: whoever has sent the signal wanted that."""
    with supervising(tmp_path, "echo ready >ready; while :; do sleep 0.05; done") as process:
        eventually((tmp_path / "ready").exists)
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        assert "FAILED" not in process.communicate()[0]


def test_what_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As `nohup` wants it, for the command too."""
    with supervising(tmp_path, "while :; do sleep 0.05; done", before='trap "" HUP') as process:
        assert [line_of(process) for _ in range(2)] == ["serving revision 1", "APPLIED 1"]
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGUSR1)
        assert process.wait(30) == 128 + signal.SIGUSR1


def test_what_a_script_has_started_stops_in_good_order(tmp_path: Path) -> None:
    """Before it is killed: a shell passes no signal on, and leaves a server behind that has work to finish."""
    server = """sh -c 'trap "echo stopped >>stopped; exit" TERM; echo >ready; while :; do sleep 0.05; done' & wait"""
    with supervising(tmp_path, server) as process:
        eventually((tmp_path / "ready").exists)
        assert [line_of(process) for _ in range(2)] == ["serving revision 1", "APPLIED 1"]
        next_revision(process, 2)
        assert [line_of(process) for _ in range(3)] == ["APPLYING 2", "serving revision 2", "APPLIED 2"]
        assert (tmp_path / "stopped").read_text() == "stopped\n"
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert (tmp_path / "stopped").read_text() == "stopped\nstopped\n"


def test_what_does_not_stop_is_killed_once_its_time_is_over(tmp_path: Path) -> None:
    """The command, and what it has started."""
    stubborn = (
        'trap "" TERM; sh -c "echo \\$\\$ >pid; while :; do sleep 0.05; done" & wait; while :; do sleep 0.05; done'
    )
    with supervising(tmp_path, stubborn, grace=0.2) as process:
        assert [line_of(process) for _ in range(2)] == ["serving revision 1", "APPLIED 1"]
        first = (tmp_path / "pid").read_text()
        next_revision(process, 2)
        assert line_of(process) == "APPLYING 2"
        assert line_of(process) == "the command did not stop within 0.2 s, and is killed"
        assert [line_of(process) for _ in range(2)] == ["serving revision 2", "APPLIED 2"]
        eventually(lambda: (tmp_path / "pid").read_text() != first)
        assert not is_running(int(first))
        os.killpg(os.getpgid(int((tmp_path / "pid").read_text())), signal.SIGKILL)
        assert process.wait(30) == 128 + signal.SIGKILL


class Shell:
    """An interactive shell in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        (folder / "supervising.py").write_text(SUPERVISING)
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(PS1="next> ", S=f"{sys.executable} supervising.py 5")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])  # noqa: S606 - a person has one
        self._seen = ""

    def type(self, text: str) -> None:
        """Type `text`."""
        os.write(self._terminal, text.encode())

    def wait_for(self, text: str) -> None:
        """Read on until the terminal shows `text`."""
        while text not in self._seen:
            self._seen += os.read(self._terminal, 65_536).decode("utf-8", "replace")
        self._seen = self._seen.partition(text)[2]

    def close(self) -> None:
        """Hang up."""
        os.close(self._terminal)
        os.waitpid(self.pid, 0)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell that has hung up at the end of the test."""
    made = Shell(tmp_path)
    yield made
    made.close()


def test_the_terminal_is_shared_with_the_shell(shell: Shell) -> None:
    """A command in the background leaves it alone, one in the foreground is stopped there, and gives it back."""
    shell.type("$S sleep 600 &\n")
    shell.wait_for("APPLIED 1")
    shell.type("echo the shell $((40 + 2))\n")
    shell.wait_for("the shell 42")
    shell.type("kill %1; wait; clear; $S cat\n")
    shell.wait_for("APPLIED 1")
    shell.type("a line\n")
    shell.wait_for("a line\r\na line")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.type("clear; fg\n")
    shell.wait_for("fg\r\n")
    shell.wait_for("$S cat")
    shell.type("another\n")
    shell.wait_for("another\r\nanother")
    shell.type("\x03")
    shell.wait_for("next> ")
    shell.type("echo status $?\n")
    shell.wait_for("status 130")
    shell.type("sh -c '$S sleep 0.5; read line; echo got $line'\n")
    shell.wait_for("APPLIED 1")
    shell.type("what is typed\n")
    shell.wait_for("got what is typed")
