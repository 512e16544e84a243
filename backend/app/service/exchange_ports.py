"""What the exchange of other issuers' tokens needs, as Protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.trust import TrustRule


class TrustRules(Protocol):
    """The rules, and which tokens were exchanged already."""

    def named(self, name: str) -> TrustRule | None:
        """Return the rule with this name; None if there is none."""
        ...

    def all_rules(self) -> Sequence[TrustRule]:
        """Return all rules, by name."""
        ...

    def put(self, rule: TrustRule) -> None:
        """Store `rule`, in place of the one with its name if there is one."""
        ...

    def remove(self, name: str) -> None:
        """Remove the rule with this name."""
        ...

    def use(self, token: str, until: datetime) -> bool:
        """Note that a token is used, whose digest is `token`; return whether it was noted already."""
        ...

    def forget_used(self, before: datetime) -> None:
        """Forget the tokens that have been refused as expired since `before`."""
        ...


@dataclass(frozen=True, slots=True)
class Assertion:
    """Another issuer's token, which it has signed and which is valid now.

    Attributes:
        claims: What it says.
        digest: SHA-256 of what was signed, in hexadecimal digits.
        expires_at: When it expires.
    """

    claims: Mapping[str, object]
    digest: str
    expires_at: datetime


class Assertions(Protocol):
    """Reads the tokens of other issuers (RFC 7519)."""

    def issuer_of(self, text: str) -> str:
        """Return who says to have made the token; nothing is proved by that.

        Raises:
            RefusedAssertionError: It is no JSON Web Token.
        """
        ...

    def verified(self, text: str, rule: TrustRule, now: datetime) -> Assertion:
        """Return what the token says, if the issuer of `rule` has signed it and it is valid now.

        Raises:
            RefusedAssertionError: It is not.
            UnavailableError: The keys of the issuer can't be fetched.
        """
        ...
