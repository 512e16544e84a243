"""Says which environments are protected, and how many approvals a change needs there."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.audit import Action, entry
from app.domain.errors import NotFoundError
from app.domain.event import EventKind, Happening
from app.domain.identity import Actor
from app.domain.place import Place
from app.service.ports import Clock, Store, Transaction


@dataclass(frozen=True, slots=True)
class Protecting:
    """The protected environments."""

    store: Store
    clock: Clock

    def everywhere(self) -> Mapping[Place, int]:
        """Return how many approvals a change needs, by protected environment."""
        return self.store.read(lambda found: found.proposals.protections())

    def of(self, place: Place) -> int | None:
        """Return how many approvals a change needs; None if it needs none.

        Raises:
            NotFoundError: There is no such environment.
        """
        return self.store.read(lambda found: _of(found, place))

    def protect(self, actor: Actor, place: Place, approvals: int | None) -> None:
        """Set how many approvals changes of an environment need from now on; None for none.

        Raises:
            NotFoundError: There is no such environment: a misspelt protection would protect nothing.
        """

        def change(found: Transaction) -> None:
            if _of(found, place) == approvals:
                return
            found.proposals.protect(place, approvals)
            now, action = self.clock(), Action.PROTECTION_PUT if approvals else Action.PROTECTION_REMOVE
            detail = {"approvals": approvals} if approvals else {}
            found.audit.record(entry(actor, action, now, place.app, place.environment, detail=detail))
            told = Happening(EventKind.PROTECTION, now, place.app, place.environment, str(approvals or 0))
            found.events.add(told)

        self.store.write(change)


def _of(found: Transaction, place: Place) -> int | None:
    if found.revisions.current(place) is None:
        message = f"there is no `{place}`"
        raise NotFoundError(message)
    return found.proposals.protections().get(place)
