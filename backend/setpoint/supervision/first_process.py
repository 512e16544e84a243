"""What process 1 of a container must do: reap orphans and pass on signals.

The supervisor would lose the exit statuses of its own processes if it collected those of all others; so a separate
process, as small as possible, does that.
"""

import os
import signal
import sys
from typing import NoReturn

from setpoint.supervision.signals import KILLED_BY_SIGNAL, PASSED_ON

_FIRST = 1
_AWAITED = {*PASSED_ON, signal.SIGCHLD}


def stay_behind_as_first_process() -> None:
    """Return in a child process if this is process 1, which itself ends when and as that child does."""
    if os.getpid() == _FIRST:
        stay_behind()


def stay_behind() -> None:
    """Return in a child process; this one passes on signals, reaps orphans, and ends as the child does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)  # one that arrives early waits, and none is lost
    child = os.fork()
    if child != 0:
        _wait_for(child)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait_for(child: int) -> NoReturn:
    # A handler would not do: the signal could arrive right before a call of `wait`, which then goes on waiting.
    while True:
        number = signal.sigwait(_AWAITED)
        if number != signal.SIGCHLD:
            os.kill(child, number)
        elif (code := _reap(child)) is not None:
            sys.exit(code if code >= 0 else KILLED_BY_SIGNAL - code)


def _reap(child: int) -> int | None:
    """Collect all processes that have ended; return the exit code of `child` if it is one of them, otherwise None."""
    while True:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended == child:
            return os.waitstatus_to_exitcode(status)
        if ended == 0:
            return None
