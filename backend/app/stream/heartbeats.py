"""The heartbeats of all streams of a process, by one timer: a timer per stream would wake its greenlet."""

from collections import deque
from collections.abc import Iterator
from itertools import chain
from threading import Lock, Thread
from time import sleep
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet

from app.stream.outlet import a_few_at_a_time

HEARTBEAT_SECONDS = 15
"""The longest silence: a client that left is noticed at the second write after it went."""


class Alive(Protocol):
    """Something that shows from time to time that it is alive."""

    def beat(self) -> None:
        """Show it; this must return at once."""
        ...


Beating = TypeVar("Beating", bound=Alive)


class Heartbeats(Generic[Beating]):
    """A set of what is alive, of which another fifteenth beats at each tick of a clock.

    What is no longer referenced leaves it automatically.

    Attributes:
        clock: The thread that ticks, as long as there is anything.
    """

    def __init__(self, tick_seconds: float = 1.0) -> None:
        """Start empty; a round has 15 ticks."""
        self._tick_seconds = tick_seconds
        self._turns: deque[WeakSet[Beating]] = deque(WeakSet() for _ in range(HEARTBEAT_SECONDS))
        self._lock = Lock()
        self.clock: Thread | None = None

    def __len__(self) -> int:
        return sum(map(len, self._turns))

    def __iter__(self) -> Iterator[Beating]:
        return chain.from_iterable(list(turn) for turn in list(self._turns))

    def add(self, alive: Beating) -> None:
        """Let `alive` beat from now on, for the first time after a whole round."""
        with self._lock:
            self._turns[-1].add(alive)
            if self.clock is None:
                self.clock = Thread(target=self._run, name="setpoint-heartbeats", daemon=True)
                self.clock.start()

    def discard(self, alive: Beating) -> None:
        """Stop its heartbeat; calling this again does no harm."""
        for turn in self._turns:
            turn.discard(alive)

    def tick(self) -> None:
        """Let those beat whose turn it is; called by the clock."""
        with self._lock:
            due = list(self._turns[0])
            self._turns.rotate(-1)
        a_few_at_a_time(due, lambda each: each.beat())

    def _run(self) -> None:
        while self._is_needed():
            sleep(self._tick_seconds)
            self.tick()

    def _is_needed(self) -> bool:
        """Return whether there is anything; if not, the next addition starts the clock again."""
        with self._lock:
            if not len(self):
                self.clock = None
            return self.clock is not None
