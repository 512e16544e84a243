"""Lets apps take turns, so that no request has to wait for many of another app."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock, Semaphore

_SECONDS_TO_EXPECT_OTHERS = 60.0
_SHORTEST_REST = 0.001
_LONGEST_REST = 0.05
_LONGEST_WAIT = 1.0
_MOST_LANES = 1_000

acts_for: ContextVar[str] = ContextVar("which app a request is about", default="")
"""The app that a request concerns; empty if it concerns none or several, and for the service's own work."""


@dataclass(slots=True)
class _Lane:
    turns: Semaphore
    users: int = 0
    ended_at: float = -1.0
    took: float = 0.0


@dataclass(slots=True)
class Turns:
    """A lane for each app, in which few of its requests run at once; the others wait in line.

    An app that sends one request right after another pauses before each for as long as the last one took, so that half
    of the time is left to others. If all requests are from one app, nobody waits for anything.

    Nobody waits in line for longer than a second: while the database is away, a running request may take until it gives
    up, and all would wait for each other.

    Attributes:
        at_once: How many requests of one app run at once.
        longest_wait: The most seconds that one waits in line.
        clock: Seconds on a monotonic clock.
        rest: Lets time pass.
    """

    at_once: int
    longest_wait: float = _LONGEST_WAIT
    clock: Callable[[], float] = time.monotonic
    rest: Callable[[float], None] = time.sleep
    _lanes: dict[str, _Lane] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _last: str = ""
    _others_until: float = 0.0

    @contextmanager
    def taken(self, whose: str) -> Iterator[None]:
        """Wait for a turn, and keep it for a while; requests without an app are let through."""
        now = self.clock()
        if not whose or not self._meets_others(whose, now):
            yield
            return
        with self._lock:
            lane = self._lane(whose, now)
            is_crowded = lane.users > 0 or now - lane.ended_at < _SHORTEST_REST
            lane.users += 1
        try:
            with self._in_line(lane):
                if is_crowded:
                    self.rest(min(_LONGEST_REST, max(_SHORTEST_REST, lane.took)))
                began = self.clock()
                try:
                    yield
                finally:
                    lane.ended_at = self.clock()
                    lane.took = lane.ended_at - began
        finally:
            with self._lock:
                lane.users -= 1

    @contextmanager
    def _in_line(self, lane: _Lane) -> Iterator[None]:
        has_turn = lane.turns.acquire(timeout=self.longest_wait)
        try:
            yield
        finally:
            if has_turn:
                lane.turns.release()

    def _meets_others(self, whose: str, now: float) -> bool:
        """Return whether another app has been here lately."""
        if whose != self._last:
            if self._last:
                self._others_until = now + _SECONDS_TO_EXPECT_OTHERS
            self._last = whose
        return now < self._others_until

    def _lane(self, whose: str, now: float) -> _Lane:
        if len(self._lanes) >= _MOST_LANES:
            self._lanes = {
                name: lane for name, lane in self._lanes.items() if lane.users or now - lane.ended_at < _LONGEST_REST
            }
        return self._lanes.setdefault(whose, _Lane(Semaphore(self.at_once)))
