"""Tells how far a revision has come with the instances that follow its environment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock, Timer

from app.domain.errors import NotFoundError, ServiceError
from app.domain.event import EventKind, Happening
from app.domain.place import Place
from app.domain.rollout import Rollout, rollout
from app.service.ports import Clock, Store, Transaction

_SECONDS_UNTIL_TOLD = 0.3
"""A little longer than the shortest time between two events of an environment."""


@dataclass(slots=True)
class Rollouts:
    """How the newest revisions stand, and the events that say so: a few a second, however many instances answer."""

    store: Store
    clock: Clock
    _untold: set[Place] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _timer: Timer | None = None
    _is_closed: bool = False

    def of(self, place: Place) -> Rollout:
        """Return how the newest revision stands.

        Raises:
            NotFoundError: The environment has no revision.
        """
        return self.store.read(lambda found: rollout(_offered(found, place), found.sessions.of(place, live=True)))

    def offered(self, place: Place) -> int:
        """Return the number of the revision that instances are offered.

        Raises:
            NotFoundError: The environment has no revision.
        """
        return self.store.read(lambda found: _offered(found, place))

    def note(self, found: Transaction, places: Iterable[Place]) -> frozenset[Place]:
        """Tell the watchers of `places` that instances have answered; return those that it is too early for."""
        now = self.clock()
        untold = set()
        for place in places:
            if not found.sessions.may_tell(place, now):
                untold.add(place)
            elif revision := found.revisions.current(place):
                told = Happening(EventKind.ROLLOUT, now, place.app, place.environment, str(revision.number))
                found.events.add(told)
        return frozenset(untold)

    def tell_later(self, places: Iterable[Place]) -> None:
        """Tell the watchers of `places` as soon as it may be."""
        with self._lock:
            is_first = not self._untold
            self._untold.update(places)
            if self._is_closed or not (is_first and self._untold):
                return
            self._timer = Timer(_SECONDS_UNTIL_TOLD, self._tell)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """Tell nobody any more."""
        with self._lock:
            self._untold.clear()
            self._is_closed = True
            timer = self._timer
        if timer is not None:
            timer.cancel()
            timer.join()

    def _tell(self) -> None:
        with self._lock:
            places, self._untold = frozenset(self._untold), set()
        try:
            self.tell_later(self.store.write(lambda found: self.note(found, places)))
        except ServiceError:
            self.tell_later(places)


def _offered(found: Transaction, place: Place) -> int:
    revision = found.revisions.current(place)
    if revision is None:
        message = f"there is no `{place}`"
        raise NotFoundError(message)
    return revision.number
