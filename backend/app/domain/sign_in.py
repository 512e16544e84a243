"""Sign-ins: a browser acts for a token until it signs out, for a working day at most."""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.identity import Token

LONGEST = timedelta(hours=12)
"""How long a browser stays signed in, whatever it does."""


@dataclass(frozen=True, slots=True)
class SignInKey:
    """What only the browser keeps, in a cookie.

    Attributes:
        text: 256 random bits, as text.
    """

    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the text in hexadecimal, which is all that is stored."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser that acts for a token.

    Attributes:
        digest: The digest of its key.
        token: The token that it acts for; it ends with that.
        made_at: When it began.
        expires_at: From when on it is refused.
    """

    digest: str
    token: Token
    made_at: datetime
    expires_at: datetime

    @property
    def acting(self) -> Token:
        """The token as the browser has it, which expires with the sign-in."""
        return replace(self.token, expires_at=min(self.expires_at, self.token.expires_at or self.expires_at))

    def is_live(self, now: datetime) -> bool:
        """Return whether it is accepted at `now`."""
        return now < self.expires_at and self.token.is_live(now)


def new_sign_in(token: Token, now: datetime) -> tuple[SignIn, SignInKey]:
    """Return a sign-in for `token`, with a new key."""
    key = SignInKey(secrets.token_urlsafe(32))
    expires_at = now + LONGEST
    return SignIn(key.digest, token, now, min(expires_at, token.expires_at or expires_at)), key
