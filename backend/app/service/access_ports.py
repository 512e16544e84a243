"""What the use cases need to know of tokens, of those that they speak for, and of browsers, as Protocols."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.identity import Principal, Token
from app.domain.sign_in import SignIn


class Tokens(Protocol):
    """What is known of tokens."""

    def by_digest(self, digest: str) -> Token | None:
        """Return the token whose text has this SHA-256; None if there is none."""
        ...

    def by_id(self, token_id: str) -> Token | None:
        """Return the token with this public id; None if there is none."""
        ...

    def all_tokens(self) -> Sequence[Token]:
        """Return all tokens, the newest first."""
        ...

    def add(self, token: Token, digest: str) -> None:
        """Store a new token under the SHA-256 of its text."""
        ...

    def change(self, token: Token) -> None:
        """Store when a token ends."""
        ...

    def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """Store when tokens were used, by their ids; a later use that is stored already stays."""
        ...

    def forget_expired(self, before: datetime, lifetime: timedelta) -> None:
        """Forget the tokens that expired before a time and were to live no longer than `lifetime`."""
        ...


class Principals(Protocol):
    """Who has acted or may act."""

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
        """Forget the one with this digest, if there is one."""
        ...

    def forget_expired(self, now: datetime) -> None:
        """Forget those that are over."""
        ...
