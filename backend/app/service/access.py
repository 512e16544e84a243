"""Finds out who is asking and what they may do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from app.domain.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from app.domain.identity import ANY, Scope, Token
from app.domain.token_text import TokenText, parse_token_text
from app.service.ports import Clock, Store
from app.service.remembered import Remembered
from app.service.token_uses import TokenUses


@dataclass(slots=True)
class Access:
    """Who is asking, by the text of a token."""

    store: Store
    clock: Clock
    uses: TokenUses | None = None
    _known: Remembered[Token] = field(init=False)

    def __post_init__(self) -> None:
        self._known = Remembered(self.store)

    def authenticate(self, text: str) -> Token:
        """Return the live token with this text.

        Raises:
            UnauthenticatedError: There is none; a mistyped token is refused without asking the store.
        """
        return self._used(text, self._remembered)

    def authenticate_writer(self, text: str) -> Token:
        """Return the live token with this text, of somebody who is about to write; raises as `authenticate`.

        Whoever writes one revision after the other would always find that what is remembered is from before the last
        one, so it is not even looked for.
        """
        return self._used(text, self._find)

    def by_id(self, token_id: str) -> Token:
        """Return the live token with this public id.

        Raises:
            UnauthenticatedError: There is none.
        """
        return self._live(self.store.read(lambda found: found.tokens.by_id(token_id)))

    def seconds_left(self, token: Token) -> float:
        """Return how long `token` is still accepted; infinite if it does not expire."""
        return inf if token.expires_at is None else (token.expires_at - self.clock()).total_seconds()

    def _used(self, text: str, find: Callable[[TokenText], Token]) -> Token:
        parsed = parse_token_text(text)
        if parsed is None:
            raise UnauthenticatedError
        token = find(parsed)
        if self.uses is not None:
            self.uses.note(token)
        return token

    def _remembered(self, parsed: TokenText) -> Token:
        return self._live(self._known.get(parsed.digest, lambda: self._find(parsed)))

    def _find(self, parsed: TokenText) -> Token:
        """Ask the store; refusals are not remembered, or strangers could crowd out legitimate users."""
        now = self.clock()
        return self._live(self.store.glance(lambda found: found.tokens.live_by_digest(parsed.digest, now)))

    def _live(self, token: Token | None) -> Token:
        if token is None or not token.is_live(self.clock()):
            raise UnauthenticatedError
        return token


def require(token: Token, scope: Scope, app: str = ANY, environment: str = ANY) -> None:
    """Refuse what `token` does not allow there; without an environment, in all of them.

    Raises:
        NotFoundError: The token has no rights there at all, and must not learn whether the place exists.
        ForbiddenError: It may only do other things there.
    """
    if token.allows(scope, app, environment):
        return
    bounds = [right.bound for right in token.rights]
    if app != ANY and not any(bound.touches(app) and _meets(environment, bound.environment) for bound in bounds):
        message = f"there is no `{app}`" if environment == ANY else f"there is no `{app}/{environment}`"
        raise NotFoundError(message)
    message = f"the token `{token.id}` lacks `{scope}` here"
    raise ForbiddenError(message)


def _meets(one: str, other: str) -> bool:
    return ANY in {one, other} or one == other
