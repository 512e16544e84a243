"""Layers of variables, weakest first: setting one again hides the earlier value."""

from collections.abc import Iterator
from dataclasses import replace

from setpoint.deploys.deployment import Given


class Layers:
    """The variables of one process while they are being collected."""

    def __init__(self) -> None:
        self._given: dict[str, list[Given]] = {}

    def give(self, given: Given) -> None:
        """Put `given` over the existing values of its name."""
        earlier = self._given.pop(given.name, [])
        earlier.append(given)
        self._given[given.name] = earlier

    def remove(self, name: str) -> None:
        """Remove everything for `name`."""
        self._given.pop(name, None)

    def last(self, name: str) -> Given | None:
        """Return the effective value of `name` so far; None if there is none."""
        given = self._given.get(name)
        return given[-1] if given else None

    def variables(self) -> dict[str, Given]:
        """Return the effective value of each name, in the order in which they were set, with what it shadows."""
        return dict(self._counting())

    def _counting(self) -> Iterator[tuple[str, Given]]:
        for name, (*hidden, winner) in self._given.items():
            yield name, replace(winner, shadows=tuple(reversed(hidden))) if hidden else winner
