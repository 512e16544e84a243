"""Records when tokens were last used: to the minute, and without a write for each request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.errors import ServiceError
from app.domain.identity import Token
from app.service.ports import Clock, Store

PRECISION = timedelta(minutes=1)


@dataclass(slots=True)
class TokenUses:
    """The uses that this worker has seen and not yet stored."""

    store: Store
    clock: Clock
    _noted: dict[str, datetime] = field(default_factory=dict)
    _pending: dict[str, datetime] = field(default_factory=dict)

    def note(self, token: Token) -> None:
        """Record that a token is used now."""
        now, before = self.clock(), self._noted.get(token.id)
        if before is None or now - before >= PRECISION:
            self._noted[token.id] = self._pending[token.id] = now

    def write(self) -> None:
        """Store what was noted; what can't be stored now is stored next time."""
        pending, self._pending = self._pending, {}
        if not pending:
            return
        try:
            self.store.write(lambda found: found.tokens.note_uses(pending))
        except ServiceError:
            self._pending = {**pending, **self._pending}
            raise
        self._forget(lambda at: self.clock() - at >= PRECISION)

    def _forget(self, is_old: Callable[[datetime], bool]) -> None:
        """Keep only the uses of one minute, however many tokens there are."""
        self._noted = {token: at for token, at in list(self._noted.items()) if not is_old(at)}
