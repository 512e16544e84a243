"""What process 1 of a container has to do: reap orphans and pass signals on.

The supervisor would lose the exit statuses of its own processes if it took those of all others; so a separate process,
as small as can be, does that.
"""

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from setpoint.supervision.signals import KILLED_BY_SIGNAL, PASSED_ON

_FIRST = 1


def stay_behind_as_first_process() -> None:
    """Return in a child of this process if it is the first one; itself, it ends when and as that child does."""
    if os.getpid() == _FIRST:
        stay_behind()


def stay_behind() -> None:
    """Return in a child of this process, which itself passes signals on, takes in orphans, and ends as the child."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)  # none gets lost before it can be passed on
    child = os.fork()
    if child != 0:
        for number in PASSED_ON:
            with suppress(OSError, ValueError):  # some are the C library's own
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
