"""What the limits of apps need from the store."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.limit import Allowed, Limit, Spent


class Limits(Protocol):
    """The limits of apps, and what each app has used."""

    def own(self, app: str) -> Allowed:
        """Return the limits that were set for `app` itself."""
        ...

    def set(self, app: str, limit: Limit, allowed: int | None) -> None:
        """Set a limit of `app`; None for that of all apps."""
        ...

    def spent(self, app: str, first: int) -> Sequence[Spent]:
        """Return what `app` has used from minute `first` on, oldest minute first."""
        ...

    def spend(self, app: str, spent: Spent, first: int) -> None:
        """Add to what `app` has used within a minute, and delete what it used before minute `first`."""
        ...

    def places(self, app: str) -> Mapping[str, int]:
        """Return how many streams of `app` each worker may currently hold, including those that it holds."""
        ...

    def places_of(self, worker: str) -> Mapping[str, int]:
        """Return how many streams of each app a worker may currently hold."""
        ...

    def take_places(self, app: str, worker: str, number: int) -> None:
        """Let a worker hold that many streams of `app`; 0 for none."""
        ...

    def give_back(self, workers: Sequence[str]) -> None:
        """Take back all places of workers that have ended."""
        ...
