"""Whose tokens the service trusts: rules on the tokens of other issuers, and what their holders may do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.identity import Principal, Right


@dataclass(frozen=True, slots=True)
class TrustRule:
    """What the holder of another issuer's token may do here.

    Attributes:
        name: The name of the rule, for people.
        issuer: Who issues the token: its `iss`, to the letter.
        audience: Who it is issued for: one of its `aud`, exactly.
        subject: Who it identifies: a pattern for its `sub`, in which `*` matches any text.
        rights: What its holder may do, and where.
        key_set: The keys of the issuer as a JSON Web Key Set (RFC 7517); empty if they are fetched.
        key_set_url: Where they are fetched from; empty if they are given.
        claims: A pattern for each other claim that the token must have.
        once: Whether a token is exchanged only once.
        sign_in: Whether it is for people who sign in with a browser, whose tokens are never exchanged; their keys
            are those that the issuer publishes.
        author: Who made the rule; None before it is stored.
        made_at: When; None before it is stored.
    """

    name: str
    issuer: str
    audience: str
    subject: str
    rights: frozenset[Right]
    key_set: str = ""
    key_set_url: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)
    once: bool = True
    sign_in: bool = False
    author: Principal | None = None
    made_at: datetime | None = None

    def admits(self, claims: Mapping[str, object]) -> bool:
        """Return whether the rule applies to a token with these claims, which its issuer has signed."""
        wanted = {**self.claims, "sub": self.subject}
        return _names(claims.get("aud"), self.audience) and all(
            _fits(claims.get(name), pattern) for name, pattern in wanted.items()
        )


def _names(audience: object, wanted: str) -> bool:
    return wanted in audience if isinstance(audience, list) else audience == wanted


def _fits(claim: object, pattern: str) -> bool:
    """Return whether `claim` matches the pattern; for a list, whether one of its members does."""
    if isinstance(claim, list):
        return any(_fits(each, pattern) for each in claim if not isinstance(each, list))
    if isinstance(claim, bool):
        claim = str(claim).lower()
    if not isinstance(claim, str | int):
        return False
    parts = map(re.escape, pattern.split("*"))
    return re.fullmatch(".*".join(parts), str(claim), re.DOTALL) is not None
