"""The event streams that this process holds open: how many there may be, and how they end."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from threading import Event, Lock
from time import monotonic
from typing import Protocol

from app.stream import wire
from app.stream.heartbeats import HEARTBEAT_SECONDS, Heartbeats
from app.stream.outlet import Outlet, Writer

RETRY_MILLISECONDS = (1_000, 5_000)
"""Clients reconnect after a time between these, so that they don't all come at once after a restart."""

RETRY_MILLISECONDS_A_STREAM = 2
"""How much longer that time may be for each open stream: 10,000 clients come back within 25 seconds."""

FEWEST_TO_SPREAD = 500
"""Up to this many streams, all may read at once."""

_AGE_SPREAD = 0.1
_HEARTBEAT = wire.comment("heartbeat")


class TooManyStreamsError(Exception):
    """As many streams are open as may be."""


class Content(Protocol):
    """What a stream sends between its greeting and its end."""

    @property
    def outlet(self) -> Outlet:
        """What the stream waits on until there is more."""
        ...

    @property
    def allowed_until(self) -> float:
        """When the client may listen no longer, on the clock of the streams; infinite if nothing says so."""
        ...

    def begin(self) -> Iterator[bytes]:
        """Yield what the client has missed."""
        ...

    def more(self) -> Iterator[bytes]:
        """Yield what has come since.

        Raises:
            PermissionError: The client may no longer listen.
        """
        ...

    def close(self) -> None:
        """Release everything."""
        ...


@dataclass(frozen=True, slots=True)
class Silence:
    """The content of a stream that is merely alive: it waits for the end of the process."""

    outlet: Outlet = field(default_factory=Outlet)
    allowed_until: float = inf

    def begin(self) -> Iterator[bytes]:
        """Yield nothing."""
        return iter(())

    def more(self) -> Iterator[bytes]:
        """Yield nothing."""
        return iter(())

    def close(self) -> None:
        """Do nothing."""


@dataclass(eq=False, slots=True, weakref_slot=True)
class OpenStream:
    """One stream as the server sees it: an iterable to send, then close.

    Its place is freed by `close`, which a WSGI server calls however the response ends, even before
    the first event, when the `finally` of a generator would not run. A stream that is never closed
    frees its place when it is collected.
    """

    events: Iterator[bytes]
    content: Content
    ends_at: float
    streams: "OpenStreams"

    def __iter__(self) -> Iterator[bytes]:
        return self.events

    def beat(self) -> None:
        """Show the client that the stream is alive, and the server whether the client is still there."""
        outlet = self.content.outlet
        if self.streams.ends_soon(min(self.ends_at, self.content.allowed_until)) or not outlet.send(_HEARTBEAT):
            outlet.wake()

    def close(self) -> None:
        """Free the place of this stream; calling this again does no harm."""
        self.streams.heartbeats.discard(self)
        self.content.close()


@dataclass
class OpenStreams:
    """The open streams of this process.

    Attributes:
        most: How many may be open at once.
        max_age: Seconds after which a stream ends, give or take a tenth.
        greeting: The content of `hello`.
        draining: Set once this process shuts down.
        clock: Seconds on a monotonic clock.
        uniform: A random number between two others.
        heartbeats: The heartbeats of the open streams.
    """

    most: int
    max_age: float
    greeting: dict[str, str | int]
    draining: Event = field(default_factory=Event)
    clock: Callable[[], float] = monotonic
    uniform: Callable[[float, float], float] = random.uniform
    heartbeats: Heartbeats[OpenStream] = field(default_factory=Heartbeats)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __len__(self) -> int:
        return len(self.heartbeats)

    def open(self, content: Content | None = None, writer: Writer | None = None) -> OpenStream:
        """Return a new stream of what `content` gives; it holds a place until it is closed.

        While the process shuts down it says `hello` and `goaway`: a client of Server-Sent Events
        comes back after the end of a stream, but gives up after a refusal.

        Args:
            content: What it sends; without any, it only shows that it is alive.
            writer: Writes to its client while it waits, if the server has one.

        Raises:
            TooManyStreamsError: There is no place left.
        """
        content = content or Silence()
        content.outlet.writer = writer
        with self._lock:
            if len(self.heartbeats) >= self.most:
                raise TooManyStreamsError
            ends_at = self.clock() + self.max_age * self.uniform(1 - _AGE_SPREAD, 1 + _AGE_SPREAD)
            stream = OpenStream(self._events(content, ends_at), content, ends_at, self)
            self.heartbeats.add(stream)
        return stream

    def drain(self) -> None:
        """Send `goaway` on every stream, including later ones; returns at once, from any thread or greenlet."""
        self.draining.set()
        for stream in self.heartbeats:
            stream.content.outlet.wake()

    def retry_milliseconds(self) -> int:
        """Return how long a client should wait before it reconnects: the more streams, the more they spread."""
        shortest, longest = RETRY_MILLISECONDS
        return round(self.uniform(shortest, longest + RETRY_MILLISECONDS_A_STREAM * self._more_than_few()))

    def spread_milliseconds(self) -> int:
        """Return over what time those who hear about a revision should spread their reads of it."""
        return self._more_than_few()

    def _more_than_few(self) -> int:
        number = len(self)
        return number if number >= FEWEST_TO_SPREAD else 0

    def ends_soon(self, ends_at: float) -> bool:
        """Return whether no other heartbeat comes before `ends_at`: only then does a stream need a timer of its own."""
        return ends_at - self.clock() <= HEARTBEAT_SECONDS

    def _events(self, content: Content, ends_at: float) -> Iterator[bytes]:
        yield wire.retry(self.retry_milliseconds()) + _as_event("hello", self.greeting)
        if not self.draining.is_set():
            yield from content.begin()
        while (left := (until := min(ends_at, content.allowed_until)) - self.clock()) > 0:
            if self.draining.is_set():
                yield _as_event("goaway", {"reason": "shutdown"})
                return
            try:
                if content.outlet.wait(left if self.ends_soon(until) else None):
                    # One write, however many events there are; a stream that is woken for nothing sends a heartbeat.
                    yield b"".join(content.more()) or _HEARTBEAT
            except PermissionError:
                yield _as_event("goaway", {"reason": "token"})
                return
        yield _as_event("goaway", {"reason": "age" if ends_at == until else "token"})


def _as_event(name: str, data: dict[str, str | int]) -> bytes:
    return wire.event(name, json.dumps(data, separators=(",", ":")))
