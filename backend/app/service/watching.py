"""Reports what happened after a position, to those who watch and to those who look later."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.domain.audit import AuditEntry
from app.domain.event import Event, Position, Reset
from app.domain.identity import Principal
from app.domain.place import Place
from app.service.ports import Store


@dataclass(frozen=True, slots=True)
class Watching:
    """The events and the audit log."""

    store: Store

    def latest(self) -> Position:
        """Return the position of the newest event."""
        return self.store.position()

    def wait(self, known: Position, timeout: float) -> Position:
        """Return the position of the newest event, once it differs from `known` or `timeout` seconds have passed."""
        return self.store.wait(known, timeout)

    def after(self, position: Position, limit: int = 1_000) -> Sequence[Event] | Reset:
        """Return the events after `position`, or a reset if this history does not have that position."""
        return self.store.read(lambda found: found.events.after(position, limit))

    def trim(self, keep: int) -> int:
        """Remove all but the newest `keep` events; readers further behind get a reset."""
        return self.store.write(lambda found: found.events.trim(keep))

    def audit(
        self, before: int | None = None, limit: int = 100, app: str = "", environment: str = ""
    ) -> Sequence[AuditEntry]:
        """Return the audit log, newest first: entries below id `before` and about that place."""
        return self.store.read(lambda found: found.audit.page(before, limit, app, environment))

    def principals(self) -> Sequence[Principal]:
        """Return all principals that have acted or may act."""
        return self.store.read(lambda found: found.principals.all_principals())


def concerns(event: Event, places: Collection[Place]) -> bool:
    """Return whether somebody who watches `places` hears about `event`."""
    happening = event.happening
    if happening.environment:
        return Place(happening.app, happening.environment) in places
    return bool(happening.app) and any(place.app == happening.app for place in places)
