"""What one watcher gets: what it missed, a bookmark once it has caught up, then everything as it happens."""

import json
from collections.abc import Callable, Iterable, Iterator

from app.domain.event import Event, Position, Reset
from app.stream import wire
from app.stream.broker import Broker, Events, Subscription
from app.stream.outlet import Outlet
from app.stream.telling import Told, told, topic_of

_PAGE = 1_000


class Following:
    """The events of one watcher, in order, each once.

    The subscription begins before the history is read, so that nothing falls between the two; duplicates are
    recognised by their sequence.
    """

    __slots__ = ("_as_told", "_ask_until", "_broker", "_events", "_spread", "_subscription", "allowed_until")

    def __init__(
        self,
        broker: Broker,
        events: Events,
        subscription: Subscription,
        last_seen: Position | None,
        *,
        allowed_until: float,
        ask_until: Callable[[], float],
        spread_milliseconds: Callable[[], int],
        as_told: Callable[[Event], Event | None] = lambda event: event,
    ) -> None:
        """Take where events come from, and the `Last-Event-ID` of the watcher.

        Args:
            broker: Provides what happens from now on.
            events: Provides what has happened before.
            subscription: What the watcher wants.
            last_seen: Up to where it has read; None if it starts now.
            allowed_until: Until when the watcher's token is good, on the clock of the streams.
            ask_until: Returns it once something has become of the token; raises `PermissionError` if it has ended.
            spread_milliseconds: Over what time readers should spread their reads.
            as_told: Returns the form in which this watcher gets an event; None if the event does not concern it.
        """
        self._broker, self._events, self._subscription = broker, events, subscription
        subscription.seen = last_seen
        self.allowed_until, self._ask_until = allowed_until, ask_until
        self._spread = spread_milliseconds
        self._as_told = as_told

    @property
    def outlet(self) -> Outlet:
        """What its stream waits on."""
        return self._subscription.outlet

    def begin(self) -> Iterator[bytes]:
        """Yield what the watcher has missed, and a bookmark."""
        if self._subscription.seen is None:
            self._subscription.seen = self._events.latest()
        while True:
            found = self._events.after(self._subscription.seen, _PAGE)
            if isinstance(found, Reset):
                yield self._reset(found.latest)
                break
            yield from self._sent(self._for_this(found))
            if len(found) < _PAGE:
                break
        yield self._at("bookmark", {}, self._subscription.seen)

    def more(self) -> Iterator[bytes]:
        """Yield what has happened since.

        Raises:
            PermissionError: The token of the watcher is no longer good.
        """
        waiting = self._subscription.take()
        if self._subscription.overflowed:
            self._subscription.overflowed = False
            yield self._reset(self._events.latest())
            return
        yield from self._sent(waiting)

    def close(self) -> None:
        """Stop watching."""
        self._broker.unsubscribe(self._subscription)

    def _for_this(self, found: Iterable[Event]) -> Iterator[Told]:
        """Yield the events that concern a topic of this stream, up to the end of all events."""
        for event in found:
            if topic_of(event) in self._subscription.topics:
                yield told(event, self._spread())
            else:
                self._subscription.seen = event.position

    def _sent(self, found: Iterable[Told]) -> Iterator[bytes]:
        for event in found:
            # Wherever it is: this stream may have begun after it, for somebody who was let in before it.
            if event.is_about_a_token:
                self.allowed_until = self._ask_until()
            if self._subscription.seen is not None and event.position.sequence <= self._subscription.seen.sequence:
                continue
            self._subscription.seen = event.position
            if not event.is_about_a_token:
                yield from self._for_its_reader(event)

    def _for_its_reader(self, event: Told) -> Iterator[bytes]:
        """Yield what the watcher gets for `event`: perhaps nothing, or a different form."""
        if event.event.happening.kind not in self._subscription.retold:
            yield event.content
        elif (changed := self._as_told(event.event)) is not None:
            yield told(changed, self._spread()).content

    def _reset(self, latest: Position) -> bytes:
        self._subscription.seen = latest
        return self._at("reset", {}, latest)

    def _at(self, name: str, data: dict[str, object], position: Position) -> bytes:
        return wire.event(name, json.dumps(data), identity=str(position))
