"""Keeps answers in memory for as long as nothing was written."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from app.domain.event import START, Position
from app.service.ports import Store

T = TypeVar("T")

_MOST = 1_000


class Remembered(Generic[T]):
    """Answers that hold at one position of the events: any change makes a new position, and they are asked anew.

    To ask for the position is one statement, and costs a fraction of what an answer costs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
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
            if len(answers) < _MOST:
                answers[key] = answer
            return answer
        return answers[key]
