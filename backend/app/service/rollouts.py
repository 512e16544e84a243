"""Reports how far a revision has been rolled out to the instances that follow its environment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock, Timer

from app.domain.canary import Offering
from app.domain.errors import NotFoundError, ServiceError
from app.domain.event import EventKind, Happening
from app.domain.place import Place
from app.domain.rollout import Rollout, Trial, standing
from app.service import trials
from app.service.ports import Clock, Store, Transaction
from observability.known_secrets import secrets_of_its_own

_SECONDS_UNTIL_TOLD = 0.3
"""A little longer than the shortest time between two events of an environment."""


@dataclass(slots=True)
class Rollouts:
    """The state of the newest revisions, and the events about it: a few per second, however many instances answer."""

    store: Store
    clock: Clock
    _untold: set[Place] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _timer: Timer | None = None
    _is_closed: bool = False

    def of(self, place: Place) -> Rollout | Trial:
        """Return the state of the newest revision.

        Raises:
            NotFoundError: The environment has no revision.
        """
        return self.store.read(lambda found: standing(trials.offering(found, place), found.sessions.alike(place)))

    def offering(self, place: Place) -> Offering:
        """Return what instances are offered.

        Raises:
            NotFoundError: The environment has no revision.
        """
        return self.store.read(lambda found: trials.offering(found, place))

    def note(self, found: Transaction, places: Iterable[Place]) -> frozenset[Place]:
        """Do what instances have decided by their answers, and notify watchers; return the places that must wait."""
        now = self.clock()
        untold = set()
        for place in places:
            if canary := trials.on_trial(found, place):
                trials.advance(found, canary, now)
            if not found.sessions.may_tell(place, now):
                untold.add(place)
            elif number := _newest(found, place):
                told = Happening(EventKind.ROLLOUT, now, place.app, place.environment, str(number))
                found.events.add(told)
        return frozenset(untold)

    def go_on(self, found: Transaction) -> None:
        """Do what time has decided: a canary has baked long enough, or has been silent too long."""
        for canary in found.canaries.on_trial():
            trials.advance(found, canary, self.clock())

    def tell_later(self, places: Iterable[Place]) -> None:
        """Notify the watchers of `places` as soon as allowed."""
        with self._lock:
            is_first = not self._untold
            self._untold.update(places)
            if self._is_closed or not (is_first and self._untold):
                return
            self._timer = Timer(_SECONDS_UNTIL_TOLD, self._tell)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """Stop notifying watchers."""
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
            with secrets_of_its_own():
                told = self.store.write(lambda found: self.note(found, places))
            self.tell_later(told)
        except ServiceError:
            self.tell_later(places)


def _newest(found: Transaction, place: Place) -> int | None:
    try:
        offered = trials.offering(found, place)
    except NotFoundError:
        return None
    return offered.canary.revision if offered.canary else offered.current
