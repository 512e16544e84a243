"""Keeps answers in memory as long as nothing is written."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from app.domain.event import START, Position
from app.service.ports import Store

T = TypeVar("T")


class Remembered(Generic[T]):
    """Answers that are valid at one position of the events: any change makes a new position, and they are asked again.

    Asking for the position is one statement, and costs a fraction of what an answer costs.
    """

    def __init__(self, store: Store, most: int = 1_000) -> None:
        """Remember nothing yet.

        Args:
            store: Knows the position.
            most: How many answers to keep.
        """
        self._store = store
        self._most = most
        self._position: Position = START
        self._answers: dict[Hashable, T] = {}

    def get(self, key: Hashable, ask: Callable[[], T]) -> T:
        """Return what is known under `key`, or what `ask` returns."""
        known = self.known()
        if key in known:
            return known[key]
        answer = ask()
        self.keep(known, key, answer)
        return answer

    def known(self) -> dict[Hashable, T]:
        """Return the answers that are valid now; anything added to them after a change is dropped with them."""
        position = self._store.position()
        if position != self._position:
            self._position, self._answers = position, {}
        return self._answers

    def keep(self, known: dict[Hashable, T], key: Hashable, answer: T) -> None:
        """Keep an answer that was asked for after `known` was returned, if there is room."""
        if len(known) < self._most:
            known[key] = answer
