"""Which signals are passed on to the command, and what they ask it to do."""

import math
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

KILLED_BY_SIGNAL = 128
"""What a shell adds to the number of the signal that ended a command."""

_OF_THE_TERMINAL = frozenset({signal.SIGINT, signal.SIGQUIT, signal.SIGHUP})
_OF_THIS_PROCESS = {
    *(signal.SIGCHLD, signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPIPE),
    *(signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL),
}
PASSED_ON = frozenset(signal.valid_signals() - _OF_THIS_PROCESS)


def hear(handler: Callable[[int, object], object]) -> None:
    """Call `handler` for each signal that is passed on, and for those of children.

    Ignored signals stay ignored, for the command too: that is how `nohup` and shells say what must not end it.
    """
    signal.signal(signal.SIGCHLD, handler)
    for number in PASSED_ON:
        if signal.getsignal(number) is not signal.SIG_IGN:
            with suppress(OSError, ValueError):  # some are reserved by the C library
                signal.signal(number, handler)


@dataclass(slots=True)
class Told:
    """The signals that were passed on to a command.

    Attributes:
        grace: How many seconds it may take to stop.
    """

    grace: float
    _numbers: set[int] = field(default_factory=set)
    _ends_until: float = -math.inf

    def note(self, number: int) -> None:
        """Record that a signal was passed on to it."""
        self._numbers.add(number)
        if number == signal.SIGTERM:
            self._ends_until = math.inf
        elif number in {signal.SIGINT, signal.SIGQUIT}:
            self._ends_until = max(self._ends_until, monotonic() + self.grace)

    @property
    def is_to_end(self) -> bool:
        """Return whether it was told to end; a command that outlives INT or QUIT uses it for something else."""
        return monotonic() < self._ends_until

    def explains(self, status: int | None, *, has_terminal: bool) -> bool:
        """Return whether it ended with `status` because of a signal that somebody sent or typed."""
        if status is None:
            return False
        number = status - KILLED_BY_SIGNAL
        return number in self._numbers or (has_terminal and number in _OF_THE_TERMINAL)
