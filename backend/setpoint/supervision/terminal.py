"""The terminal that the command shares with its caller: lent to it while it runs, then taken back."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass

_STDIN = 0


@dataclass(slots=True)
class Terminal:
    """The terminal on standard input, if there is one.

    Attributes:
        is_lent: Whether the command has it: it reads from it, and receives what is typed there, such as Ctrl-C.
    """

    is_lent: bool = False

    def lend(self, group: int) -> bool:
        """Give it to a process group; return False if this process does not own it, as in the background."""
        if not self.is_lent:
            with suppress(OSError):
                self.is_lent = os.tcgetpgrp(_STDIN) == os.getpgrp() and _given(group)
        return self.is_lent

    def take_back(self) -> None:
        """Take it back."""
        if self.is_lent:
            _given(os.getpgrp())
            self.is_lent = False

    def suspend(self, number: int) -> None:
        """Stop this process and those that it was started with, as a terminal's signal would."""
        self.take_back()
        os.killpg(os.getpgrp(), number)


def _given(group: int) -> bool:
    """Give the terminal to `group`; a background process may do that only while it ignores the signal for it."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        os.tcsetpgrp(_STDIN, group)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGTTOU, before)
    return True
