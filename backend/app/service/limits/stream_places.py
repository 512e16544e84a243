"""The places for streams that each app has, over all workers: taken a few at a time, and given back when unused."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from threading import Lock, Thread

from app.domain.errors import LimitedError, ServiceError
from app.domain.limit import LARGEST_LIMIT, Limit
from app.service.limits.budgets import Budgets, amount
from app.service.ports import Store, Transaction

RETRY_SECONDS = 10
"""When a client that found no place should come back: unused places become free within 5 s."""


@dataclass(slots=True)
class StreamPlaces:
    """The places that this worker has for the streams of each app.

    All workers together never have more of them than the limit of the app. A worker takes up to half as many again as
    it uses, so that thousands of streams are opened with a handful of writes, and fewer if few are left.

    Attributes:
        store: Where workers record how many they have.
        budgets: Knows the limits.
        worker: The name of this process.
    """

    store: Store
    budgets: Budgets
    worker: str
    _used: Counter[str] = field(default_factory=Counter)
    _waiting: Counter[str] = field(default_factory=Counter)
    _taken: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)
    _has_ended: bool = False

    def begin(self, apps: Collection[str]) -> None:
        """Use one place of each app, for as long as a stream is open.

        If nothing can be written, nobody is refused: reading must still work.

        Raises:
            LimitedError: One of the apps has no place left.
        """
        begun: list[str] = []
        try:
            for app in apps:
                self._begin(app)
                begun.append(app)
        except BaseException:  # of any kind: a place that is never released would be lost until the worker ends
            self.end(begun)
            raise

    def end(self, apps: Collection[str]) -> None:
        """Give them up."""
        with self._lock:
            self._used.subtract(apps)

    def settle(self, found: Transaction, silent: Collection[str]) -> None:
        """Record in a transaction which places are used, and give back the others, and all those of silent workers.

        What others have taken from this worker, because it was silent for too long, it takes back.
        """
        found.limits.give_back(sorted(silent))
        kept = found.limits.places_of(self.worker)
        with self._lock:
            self._used, self._waiting = +self._used, +self._waiting
            for app in {*kept, *self._taken}:
                had = kept.get(app, 0)
                # Not more than it had: whoever is waiting for a place at this moment may be refused.
                wanted = self._used[app] + self._waiting[app]
                number = 0 if self._has_ended else min(wanted, max(had, self._taken[app]))
                if number != had:
                    found.limits.take_places(app, self.worker, number)
                self._taken[app] = number
            self._taken = +self._taken

    def leave(self) -> None:
        """Give everything back, because the worker is ending; returns at once."""
        with self._lock:
            self._has_ended = True
        Thread(target=self._give_back, name="setpoint-places", daemon=True).start()

    def _begin(self, app: str) -> None:
        with self._lock:
            if self._has_ended or self._used[app] + self._waiting[app] < self._taken[app]:
                self._used[app] += 1
                return
            # Places taken for those who wait must not go to those who arrive in the meantime and would find them free.
            self._waiting[app] += 1
        try:
            most = self.store.write(lambda found: self._take_more(found, app))
        except ServiceError:
            self._is_let_in(app, whatever_is_taken=True)
            return
        except BaseException:
            with self._lock:
                self._waiting[app] -= 1
            raise
        if not self._is_let_in(app):
            limit = amount(Limit.STREAMS, most)
            message = f"`{app}` has used up its limit of {limit} open at once; there is room again when one ends"
            raise LimitedError(message, RETRY_SECONDS)

    def _is_let_in(self, app: str, *, whatever_is_taken: bool = False) -> bool:
        """Give a place to a waiting stream, if there is one."""
        with self._lock:
            self._waiting[app] -= 1
            is_let_in = whatever_is_taken or self._used[app] < self._taken[app]
            self._used[app] += is_let_in
            return is_let_in

    def _take_more(self, found: Transaction, app: str) -> int:
        """Take what is needed and a few more, as far as the limit allows; return the limit."""
        limit = self.budgets.most(found, app, Limit.STREAMS)
        most = LARGEST_LIMIT if limit is None else limit
        places = found.limits.places(app)
        mine = places.get(self.worker, 0)
        room = max(0, most - sum(places.values()))
        with self._lock:
            wanted = self._used[app] + self._waiting[app]
            needed = min(room, max(0, wanted - mine))
            spare = min((room - needed) // 4, wanted // 2) if needed else 0
            self._take(found, app, mine + needed + spare)
        return most

    def _take(self, found: Transaction, app: str, number: int) -> None:
        found.limits.take_places(app, self.worker, number)
        self._taken[app] = number

    def _give_back(self) -> None:
        try:
            self.store.write(lambda found: found.limits.give_back([self.worker]))
        except ServiceError:  # they become free once the worker has been silent for a while
            return
