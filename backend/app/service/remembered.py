"""Keeps answers in memory for as long as nothing was written."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from app.domain.event import START, Position
from app.service.ports import Store

T = TypeVar("T")


class Remembered(Generic[T]):
    """Answers that hold at one position of the events: any change makes a new position, and they are asked anew.

    To ask for the position is one statement, and costs a fraction of what an answer costs.
    """

    def __init__(self, store: Store, most: int = 1_000) -> None:
        """Remember nothing yet.

        Args:
            store: Tells the position.
            most: How many answers are kept.
        """
        self._store = store
        self._most = most
        self._position: Position = START
        self._answers: dict[Hashable, T] = {}

    def get(self, key: Hashable, ask: Callable[[], T]) -> T:
        """Return what is known under `key`, or what `ask` returns."""
        position = self._store.position()
        if position != self._position:
            self._position, self._answers = position, {}
        answers = self._answers
        if key not in answers:
            answer = ask()
            if len(answers) < self._most:
                answers[key] = answer
            return answer
        return answers[key]
