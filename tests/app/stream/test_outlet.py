from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.event import START, Event, EventKind, Happening, Position, Reset
from app.domain.place import Place
from app.stream.broker import Broker, Subscription
from app.stream.following import Following
from app.stream.open_streams import OpenStreams
from app.stream.outlet import Outlet
from app.stream.telling import Told, told, topics

NOW = datetime(2026, 11, 27, tzinfo=UTC)
PLACE = Place("billing", "production")
KINDS = frozenset({EventKind.REVISION})


@dataclass
class Meanwhile:
    """What a stream waits on, while others do something, one thing each time that it waits."""

    done: list[Callable[[], object]] = field(default_factory=list)
    _set: bool = False

    def set(self) -> None:
        """Wake whoever waits."""
        self._set = True

    def clear(self) -> None:
        """Have those wait who come from now on."""
        self._set = False

    def wait(self, timeout: float | None) -> bool:  # noqa: ARG002 - the protocol's
        """Let others go on until it is set."""
        while not self._set and self.done:
            self.done.pop(0)()
        return self._set


@dataclass
class Kernel:
    """A connection that takes so many bytes of each write at once, and the rest when somebody waits for it."""

    room: int = 1_000
    sent: bytes = b""
    left: bytes = b""

    def write(self, content: bytes) -> bool:
        """Take some of it."""
        assert not self.left, "nothing may come between the parts of a write"
        self.sent, self.left = self.sent + content[: self.room], content[self.room :]
        return not self.left

    def finish(self) -> None:
        """Take the rest."""
        self.sent, self.left = self.sent + self.left, b""


def waiting(done: Callable[[Outlet], object], writer: Kernel | None) -> tuple[Outlet, bool]:
    """Return an outlet that has waited while something was done, and whether that woke it."""
    outlet = Outlet(signal := Meanwhile(), writer)
    signal.done.append(lambda: done(outlet))
    return outlet, outlet.wait(1)


def test_a_stream_that_waits_is_written_to_without_being_woken() -> None:
    """Its client has the event, and its greenlet sleeps on."""
    kernel = Kernel()
    _, was_woken = waiting(lambda outlet: outlet.send(b"one") and outlet.send(b"two"), kernel)

    assert (kernel.sent, was_woken) == (b"onetwo", False)


def test_the_stream_itself_finishes_what_was_not_taken_at_once() -> None:
    """Nobody writes in between, and nobody waits for a slow client but its own stream."""
    kernel = Kernel(room=2)
    both: list[bool] = []
    _, was_woken = waiting(lambda outlet: both.extend([outlet.send(b"one"), outlet.send(b"two")]), kernel)

    assert (both, kernel.sent, was_woken) == ([True, False], b"one", True)


def test_a_stream_that_does_not_wait_is_not_written_to() -> None:
    """Its greenlet may be in the middle of a write."""
    kernel = Kernel()
    outlet = Outlet(Meanwhile(), kernel)
    before = outlet.send(b"before")
    outlet, _ = waiting(Outlet.wake, kernel)

    assert (before, outlet.send(b"after"), kernel.sent) == (False, False, b"")


def test_a_stream_that_was_woken_but_has_not_looked_yet_is_not_written_to() -> None:
    """What it was woken for comes first."""
    kernel = Kernel()
    answers: list[bool] = []

    def wake_and_send(outlet: Outlet) -> None:
        outlet.wake()
        answers.append(outlet.send(b"late"))

    waiting(wake_and_send, kernel)

    assert (answers, kernel.sent) == ([False], b"")


def test_a_server_without_a_writer_leaves_it_to_the_stream() -> None:
    """Any WSGI server will do."""
    answers: list[bool] = []
    waiting(lambda outlet: answers.append(outlet.send(b"one")), None)

    assert answers == [False]


def test_a_wake_up_before_the_wait_is_not_lost() -> None:
    """With the event of the standard library, from another thread."""
    outlet = Outlet()
    outlet.wake()
    assert outlet.wait(10)

    woken: list[bool] = []
    waiter = Thread(target=lambda: woken.append(outlet.wait(10)))
    waiter.start()
    outlet.wake()
    waiter.join(10)
    assert woken == [True]


class NothingBefore:
    """A history without events."""

    def latest(self) -> Position:
        """Return where it begins."""
        return START

    def wait(self, known: Position, timeout: float) -> Position:  # noqa: ARG002 - the protocol's
        """Return the same."""
        return known

    def after(self, position: Position, limit: int = 1_000) -> Sequence[Event] | Reset:  # noqa: ARG002 - the protocol's
        """Return nothing."""
        return []


def event(sequence: int, kind: EventKind = EventKind.REVISION, subject: str = "1") -> Told:
    """Return an event of `PLACE`, or one about the token of the stream."""
    where = ("", "") if kind is EventKind.TOKEN else (PLACE.app, PLACE.environment)
    return told(Event(Position(sequence, "0000000a"), Happening(kind, NOW, *where, subject)), 0)


def revoked() -> float:
    """Be the answer to whether a revoked token still allows something."""
    raise PermissionError


def followed(rounds: list[list[tuple[Told, int]]], retold: frozenset[EventKind] = frozenset()) -> list[str]:
    """Return what a client gets whose token is revoked in the end.

    Args:
        rounds: What is offered at once, each event with the room that the connection has by then.
        retold: Which kinds its reader is told of otherwise.
    """
    kernel, signal, events = Kernel(), Meanwhile(), NothingBefore()
    subscription = Subscription(topics(frozenset({PLACE}), "mine", KINDS), retold, Outlet(signal))
    following = Following(
        Broker(events),
        events,
        subscription,
        None,
        allowed_until=inf,
        ask_until=revoked,
        spread_milliseconds=lambda: 0,
        as_told=lambda each: each if int(each.happening.subject) % 2 else None,
    )

    def offer(offered: list[tuple[Told, int]]) -> None:
        for each, kernel.room in offered:
            subscription.offer(each)

    last = (event(1_000, EventKind.TOKEN, "mine"), 1_000)
    signal.done += [lambda each=each: offer(each) for each in [*rounds, [last]]]  # type: ignore[misc]
    for piece in OpenStreams(1, 60, {}).open(following, kernel):
        kernel.sent += piece
    blocks = kernel.sent.decode().removesuffix("\n\n").split("\n\n")
    return [block.partition("-")[0] if block.startswith("id: ") else block.partition("\n")[0] for block in blocks[3:]]


@given(st.lists(st.lists(st.sampled_from([0, 1, 60, 1_000]), max_size=4), max_size=6))
def test_each_event_comes_once_and_in_order_however_much_the_connection_takes(rooms: list[list[int]]) -> None:
    """And all of them before the end of a stream whose token is revoked."""
    sequences = iter(range(1, 100))
    got = followed([[(event(next(sequences)), room) for room in offered] for offered in rooms])

    assert [each for each in got if each != ": heartbeat"] == [
        *(f"id: {number}" for number in range(1, next(sequences))),
        "event: goaway",
    ]


def test_an_event_that_came_both_ways_is_told_once() -> None:
    """From the history, and from the broker."""
    twice = [[(event(1), 1_000)], [(event(1), 1_000)], [(event(2), 1_000)]]

    assert followed(twice) == ["id: 1", ": heartbeat", "id: 2", "event: goaway"]


@pytest.mark.parametrize(("subject", "told_of"), [("1", ["id: 1"]), ("2", [": heartbeat"])])
def test_what_a_reader_is_told_otherwise_its_stream_decides(subject: str, told_of: list[str]) -> None:
    """It may have to look into the store, which may take its time."""
    assert followed([[(event(1, subject=subject), 1_000)]], retold=KINDS) == [*told_of, "event: goaway"]
