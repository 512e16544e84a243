import gc
from dataclasses import dataclass
from threading import Event

from app.stream.heartbeats import HEARTBEAT_SECONDS, Heartbeats


@dataclass(eq=False)
class Heart:
    """Counts how often it beats."""

    beats: int = 0

    def beat(self) -> None:
        """Beat."""
        self.beats += 1


def test_each_beats_once_in_a_round() -> None:
    """For the first time after a whole one, whenever in a round it came."""
    heartbeats = Heartbeats[Heart]()
    early, late = Heart(), Heart()
    heartbeats.add(early)
    for _ in range(7):
        heartbeats.tick()
    heartbeats.add(late)
    beats = []
    for _ in range(2 * HEARTBEAT_SECONDS):
        heartbeats.tick()
        beats.append((early.beats, late.beats))

    assert [beats.index((1, 0)), beats.index((1, 1)), beats.index((2, 1)), beats.index((2, 2))] == [7, 14, 22, 29]


def test_who_is_discarded_or_collected_beats_no_longer() -> None:
    """And is not counted."""
    heartbeats = Heartbeats[Heart]()
    discarded, kept = Heart(), Heart()
    for each in (discarded, kept, Heart()):
        heartbeats.add(each)
    del each
    heartbeats.discard(discarded)
    heartbeats.discard(discarded)
    gc.collect()
    for _ in range(HEARTBEAT_SECONDS):
        heartbeats.tick()

    assert (len(heartbeats), list(heartbeats), discarded.beats, kept.beats) == (1, [kept], 0, 1)


class Beaten(Heart):
    """Says when it has beaten."""

    def __init__(self) -> None:
        self.has_beaten = Event()

    def beat(self) -> None:
        """Beat."""
        self.has_beaten.set()


def test_the_clock_runs_whenever_there_is_anything() -> None:
    """It ends with the last one, and begins anew with the next."""
    heartbeats = Heartbeats[Beaten](tick_seconds=0.001)
    for _ in range(2):
        heart = Beaten()
        heartbeats.add(heart)
        assert heart.has_beaten.wait(10)
        clock = heartbeats.clock
        assert clock is not None
        heartbeats.discard(heart)
        clock.join(10)
        assert not clock.is_alive()
