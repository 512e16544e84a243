"""What the use cases need to know about tokens, principals and browsers, as Protocols."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.identity import Principal, Token
from app.domain.sign_in import SignIn


class Tokens(Protocol):
    """The stored tokens."""

    def live_by_digest(self, digest: str, now: datetime) -> Token | None:
        """Return the token whose text has this SHA-256; None if there is none that is live.

        The store itself leaves out those that have ended: to build one takes long enough to be told from none.
        """
        ...

    def by_id(self, token_id: str) -> Token | None:
        """Return the token with this public id; None if there is none."""
        ...

    def all_tokens(self) -> Sequence[Token]:
        """Return all tokens, newest first."""
        ...

    def add(self, token: Token, digest: str) -> None:
        """Store a new token under the SHA-256 of its text."""
        ...

    def change(self, token: Token) -> None:
        """Store when a token ends."""
        ...

    def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """Store when tokens were used, by their ids; a later use that is already stored stays."""
        ...

    def forget_expired(self, before: datetime, lifetime: timedelta) -> None:
        """Forget the tokens that expired before a given time and were made to live no longer than `lifetime`."""
        ...


class Principals(Protocol):
    """The principals that have acted or may act."""

    def remember(self, principal: Principal) -> None:
        """Store a principal, or its new name."""
        ...

    def all_principals(self) -> Sequence[Principal]:
        """Return all of them, by name."""
        ...


class SignIns(Protocol):
    """The browsers that are signed in."""

    def by_digest(self, digest: str) -> SignIn | None:
        """Return the sign-in whose key has this SHA-256; None if there is none."""
        ...

    def add(self, sign_in: SignIn) -> None:
        """Store a new one."""
        ...

    def remove(self, digest: str) -> None:
        """Delete the one with this digest, if it exists."""
        ...

    def forget_expired(self, now: datetime) -> None:
        """Delete those that have expired."""
        ...
