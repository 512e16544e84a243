"""Where a stream waits for something to send, and how others send for it without waking it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from time import sleep
from typing import Protocol, TypeVar

_AT_ONCE = 50

Told = TypeVar("Told")


class Signal(Protocol):
    """What a stream waits on; `threading.Event` is one, also where gevent has patched it."""

    def set(self) -> None:
        """Wake whoever waits."""
        ...

    def clear(self) -> None:
        """Let those that come from now on wait."""
        ...

    def wait(self, timeout: float | None) -> bool:
        """Wait until it is set, for at most `timeout` seconds, if given; return whether it is."""
        ...


class Writer(Protocol):
    """Writes to a client from outside the stream's own greenlet; a server may have one."""

    def write(self, content: bytes) -> bool:
        """Write `content` without waiting; return whether `finish` has nothing left to do."""
        ...

    def finish(self) -> None:
        """Wait until all of it is written; if that fails, so does the server's next write."""
        ...


@dataclass(eq=False, slots=True)
class Outlet:
    """The one place through which something reaches a waiting stream.

    Waking a greenlet, letting it pass its event through every layer and wait again takes three times as long as writing
    to its connection. So that is done for it as long as it waits and its client reads. What the kernel does not accept
    at once, the greenlet finishes; until then it is awake, and anything new must wait for it.

    Attributes:
        awake: What the stream waits on.
        writer: Writes while it waits; None if the server has none.
    """

    awake: Signal = field(default_factory=Event)
    writer: Writer | None = None
    _waits: bool = False

    def wait(self, timeout: float | None) -> bool:
        """Wait until there is something to do, for at most `timeout` seconds, if given; return whether there is."""
        self._waits = True
        try:
            is_awake = self.awake.wait(timeout)
        finally:
            self._waits = False
        if self.writer is not None:
            self.writer.finish()
        if is_awake:
            self.awake.clear()
        return is_awake

    def wake(self) -> None:
        """Let the stream look for something to do."""
        self._waits = False
        self.awake.set()

    def send(self, content: bytes) -> bool:
        """Send `content` if the stream is waiting; return whether its client gets it without anything else."""
        if not self._waits or self.writer is None:
            return False
        if not self.writer.write(content):
            self.wake()
        return True


def a_few_at_a_time(streams: Sequence[Told], tell: Callable[[Told], None]) -> None:
    """Send to streams, and let requests run in between: each stream takes a moment of this process."""
    for number, each in enumerate(streams, 1):
        tell(each)
        if number % _AT_ONCE == 0:
            sleep(0)
