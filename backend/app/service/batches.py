"""Gathers what many requests bring at about the same time, and stores it in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class _Batch(Generic[Item, Answer]):
    items: list[Item] = field(default_factory=list)
    full: Event = field(default_factory=Event)
    done: Event = field(default_factory=Event)
    answers: list[Answer] = field(default_factory=list)
    error: BaseException | None = None


class Batches(Generic[Item, Answer]):
    """The first request waits a moment for others and stores what all of them bring; then all get their answers."""

    def __init__(
        self, store: Callable[[Sequence[Item]], Sequence[Answer]], most: int = 1_000, seconds: float = 0.02
    ) -> None:
        """Begin with nothing.

        Args:
            store: Stores items, and returns an answer to each.
            most: The number of items at which a batch stops waiting.
            seconds: How long a batch waits for more.
        """
        self._store = store
        self._most = most
        self._seconds = seconds
        self._open: _Batch[Item, Answer] | None = None
        self._lock = Lock()

    def put(self, items: Sequence[Item]) -> Sequence[Answer]:
        """Return the answers to `items` once they are stored; raise what storing them raised."""
        with self._lock:
            is_first = self._open is None
            batch = self._open or _Batch[Item, Answer]()
            start = len(batch.items)
            batch.items.extend(items)
            self._open = batch if len(batch.items) < self._most else None
            if self._open is None:
                batch.full.set()
        if is_first:
            self._run(batch)
        batch.done.wait()
        if batch.error is not None:
            raise batch.error
        return batch.answers[start : start + len(items)]

    def _run(self, batch: _Batch[Item, Answer]) -> None:
        try:
            batch.full.wait(self._seconds)
            with self._lock:
                if self._open is batch:
                    self._open = None
            batch.answers.extend(self._store(batch.items))
        except BaseException as error:
            batch.error = error
            raise
        finally:
            with self._lock:
                if self._open is batch:
                    self._open = None
            batch.done.set()
