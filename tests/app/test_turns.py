"""Apps take turns, so that none waits for a crowd of another one's requests."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest

from app.turns import Turns


@dataclass
class Watch:
    """A clock that only tests and rests move."""

    now: float = 100.0
    rests: list[float] = field(default_factory=list)

    def rest(self, seconds: float) -> None:
        """Let time pass."""
        self.rests.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


def _turn(turns: Turns, whose: str, watch: Watch, seconds: float) -> None:
    with turns.taken(whose):
        watch.now += seconds


def _turns(watch: Watch, at_once: int = 1) -> Turns:
    return Turns(at_once, clock=lambda: watch.now, rest=watch.rest)


def test_where_there_is_one_app_it_never_rests(watch: Watch) -> None:
    """And any number of its requests go on at once."""
    turns = _turns(watch)
    with ExitStack() as together:
        for _ in range(50):
            together.enter_context(turns.taken("shop"))
        _turn(turns, "shop", watch, 1)
    assert watch.rests == []


def test_who_has_just_had_a_turn_rests_for_as_long_as_it_took(watch: Watch) -> None:
    """A moment at least and not for long; others don't, nor who lets time pass by itself."""
    turns = _turns(watch)
    _turn(turns, "shop", watch, 0.01)
    _turn(turns, "billing", watch, 0.01)
    _turn(turns, "shop", watch, 0.02)
    assert watch.rests == []
    for seconds in (0.0001, 0.3, 0.01):
        _turn(turns, "shop", watch, seconds)
    assert watch.rests == [0.02, 0.001, 0.05]
    _turn(turns, "billing", watch, 0.01)
    watch.now += 0.002
    _turn(turns, "billing", watch, 0.01)
    assert watch.rests == [0.02, 0.001, 0.05]
    watch.now += 61
    for _ in range(5):
        _turn(turns, "billing", watch, 0.01)
    assert len(watch.rests) == 3  # the other one has not been here for a minute


def test_what_is_for_nobody_is_no_other_app(watch: Watch) -> None:
    """A probe, or what the service does by itself, makes nobody rest, and never rests itself."""
    turns = _turns(watch)
    for whose in ("shop", "", "shop", "", "", "shop", "shop"):
        _turn(turns, whose, watch, 0.01)
    _turn(turns, "billing", watch, 0.01)
    for _ in range(3):
        _turn(turns, "", watch, 0.01)
    assert watch.rests == []


def test_who_is_gone_is_forgotten(watch: Watch) -> None:
    """However many have been here."""
    turns = _turns(watch)
    for number in range(5_000):
        _turn(turns, f"app-{number}", watch, 0.01)
    assert len(turns._lanes) <= 1_000


@pytest.fixture
def crowd() -> Iterator[tuple[Turns, Event, list[Thread]]]:
    """Ten requests of one app, the first of which is not done yet."""
    turns, first, go_on = Turns(1), Event(), Event()
    with turns.taken("quiet"):
        pass

    def wait() -> None:
        with turns.taken("noisy"):
            first.set()
            go_on.wait(10)

    threads = [Thread(target=wait) for _ in range(10)]
    for each in threads:
        each.start()
    assert first.wait(10)
    yield turns, go_on, threads
    go_on.set()
    for each in threads:
        each.join()


def test_a_crowd_holds_up_itself_alone(crowd: tuple[Turns, Event, list[Thread]]) -> None:
    """Somebody else goes on at once, and in the end everyone has had a turn."""
    turns, go_on, threads = crowd
    with turns.taken("quiet"):
        assert all(each.is_alive() for each in threads)
    go_on.set()
    for each in threads:
        each.join(10)
        assert not each.is_alive()


def test_who_has_waited_for_long_goes_on_without_a_turn() -> None:
    """What goes on now may wait for a database that is away; then all would wait, one after the other."""
    turns = Turns(1, longest_wait=0.01)
    with turns.taken("quiet"), turns.taken("noisy"), turns.taken("noisy"):
        pass
    with turns.taken("noisy"):
        assert not turns._lanes["noisy"].turns.acquire(blocking=False)
