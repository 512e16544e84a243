"""Layers of variables, the weakest first: each that is given again hides what was there."""

from collections.abc import Iterator
from dataclasses import replace

from setpoint.deploys.deployment import Given


class Layers:
    """The variables of one process while they are put together."""

    def __init__(self) -> None:
        self._given: dict[str, list[Given]] = {}

    def give(self, given: Given) -> None:
        """Put `given` over what there is of its name."""
        earlier = self._given.pop(given.name, [])
        earlier.append(given)
        self._given[given.name] = earlier

    def remove(self, name: str) -> None:
        """Take away all that there is of `name`."""
        self._given.pop(name, None)

    def last(self, name: str) -> Given | None:
        """Return what counts of `name` so far; None where there is nothing."""
        given = self._given.get(name)
        return given[-1] if given else None

    def variables(self) -> dict[str, Given]:
        """Return what counts of each name, in the order in which it was given, with all that it shadows."""
        return dict(self._counting())

    def _counting(self) -> Iterator[tuple[str, Given]]:
        for name, (*hidden, winner) in self._given.items():
            yield name, replace(winner, shadows=tuple(reversed(hidden))) if hidden else winner
