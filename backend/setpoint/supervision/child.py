"""The supervised command: started in its own process group, passed signals, and waited for."""

import errno
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from setpoint.errors import UnableError
from setpoint.supervision.signals import KILLED_BY_SIGNAL
from setpoint.text.escape import printable

CANNOT_BE_EXECUTED = 126
NOT_FOUND = 127
_ALL_PROCESSES = Path("/proc")


class NotStartedError(UnableError):
    """The command can't be started.

    Attributes:
        exit_status: The exit status that a shell would return.
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
            # Its own group, so that nothing that it has started is left behind.
            self._process = subprocess.Popen(list(command), env=dict(environment), process_group=0)  # noqa: S603 - starting a command is the purpose
        except OSError as error:
            raise NotStartedError(command[0], error) from None

    @property
    def pid(self) -> int:
        """Return its process id, which is also that of its group."""
        return self._process.pid

    def exit_status(self) -> int | None:
        """Return its exit status as a shell would report it; None while it runs."""
        code = self._process.poll()
        return code if code is None or code >= 0 else KILLED_BY_SIGNAL - code

    def pass_on(self, number: int) -> None:
        """Send it a signal; nothing happens if it has ended."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def pass_on_to_all(self, number: int) -> None:
        """Send a signal to whatever is left of its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def stopped_by(self) -> int | None:
        """Return the signal that has stopped it since the last call; None if none has."""
        with suppress(ChildProcessError):
            found = os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG)
            return found.si_status if found else None
        return None

    def is_gone(self) -> bool:
        """Return whether it has ended, and nothing of its group is running."""
        return self.exit_status() is not None and not _goes_on(self.pid)

    def clear_away(self) -> None:
        """Kill it and whatever is left of its group."""
        self.pass_on_to_all(signal.SIGKILL)
        self._process.wait()


def _goes_on(group: int) -> bool:
    """Return whether a process group has a process other than zombies."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    states = [_state(each) for each in _ALL_PROCESSES.glob("[0-9]*/stat")]
    return not states or any(its_group == group and state != "Z" for its_group, state in states)


def _state(path: Path) -> tuple[int, str]:
    """Return the process group and the state of a process (proc(5), `/proc/pid/stat`)."""
    try:
        state, _, group = path.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
    except (OSError, ValueError):  # it has just ended
        return -1, ""
    return int(group), state
