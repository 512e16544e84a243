import signal
import subprocess
import sys

import pytest

# A process takes in orphans like the first one of a container if it asks the kernel for that (prctl(2)).
TAKES_IN_ORPHANS = """
import ctypes, os, signal, subprocess, sys, time
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
from setpoint.supervision.first_process import stay_behind
stay_behind()
"""


def start(program: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", TAKES_IN_ORPHANS + program], stdout=subprocess.PIPE, text=True)


def test_orphans_are_taken_in_and_nothing_else_is() -> None:
    """The supervisor itself gets the statuses of what it has started."""
    process = start(
        """
for _ in range(3):
    done = subprocess.run(["sh", "-c", "(sleep 0.1 &) ; exit 7"])
    assert done.returncode == 7
time.sleep(0.5)
children = open(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read().split()
print(len(children), "of them zombies:", sum(" Z " in open(f"/proc/{each}/stat").read() for each in children))
sys.exit(5)
"""
    )
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (5, "1 of them zombies: 0\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_signals_are_passed_on(number: signal.Signals) -> None:
    """And the status is the child's."""
    process = start(
        """
awaited = {signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, awaited)  # or one may arrive right before it is waited for
print("ready", flush=True)
sys.exit(40 + signal.sigwait(awaited))
"""
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(timeout=60) == 40 + number


def test_a_child_that_is_killed_is_told_as_a_shell_does() -> None:
    """128 and the number of the signal."""
    process = start("os.kill(os.getpid(), signal.SIGKILL)")
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGKILL
