"""Changes the keys that wrap the keys of apps, while the service runs."""

from dataclasses import dataclass

from app.domain.audit import Action, entry
from app.domain.identity import Actor
from app.service.ports import Clock, Store, Transaction

MOST_AT_ONCE = 100
"""How many apps' keys one call wraps; it takes about a second."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Which key wraps which apps' keys.

    Attributes:
        first: The id of the first of `ENCRYPTION_KEYS`.
        current: The apps whose keys it wraps.
        outdated: The id of the other key that wraps it, by app; none of these keys may be removed yet.
    """

    first: str
    current: tuple[str, ...]
    outdated: dict[str, str]


@dataclass(frozen=True, slots=True)
class EncryptionKeys:
    """The keys of the service, by their ids."""

    store: Store
    clock: Clock

    def status(self) -> KeyStatus:
        """Return which key wraps which apps' keys."""
        return self.store.read(_status)

    def rotate(self, actor: Actor) -> int:
        """Wrap the keys of some apps with the first key of the service; return how many.

        Each app is a separate transaction, and a call ends after a while: what is done stays done, and the rest is
        left to the next call.
        """
        outdated = list(self.status().outdated)[:MOST_AT_ONCE]
        for app in outdated:
            self.store.write(lambda found, each=app: self._rotate(found, actor, each))  # type: ignore[misc]
        return len(outdated)

    def _rotate(self, found: Transaction, actor: Actor, app: str) -> None:
        found.keys.wrap_anew(app)
        found.audit.record(entry(actor, Action.KEYS_ROTATE, self.clock(), app, detail={"key": found.keys.first()}))


def _status(found: Transaction) -> KeyStatus:
    first, wrapped_by = found.keys.first(), found.keys.wrapped_by()
    return KeyStatus(
        first=first,
        current=tuple(app for app, key_id in wrapped_by.items() if key_id == first),
        outdated={app: key_id for app, key_id in wrapped_by.items() if key_id != first},
    )
