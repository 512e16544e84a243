"""The command that is supervised: started in a process group of its own, passed signals, stopped, and waited for."""

import errno
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

from setpoint.errors import UnableError
from setpoint.text.escape import printable

CANNOT_BE_EXECUTED = 126
NOT_FOUND = 127
_KILLED_BY_SIGNAL = 128


class NotStartedError(UnableError):
    """The command can't be started.

    Attributes:
        exit_status: What a shell would end with.
    """

    def __init__(self, command: str, error: OSError) -> None:
        self.exit_status = NOT_FOUND if error.errno in {errno.ENOENT, errno.ENOTDIR} else CANNOT_BE_EXECUTED
        super().__init__(f"cannot start `{printable(command)}`: {error.strerror}")


class Child:
    """A running command."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it.

        Raises:
            NotStartedError: There is no such program, or it can't be executed.
        """
        try:
            # A group of its own, so that nothing that it has started is left behind.
            self._process = subprocess.Popen(list(command), env=dict(environment), process_group=0)  # noqa: S603 - to start a command is the purpose
        except OSError as error:
            raise NotStartedError(command[0], error) from None
        _give_terminal(self._process.pid)

    @property
    def pid(self) -> int:
        """Return the number of its process, which is that of its group too."""
        return self._process.pid

    def exit_status(self) -> int | None:
        """Return what a shell would say it ended with; None while it runs."""
        code = self._process.poll()
        return code if code is None or code >= 0 else _KILLED_BY_SIGNAL - code

    def pass_on(self, number: int) -> None:
        """Send it a signal; nothing happens if it has ended."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def clear_away(self) -> None:
        """Kill it and whatever is left of its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def _give_terminal(group: int) -> None:
    """Let the command read from the terminal and get what is typed there, such as Ctrl-C."""
    if not os.isatty(0):
        return
    before = signal.signal(
        signal.SIGTTOU, signal.SIG_IGN
    )  # whoever is in the background may not hand it over otherwise
    try:
        with suppress(OSError):
            os.tcsetpgrp(0, group)
    finally:
        signal.signal(signal.SIGTTOU, before)
