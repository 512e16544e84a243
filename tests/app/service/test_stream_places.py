"""The places for streams of an app, over several workers."""

import random
import threading
from contextlib import suppress
from typing import Any

import pytest

from app.domain.errors import LimitedError, StorageFullError
from app.domain.limit import Limit
from app.service.limits.budgets import Budgets
from app.service.limits.stream_places import StreamPlaces
from support.configuration_service import Service


def workers(service: Service, most: int, number: int = 2) -> list[StreamPlaces]:
    budgets = Budgets({Limit.STREAMS: most})
    return [StreamPlaces(service.store, budgets, f"worker-{each}") for each in range(number)]


def settle(service: Service, worker: StreamPlaces, *silent: str) -> None:
    service.store.write(lambda found: worker.settle(found, silent))


def taken(service: Service, app: str = "billing") -> int:
    return sum(service.store.read(lambda found: found.limits.places(app)).values())


def test_all_workers_together_have_no_more_than_the_limit(service: Service) -> None:
    """The one stream too many is refused on each of them, until another ends; what it ended with is told."""
    one, other = workers(service, 3)
    one.begin(["billing"])
    other.begin(["billing"])
    one.begin(["billing"])
    for worker in (one, other):
        with pytest.raises(LimitedError, match="`billing` has used up its limit of 3 streams open at once") as refused:
            worker.begin(["billing"])
        assert refused.value.retry_after == 10
    one.end(["billing"])
    one.begin(["billing"])
    one.end(["billing"])
    settle(service, one)
    other.begin(["billing"])
    assert taken(service) == 3


def test_who_comes_while_another_waits_takes_no_place_from_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is refused while there is room, however many come at once."""
    (worker,) = workers(service, 20, number=1)
    write, comes, goes_on = service.store.write, threading.Event(), threading.Event()
    other = threading.Thread(target=worker.begin, args=(["billing"],))

    def write_when_the_first_one_is_in(work: Any) -> Any:
        comes.set()
        assert goes_on.wait(10)
        return write(work)

    def write_while_another_comes(work: Any) -> Any:
        written = write(work)
        monkeypatch.setattr(service.store, "write", write_when_the_first_one_is_in)
        other.start()
        assert comes.wait(10)
        return written

    monkeypatch.setattr(service.store, "write", write_while_another_comes)
    try:
        worker.begin(["billing"])
    finally:
        goes_on.set()
        other.join()
    assert taken(service) >= 2


def test_however_streams_come_and_go_the_limit_holds(service: Service) -> None:
    """And once the workers have settled, no place is lost."""
    chance = random.Random(7)  # noqa: S311 - to try much, not to hide
    some = workers(service, 20, number=3)
    open_now: list[StreamPlaces] = []
    for _ in range(400):
        worker = chance.choice(some)
        match chance.randrange(5):
            case 0 | 1 | 2:
                with suppress(LimitedError):
                    worker.begin(["billing"])
                    open_now.append(worker)
            case 3 if open_now:
                open_now.pop(chance.randrange(len(open_now))).end(["billing"])
            case _:
                settle(service, worker)
        assert len(open_now) <= taken(service) <= 20
    for worker in some:
        settle(service, worker)
    assert taken(service) == len(open_now)


def test_many_streams_take_few_writes(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker takes more than it needs while there is much room."""
    (worker,) = workers(service, 10_000, number=1)
    write, writes = service.store.write, list[object]()

    def counted(change: Any) -> Any:
        writes.append(change)
        return write(change)

    monkeypatch.setattr(service.store, "write", counted)
    for _ in range(2_000):
        worker.begin(["billing"])
    assert len(writes) < 25
    assert 2_000 <= taken(service) <= 3_000


def test_a_stream_of_two_apps_needs_a_place_of_each(service: Service) -> None:
    """Where one has none left, it uses none of the other."""
    (worker,) = workers(service, 1, number=1)
    worker.begin(["shop"])
    with pytest.raises(LimitedError, match="`shop` has used up its limit of 1 stream open"):
        worker.begin(["billing", "shop"])
    settle(service, worker)
    assert taken(service) == 0
    worker.begin(["billing"])


def test_the_places_of_a_worker_that_has_ended_are_free(service: Service) -> None:
    """At once where it has said so, and once it is buried where it died."""
    one, other = workers(service, 1)
    one.begin(["billing"])
    settle(service, other, "worker-0")
    other.begin(["billing"])
    other.leave()
    for _ in range(200):
        if not taken(service):
            break
        threading.Event().wait(0.01)
    assert taken(service) == 0
    other.begin(["billing"])  # what still comes is told to go away, and takes no place
    settle(service, other)
    assert taken(service) == 0


def test_a_worker_that_was_only_silent_has_its_places_again(service: Service) -> None:
    """Its streams are still open."""
    one, other = workers(service, 2)
    one.begin(["billing"])
    settle(service, other, "worker-0")
    assert taken(service) == 0
    settle(service, one)
    assert taken(service) == 1
    other.begin(["billing"])
    with pytest.raises(LimitedError):
        other.begin(["billing"])


def test_reading_goes_on_where_nothing_can_be_written(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk refuses no stream."""

    def fail(_: object) -> None:
        raise StorageFullError

    (worker,) = workers(service, 1, number=1)
    monkeypatch.setattr(service.store, "write", fail)
    for _ in range(3):
        worker.begin(["billing"])


def test_an_app_keeps_no_place_of_a_stream_that_another_app_has_kept_from_opening(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever went wrong there, also what nobody has thought of."""
    (worker,) = workers(service, 1, number=1)
    write = service.store.write

    def break_at_the_second(work: Any) -> Any:
        monkeypatch.setattr(service.store, "write", broken)
        return write(work)

    def broken(work: Any) -> Any:
        raise RuntimeError(work)

    monkeypatch.setattr(service.store, "write", break_at_the_second)
    with pytest.raises(RuntimeError):
        worker.begin(["billing", "shop"])
    monkeypatch.setattr(service.store, "write", write)
    worker.begin(["billing"])
    with pytest.raises(LimitedError):
        worker.begin(["billing"])
