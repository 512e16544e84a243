"""Hands each event to the streams that watch for it: one reader of the store per process, one queue per stream."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from threading import Lock, Thread
from time import sleep
from typing import Protocol
from weakref import WeakSet

from app.domain.errors import UnavailableError
from app.domain.event import Event, EventKind, Position, Reset
from app.domain.place import Place
from app.stream.outlet import Outlet, a_few_at_a_time
from app.stream.telling import Told, told, topics
from observability.metrics import stream_events

MOST_WAITING = 1_000
"""How many events wait for one slow reader before it is told to read the state again."""

_SECONDS_BETWEEN_LOOKS = 1.0


class Events(Protocol):
    """Where events come from; `app.service.watching.Watching` is one."""

    def latest(self) -> Position:
        """Return the position of the newest event."""
        ...

    def wait(self, known: Position, timeout: float) -> Position:
        """Return the position of the newest event, once it is not `known` any more or `timeout` seconds are over."""
        ...

    def after(self, position: Position, limit: int = 1_000) -> Sequence[Event] | Reset:
        """Return the events after `position`, or a reset where this history does not have that position."""
        ...


@dataclass(eq=False, slots=True, weakref_slot=True)
class Subscription:
    """What one stream watches, and what it has not sent yet.

    Attributes:
        topics: What it watches.
        retold: Kinds of events that its reader gets in a different form.
        outlet: What its stream waits on.
        seen: Up to where its reader has got everything; None as long as that is not known.
        overflowed: Whether events were dropped, because the reader is too slow or the history is a different one.
    """

    topics: frozenset[str]
    retold: frozenset[EventKind] = frozenset()
    outlet: Outlet = field(default_factory=Outlet)
    seen: Position | None = None
    overflowed: bool = False
    _waiting: list[Told] = field(default_factory=list)

    def offer(self, event: Told) -> None:
        """Queue `event`, which concerns one of the topics."""
        if self._is_next(event) and self.outlet.send(event.content):
            self.seen = event.position
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self.overflowed = True
        else:
            self._waiting.append(event)
        self.outlet.wake()

    def drop(self) -> None:
        """Drop what is waiting: the reader must read the state again."""
        self._waiting.clear()
        self.overflowed = True
        self.outlet.wake()

    def take(self) -> list[Told]:
        """Return what is waiting."""
        found, self._waiting = self._waiting, []
        return found

    def _is_next(self, event: Told) -> bool:
        """Return whether `event` only needs to be sent, if the stream is waiting."""
        if event.is_about_a_token or event.event.happening.kind in self.retold:
            return False
        return self.seen is not None and event.position.sequence > self.seen.sequence


class Broker:
    """Reads events once for all streams of this process, as long as there are any."""

    def __init__(self, events: Events, spread_milliseconds: Callable[[], int] = lambda: 0) -> None:
        """Start without subscriptions.

        Args:
            events: Where events come from.
            spread_milliseconds: Over what time readers should spread their reads.
        """
        self._events = events
        self._spread = spread_milliseconds
        self._subscriptions: WeakSet[Subscription] = WeakSet()
        self._lock = Lock()
        self._position: Position | None = None
        self._reader: Thread | None = None

    def subscribe(
        self,
        places: Collection[Place],
        token_id: str,
        kinds: frozenset[EventKind] = frozenset(EventKind),
        retold: frozenset[EventKind] = frozenset(),
    ) -> Subscription:
        """Return a subscription that gets every event of these kinds from now on.

        Args:
            places: The environments.
            token_id: The token of the reader, whose events it also gets.
            kinds: The kinds of events.
            retold: Those that its reader gets in a different form.

        Raises:
            UnavailableError: The store can't be reached.
        """
        subscription = Subscription(topics(frozenset(places), token_id, kinds), retold)
        with self._lock:
            if self._position is None:
                self._position = self._events.latest()
            self._subscriptions.add(subscription)
            if self._reader is None:
                self._reader = Thread(target=self._read, name="setpoint-broker", daemon=True)
                self._reader.start()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop giving events to `subscription`."""
        with self._lock:
            self._subscriptions.discard(subscription)

    def close(self) -> None:
        """Stop giving events to anyone, and wait until reading has stopped."""
        with self._lock:
            self._subscriptions.clear()
            reader = self._reader
        if reader is not None:
            reader.join()

    def _read(self) -> None:
        while (position := self._next_position()) is not None:
            try:
                if self._events.wait(position, _SECONDS_BETWEEN_LOOKS) != position:
                    self._hand_out(self._events.after(position))
            except UnavailableError:
                sleep(_SECONDS_BETWEEN_LOOKS)  # nothing is lost: it continues from where it was

    def _next_position(self) -> Position | None:
        """Return where to continue; None if nobody is watching, so that the next one starts afresh."""
        with self._lock:
            if not self._subscriptions:
                self._reader, self._position = None, None
            return self._position

    def _hand_out(self, found: Sequence[Event] | Reset) -> None:
        with self._lock:
            subscriptions = list(self._subscriptions)
            if isinstance(found, Reset):
                self._position = found.latest
            elif found:
                self._position = found[-1].position
        if isinstance(found, Reset):
            a_few_at_a_time(subscriptions, Subscription.drop)
            return
        spread = self._spread()
        for event in (told(each, spread) for each in found):
            concerned = [each for each in subscriptions if event.topic in each.topics]
            a_few_at_a_time(concerned, methodcaller("offer", event))
            stream_events.inc(len(concerned))
