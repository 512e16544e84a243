"""Verifies JSON Web Tokens (RFC 7519) with the keys of their issuer."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import Key, KeySet
from joserfc.jwt import ClaimsOption

from app.domain.errors import RefusedAssertionError
from app.domain.trust import TrustRule
from app.issuers.fetching import Fetched
from app.issuers.key_sets import fetched_key_sets, read_key_set
from app.service.exchange_ports import Assertion

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Only signatures by a private key: with a shared key, whoever can verify a token could also make one."""

SKEW = timedelta(seconds=60)
"""How far the clocks of an issuer and of this service may differ."""

_LARGEST = 16_384
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class Keys(Protocol):
    """The keys of an issuer."""

    def __call__(self, *, renew: bool = False) -> KeySet:
        """Return the keys; with `renew`, the cached ones are not enough."""
        ...


@dataclass(frozen=True, slots=True)
class JsonWebTokens:
    """The port `Assertions`.

    Attributes:
        fetched: The keys of issuers that are fetched.
    """

    fetched: Fetched[KeySet] = field(default_factory=fetched_key_sets)

    def issuer_of(self, text: str) -> str:
        """Return who the token says issued it, which proves nothing.

        Raises:
            RefusedAssertionError: It is not a JSON Web Token.
        """
        issuer = _part(text, 1).get("iss")
        if not isinstance(issuer, str):
            raise _no_token()
        return issuer

    def verified(self, text: str, rule: TrustRule, now: datetime) -> Assertion:
        """Return what the token says, if the issuer of `rule` has signed it and it is valid now.

        What the token says about keys is ignored.

        Raises:
            RefusedAssertionError: It is not.
            UnavailableError: The keys of the issuer can't be fetched.
        """
        return assertion_in(text, self._keys(rule), now, iss={"essential": True, "value": rule.issuer})

    def _keys(self, rule: TrustRule) -> Keys:
        if rule.key_set:
            return lambda *, renew=False: read_key_set(rule.key_set)  # noqa: ARG005 - what is given never changes
        return lambda *, renew=False: self.fetched.get(rule.key_set_url, renew=renew)


def assertion_in(text: str, keys: Keys, now: datetime, **wanted: ClaimsOption) -> Assertion:
    """Return what a token says, if it is signed by one of `keys` and valid now.

    Args:
        text: The token.
        keys: The keys of its issuer.
        now: The current time.
        wanted: What its claims must satisfy, in addition to an audience, a subject and an expiry.

    Raises:
        RefusedAssertionError: It is not; the text says why, and contains no part of it.
        UnavailableError: The keys can't be fetched.
    """
    key = _key(keys, _part(text, 0).get("kid"))
    needed = {name: ClaimsOption(essential=True) for name in ("sub", "aud", "exp")}
    registry = jwt.JWTClaimsRegistry(int(now.timestamp()), int(SKEW.total_seconds()), **{**needed, **wanted})
    try:
        claims = jwt.decode(text, key, algorithms=ALGORITHMS).claims
        registry.validate(claims)
    except ExpiredTokenError:
        message = "this token has expired"
    except (InvalidClaimError, MissingClaimError) as error:
        message = f"this token is not valid: {error.description or 'one of its claims is missing'}"
    except (JoseError, ValueError, TypeError):
        message = "this token is not signed by a key of its issuer, or not with an accepted algorithm"
    else:
        return Assertion(claims, _digest(text), _moment(claims["exp"]))
    raise RefusedAssertionError(message) from None


def _key(keys: Keys, key_id: object) -> Key:
    """Return the key that a token names by its id; if it is not among the cached ones, fresh keys are fetched."""
    found = _chosen(keys(), key_id) or _chosen(keys(renew=True), key_id)
    if found is None:
        message = "this token is signed by a key that its issuer does not publish"
        raise RefusedAssertionError(message)
    return found


def _chosen(keys: KeySet, key_id: object) -> Key | None:
    if key_id is None:
        return keys.keys[0] if len(keys.keys) == 1 else None
    return next((key for key in keys.keys if key.kid == key_id), None)


def _part(text: str, position: int) -> Mapping[str, object]:
    """Return the header or the claims of a token, none of them verified yet."""
    parts = text.split(".")
    if len(text) > _LARGEST or len(parts) != 3:  # noqa: PLR2004 - RFC 7515, section 3.1
        raise _no_token()
    encoded = parts[position]
    try:
        found = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise _no_token() from None
    if not isinstance(found, dict):
        raise _no_token()
    return found


def _digest(text: str) -> str:
    """Return the digest of what was signed; the signature is left out, as another one may verify as well."""
    return hashlib.sha256(text.rpartition(".")[0].encode()).hexdigest()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC)


def _no_token() -> RefusedAssertionError:
    return RefusedAssertionError("this is not a JSON Web Token")
