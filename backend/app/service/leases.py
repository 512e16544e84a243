"""Holds the sessions of this worker: an open stream is the lease, and the worker reports for all of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread
from time import monotonic

from app.domain.errors import ServiceError
from app.domain.place import Place
from app.service.ports import Clock, Store, Transaction
from app.service.rollouts import Rollouts
from observability.known_secrets import secrets_of_its_own

BEAT_SECONDS = 5.0
GRACE_SECONDS = 30.0
"""How long an instance may be without a stream, or a worker silent, before it counts as gone: it may reconnect."""


@dataclass(slots=True)
class Leases:
    """The sessions of one worker; two writes per heartbeat, however many sessions there are.

    Each worker finds out by itself whether another one is still running: what that one records must keep changing. No
    times of day are compared, because clocks differ and jump.

    Attributes:
        store: Where it records what it holds.
        rollouts: Notifies watchers when an instance has gone.
        clock: The time of day.
        worker: The name of this process.
        seconds: A monotonic clock.
        settle: Records with each heartbeat what else this worker holds, and takes it from the given silent workers.
        chores: What else must be done every few seconds, by any worker.
    """

    store: Store
    rollouts: Rollouts
    clock: Clock
    worker: str
    seconds: Callable[[], float] = monotonic
    settle: Callable[[Transaction, Collection[str]], None] = lambda _found, _silent: None
    chores: Sequence[Callable[[], None]] = ()
    _streams: dict[str, int] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _heard: dict[str, tuple[datetime, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _thread: Thread | None = None
    _ended: Event = field(default_factory=Event)

    def start(self) -> None:
        """Start to report that this worker is running, even without sessions: it also ends those of dead workers."""
        with self._lock:
            if self._thread is None or not (self._thread.is_alive() or self._ended.is_set()):
                self._thread = Thread(target=self._run, name="setpoint-leases", daemon=True)
                self._thread.start()

    def renew(self, session_id: str) -> None:
        """Hold a session for a while, even without a stream."""
        with self._lock:
            self._until[session_id] = self.seconds() + GRACE_SECONDS
        self.start()

    def begin(self, session_id: str) -> None:
        """Hold a session for as long as its stream is open."""
        with self._lock:
            self._streams[session_id] = self._streams.get(session_id, 0) + 1
            self._taken.add(session_id)
        self.renew(session_id)

    def end(self, session_id: str) -> None:
        """Record that a stream of a session has ended."""
        with self._lock:
            left = self._streams.pop(session_id, 0) - 1
            if left > 0:
                self._streams[session_id] = left
        self.renew(session_id)

    def close(self) -> None:
        """Stop reporting that this worker is running; others take over its sessions, or end them after a while."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self.rollouts.close()

    def beat(self) -> None:
        """Report what this worker holds, and release what nobody holds."""
        taken, gone = self._changes()
        now = self.clock()

        def change(found: Transaction) -> frozenset[Place]:
            self.note(found)
            silent = self._silent(found.sessions.beats())
            if taken:
                found.sessions.hold(taken, self.worker)
            left = {*found.sessions.release(gone, self.worker, now)} if gone else set()
            left |= {*found.sessions.bury(silent, now)}
            self.settle(found, silent)
            self.rollouts.go_on(found)
            return self.rollouts.note(found, left)

        try:
            self.rollouts.tell_later(self.store.write(change))
        except ServiceError:
            with self._lock:
                self._taken |= taken
                self._until |= dict.fromkeys(gone, 0.0)

    def note(self, found: Transaction) -> None:
        """Record in a transaction that this worker is running; if others gave it up, it takes back what it holds."""
        if not found.sessions.beat(self.worker, self.clock()):
            with self._lock:
                self._taken |= {*self._streams, *self._until}

    def _silent(self, beats: Mapping[str, datetime]) -> set[str]:
        """Return the workers that have recorded nothing new for too long."""
        now = self.seconds()
        before = self._heard
        self._heard = {
            worker: before[worker] if worker in before and before[worker][0] == noted else (noted, now)
            for worker, noted in beats.items()
        }
        return {worker for worker, (_, since) in self._heard.items() if now - since > GRACE_SECONDS}

    def _changes(self) -> tuple[set[str], set[str]]:
        """Return what has been taken since the last heartbeat, and what has been without a stream for too long."""
        with self._lock:
            now = self.seconds()
            gone = {each for each, until in self._until.items() if until <= now and each not in self._streams}
            for each in gone:
                del self._until[each]
            taken, self._taken = self._taken - gone, set()
            return taken, gone

    def _run(self) -> None:
        with secrets_of_its_own():
            self.beat()
        while not self._ended.wait(BEAT_SECONDS):
            with secrets_of_its_own():
                self.beat()
                with suppress(ServiceError):  # the next heartbeat does what this one could not
                    for chore in self.chores:
                        chore()
