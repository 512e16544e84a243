"""What process 1 of a container must do: reap orphans and pass on signals.

The supervisor would lose the exit statuses of its own processes if it collected those of all others; so a separate
process, as small as possible, does that.
"""

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from setpoint.supervision.signals import KILLED_BY_SIGNAL, PASSED_ON

_FIRST = 1


def stay_behind_as_first_process() -> None:
    """Return in a child process if this is process 1, which itself ends when and as that child does."""
    if os.getpid() == _FIRST:
        stay_behind()


def stay_behind() -> None:
    """Return in a child process; this one passes on signals, reaps orphans, and ends as the child does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)  # none is lost before it can be passed on
    child = os.fork()
    if child != 0:
        for number in PASSED_ON:
            with suppress(OSError, ValueError):  # some are reserved by the C library
                signal.signal(number, lambda each, _: os.kill(child, each))
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if child != 0:
        _wait_for(child)


def _wait_for(child: int) -> NoReturn:
    while True:
        ended, status = os.wait()
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            sys.exit(code if code >= 0 else KILLED_BY_SIGNAL - code)
