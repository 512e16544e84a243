import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from threading import Event, Thread

import pytest
from inline_snapshot import snapshot

from app.stream.heartbeats import HEARTBEAT_SECONDS, Heartbeats
from app.stream.open_streams import (
    RETRY_MILLISECONDS,
    OpenStream,
    OpenStreams,
    Silence,
    TooManyStreamsError,
)
from app.stream.outlet import Outlet, Writer


@dataclass
class StoppedTime:
    """A clock that moves only while a stream waits, and what it waits on; each second somebody may do something."""

    now: int = 0
    at: dict[int, Callable[[], None]] = field(default_factory=dict)
    timeouts: list[float | None] = field(default_factory=list)
    heartbeats: Heartbeats[OpenStream] = field(default_factory=Heartbeats)
    _set: bool = False

    def clock(self) -> float:
        """Return what time it is."""
        return self.now

    def set(self) -> None:
        """Wake whoever waits."""
        self._set = True

    def clear(self) -> None:
        """Have those wait who come from now on."""
        self._set = False

    def wait(self, timeout: float | None) -> bool:
        """Let `timeout` pass, or less if something happens before that ends the wait."""
        self.timeouts.append(timeout)
        until = inf if timeout is None else self.now + timeout
        while not self._set and self.now < until:
            self.now += 1
            self.heartbeats.tick()
            self.at.pop(self.now, lambda: None)()
        return self._set

    def open(self, streams: OpenStreams, writer: Writer | None = None, allowed_until: float = inf) -> OpenStream:
        """Return a new stream that waits on this time."""
        return streams.open(Silence(Outlet(self), allowed_until), writer)


class Reader:
    """A client that takes everything at once."""

    def write(self, content: bytes) -> bool:
        """Take it."""
        return bool(content)

    def finish(self) -> None:
        """Do nothing."""


def streams_on(time: StoppedTime, *, most: int = 2, max_age: float = 40, dice: float = 0.5) -> OpenStreams:
    """Return streams that live on `time`; `dice` is where between two bounds each random number lies."""
    return OpenStreams(
        most,
        max_age,
        {"instance": "i1"},
        clock=time.clock,
        uniform=lambda low, high: low + (high - low) * dice,
        heartbeats=time.heartbeats,
    )


def sent_on(stream: OpenStream, time: StoppedTime) -> list[tuple[int, str]]:
    """Return everything that `stream` sends until it ends, with the time of each."""
    return [(time.now, sent.decode()) for sent in stream]


def test_a_stream_says_hello_beats_and_says_goodbye_at_its_age() -> None:
    """`retry` and `hello` come first, a comment every 15 seconds, `goaway` last."""
    time = StoppedTime()

    assert sent_on(time.open(streams_on(time)), time) == snapshot(
        [
            (0, 'retry: 3000\n\nevent: hello\ndata: {"instance":"i1"}\n\n'),
            (15, ": heartbeat\n\n"),
            (30, ": heartbeat\n\n"),
            (40, 'event: goaway\ndata: {"reason":"age"}\n\n'),
        ]
    )


@pytest.mark.parametrize(("dice", "age"), [(0, 36), (1, 44)])
def test_the_age_is_spread_by_a_tenth(dice: float, age: float) -> None:
    """Streams that were opened at once don't end at once."""
    time = StoppedTime()

    assert sent_on(time.open(streams_on(time, dice=dice)), time)[-1][0] == pytest.approx(age)


@pytest.mark.parametrize("allowed_until", [1, 14, 15, 16, 33, 39])
@pytest.mark.parametrize("writer", [None, Reader()])
def test_a_stream_ends_when_its_token_expires(allowed_until: int, writer: Writer | None) -> None:
    """At that moment, and not at the next heartbeat."""
    time = StoppedTime()
    stream = time.open(streams_on(time), writer, allowed_until)

    assert sent_on(stream, time)[-1] == (allowed_until, 'event: goaway\ndata: {"reason":"token"}\n\n')


@pytest.mark.parametrize(("dice", "bound"), [(0, RETRY_MILLISECONDS[0]), (1, RETRY_MILLISECONDS[1])])
def test_clients_are_told_to_come_back_at_different_times(dice: float, bound: int) -> None:
    """After a restart they would all connect in the same moment otherwise."""
    first = next(iter(streams_on(StoppedTime(), dice=dice).open()))

    assert first.startswith(f"retry: {bound}\n\n".encode())


def test_no_silence_is_longer_than_a_heartbeat() -> None:
    """Nor is it when the stream ends just then."""
    time = StoppedTime()

    stream = time.open(streams_on(time, max_age=3 * HEARTBEAT_SECONDS))

    assert [moment for moment, _ in sent_on(stream, time)] == [0, 15, 30, 45, 45]


def test_a_stream_has_a_timer_only_before_its_end() -> None:
    """Until then heartbeats wake it early enough; thousands of timers take memory."""
    time = StoppedTime()
    stream = time.open(streams_on(time, max_age=40), Reader())

    assert [moment for moment, _ in sent_on(stream, time)] == [0, 30, 40]
    assert time.timeouts == [None, 10]


def test_a_drain_ends_an_open_stream_at_once() -> None:
    """It doesn't wait for the next heartbeat."""
    time = StoppedTime()
    streams = streams_on(time)
    time.at[17] = streams.drain

    assert sent_on(time.open(streams), time)[-1] == snapshot((17, 'event: goaway\ndata: {"reason":"shutdown"}\n\n'))


def test_a_drain_reaches_a_stream_that_was_not_read_yet() -> None:
    """Its client still gets `hello`, then `goaway`."""
    time = StoppedTime()
    streams = streams_on(time)
    stream = streams.open()
    streams.drain()

    assert [moment for moment, _ in sent_on(stream, time)] == [0, 0]


def test_a_drain_reaches_streams_that_are_opened_after_it() -> None:
    """A client gives up after a refusal, and comes back after an end."""
    time = StoppedTime()
    streams = streams_on(time)
    streams.drain()

    assert [moment for moment, _ in sent_on(streams.open(), time)] == [0, 0]


def test_a_drain_wakes_streams_that_really_wait() -> None:
    """With the event of the standard library too, from another thread."""
    streams = OpenStreams(1, 60, {})
    stream, opened, received = streams.open(), Event(), list[bytes]()

    def follow() -> None:
        received.append(next(iter(stream)))
        opened.set()
        received.extend(stream)

    follower = Thread(target=follow)
    follower.start()
    assert opened.wait(10)
    streams.drain()
    follower.join(10)

    assert received[-1] == snapshot(b'event: goaway\ndata: {"reason":"shutdown"}\n\n')


def test_the_cap_holds() -> None:
    """One stream more than there are places is refused, and takes no place."""
    streams = streams_on(StoppedTime(), most=2)
    kept = [streams.open(), streams.open()]

    with pytest.raises(TooManyStreamsError):
        streams.open()

    assert len(streams) == len(kept) == 2


def never_read(stream: OpenStream) -> None:
    """The client is gone before the first event."""
    stream.close()


def read_a_little(stream: OpenStream) -> None:
    """The client leaves in the middle."""
    next(iter(stream))
    stream.close()


def read_to_the_end(stream: OpenStream) -> None:
    """The stream ends by itself."""
    list(stream)
    stream.close()


def closed_twice(stream: OpenStream) -> None:
    """Two layers of the server close it."""
    stream.close()
    stream.close()


def dropped(stream: OpenStream) -> None:
    """An error on the way out keeps everyone from closing it."""
    next(iter(stream))


@pytest.mark.parametrize("end", [never_read, read_a_little, read_to_the_end, closed_twice, dropped])
def test_every_end_of_a_stream_frees_its_place(end: Callable[[OpenStream], None]) -> None:
    """A place that is lost is lost for as long as the process runs."""
    time = StoppedTime()
    streams = streams_on(time, most=1)
    end(time.open(streams))
    gc.collect()

    assert len(streams) == 0
    assert isinstance(streams.open(), OpenStream)


class KilledError(BaseException):
    """Stands for what ends a greenlet from outside; like it, it is no `Exception`."""


def test_a_stream_that_is_killed_while_it_waits_frees_its_place() -> None:
    """A server closes what it sends, whatever ended the sending."""
    time = StoppedTime()

    def kill() -> None:
        raise KilledError

    time.at[1] = kill
    streams = streams_on(time)
    stream = time.open(streams)
    with pytest.raises(KilledError):
        list(stream)
    stream.close()

    assert len(streams) == 0
