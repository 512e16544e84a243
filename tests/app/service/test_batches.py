import threading
from collections.abc import Sequence

import pytest

from app.service.batches import Batches


def test_what_comes_within_a_moment_is_stored_in_one_go() -> None:
    """And everyone gets the answers to what it brought itself."""
    stored: list[list[int]] = []

    def store(items: Sequence[int]) -> list[int]:
        stored.append(list(items))
        return [10 * item for item in items]

    batches = Batches(store, most=6, seconds=30)
    answers: dict[int, Sequence[int]] = {}

    def put(first: int) -> None:
        answers[first] = batches.put([first, first + 1])

    threads = [threading.Thread(target=put, args=(number,)) for number in (0, 2, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert [sorted(batch) for batch in stored] == [[0, 1, 2, 3, 4, 5]]
    assert answers == {0: [0, 10], 2: [20, 30], 4: [40, 50]}


def test_a_single_report_waits_a_moment_only() -> None:
    """Nobody else has to come for it."""
    assert Batches[str, str](lambda items: items, seconds=0.001).put(["one"]) == ["one"]


def test_what_storing_raises_reaches_everyone_of_the_batch_and_nobody_after() -> None:
    """A report that is not stored is not acknowledged."""
    failing = [True, False]

    def store(items: Sequence[int]) -> Sequence[int]:
        if failing.pop(0):
            raise LookupError
        return items

    batches = Batches(store, most=2, seconds=30)
    raised: list[type[BaseException]] = []

    def put() -> None:
        try:
            batches.put([1])
        except LookupError as error:
            raised.append(type(error))

    threads = [threading.Thread(target=put) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert raised == [LookupError, LookupError]
    assert batches.put([2, 3]) == [2, 3]


def test_more_than_a_batch_at_once_is_one_batch() -> None:
    """An array of many verdicts is not cut."""
    with pytest.raises(ZeroDivisionError):
        Batches[int, int](lambda items: [1 // 0 for _ in items], most=2).put([1, 2, 3])
    assert Batches[int, int](lambda items: items, most=2).put([1, 2, 3]) == [1, 2, 3]
