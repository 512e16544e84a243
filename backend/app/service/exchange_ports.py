"""What the exchange of other issuers' tokens needs, as Protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.trust import TrustRule


class TrustRules(Protocol):
    """The rules, and which tokens have already been exchanged."""

    def named(self, name: str) -> TrustRule | None:
        """Return the rule with this name; None if there is none."""
        ...

    def all_rules(self) -> Sequence[TrustRule]:
        """Return all rules, by name."""
        ...

    def put(self, rule: TrustRule) -> None:
        """Store `rule`, replacing the one with the same name if there is one."""
        ...

    def remove(self, name: str) -> None:
        """Remove the rule with this name."""
        ...

    def use(self, token: str, until: datetime) -> bool:
        """Note that the token with the digest `token` is used; return whether that was already noted."""
        ...

    def forget_used(self, before: datetime) -> None:
        """Forget the tokens that have been refused as expired since `before`."""
        ...


@dataclass(frozen=True, slots=True)
class Assertion:
    """Another issuer's token, whose signature is verified and which is valid now.

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
        """Return who the token says issued it, which proves nothing.

        Raises:
            RefusedAssertionError: It is not a JSON Web Token.
        """
        ...

    def verified(self, text: str, rule: TrustRule, now: datetime) -> Assertion:
        """Return what the token says, if the issuer of `rule` has signed it and it is valid now.

        Raises:
            RefusedAssertionError: It is not signed by it, or not valid now.
            UnavailableError: The keys of the issuer can't be fetched.
        """
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser of somebody who is signing in elsewhere keeps until they come back.

    Attributes:
        state: Proves that the answer is for this browser (RFC 6749, section 10.12).
        nonce: Proves that the token was issued for this attempt (OpenID Connect Core, section 3.1.2.1).
        verifier: Proves that whoever has the code has asked for it (RFC 7636).
    """

    state: str
    nonce: str
    verifier: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing, so that nothing empty can pass for it."""
        return bool(self.state and self.nonce and self.verifier)


class IdentityProvider(Protocol):
    """An identity provider (OpenID Connect Core 1.0)."""

    @property
    def issuer(self) -> str:
        """Who issues the tokens."""
        ...

    @property
    def audience(self) -> str:
        """Who they are issued for: this service, by the issuer's name for it."""
        ...

    def address(self, attempt: Attempt) -> str:
        """Return where a browser must go to sign in.

        Raises:
            UnavailableError: The issuer's metadata can't be fetched.
        """
        ...

    def signed_in(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> Assertion:
        """Return what the issuer says about whoever came back with `answer`.

        Raises:
            RefusedAssertionError: It says nothing, or nothing for this attempt, this service or this time.
            UnavailableError: The issuer can't be reached.
        """
        ...
