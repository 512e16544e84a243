"""Lets people sign in at an issuer: the authorization code flow of OpenID Connect, with PKCE."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote_plus, urlencode

from joserfc.jwk import KeySet

from app.domain.errors import InvalidError, RefusedAssertionError, UnavailableError
from app.domain.validation import Fault
from app.issuers.fetching import Fetched, asked, is_safe_url
from app.issuers.json_web_tokens import assertion_in
from app.issuers.key_sets import fetched_key_sets
from app.service.exchange_ports import Assertion, Attempt
from observability.known_secrets import remember_secret

_METADATA = "the metadata of the identity provider"
_ERROR = re.compile("[a-z_]{1,50}")
"""The defined error codes (RFC 6749, section 4.1.2.1; OpenID Connect Core, section 3.1.2.6)."""


@dataclass(frozen=True, slots=True)
class Client:
    """This service, as the issuer knows it.

    Attributes:
        issuer: The URL of the issuer, exactly as in its `iss`.
        id: Its name for this service.
        secret: The secret that authenticates this service.
        redirect_url: The URL that people come back to.
        scopes: The requested scopes, separated by spaces.
    """

    issuer: str
    id: str
    secret: str = field(repr=False)
    redirect_url: str
    scopes: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an issuer publishes about itself (OpenID Connect Discovery 1.0, section 3).

    Attributes:
        issuer: Who it is.
        sign_in: Where browsers go.
        tokens: Where codes are exchanged for tokens.
        keys: Where its keys are.
        secret_in_body: Whether it accepts the secret of a client only in the body.
        names_itself: Whether its answers name their issuer (RFC 9207).
    """

    issuer: str
    sign_in: str
    tokens: str
    keys: str
    secret_in_body: bool
    names_itself: bool


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    """The port `IdentityProvider`.

    Attributes:
        client: This service, as the issuer knows it.
        metadata: What issuers publish about themselves.
        keys: Their keys.
    """

    client: Client
    metadata: Fetched[Metadata] = field(
        default_factory=lambda: Fetched(_METADATA, read_metadata, "metadata of OpenID Connect")
    )
    keys: Fetched[KeySet] = field(default_factory=fetched_key_sets)

    @property
    def issuer(self) -> str:
        """Who issues the tokens."""
        return self.client.issuer

    @property
    def audience(self) -> str:
        """Who they are issued for."""
        return self.client.id

    def address(self, attempt: Attempt) -> str:
        """Return where a browser must go to sign in.

        Raises:
            UnavailableError: The issuer's metadata can't be fetched.
        """
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked_for = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": self.client.redirect_url,
            "scope": self.client.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        sign_in = self._metadata().sign_in
        return f"{sign_in}{'&' if '?' in sign_in else '?'}{urlencode(asked_for)}"

    def signed_in(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> Assertion:
        """Return what the issuer says about whoever came back with `answer`.

        Raises:
            RefusedAssertionError: It says nothing, or nothing for this attempt, this service or this time.
            UnavailableError: The issuer can't be reached.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            message = "this answer is not for this browser, or was already used"
            raise RefusedAssertionError(message)
        metadata = self._metadata()
        if answer.get("iss", self.issuer if not metadata.names_itself else "") != self.issuer:
            message = "this answer is not from the identity provider that was asked"
            raise RefusedAssertionError(message)
        if "code" not in answer:
            message = f"the identity provider refused{_shown_error(answer.get('error'))}"
            raise RefusedAssertionError(message)
        token = self._token(metadata, answer["code"], attempt.verifier)
        remember_secret(token)
        return assertion_in(
            token,
            lambda *, renew=False: self.keys.get(metadata.keys, renew=renew),
            now,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client.id},
            nonce={"essential": True, "value": attempt.nonce},
            azp={"essential": False, "value": self.client.id},
        )

    def _metadata(self) -> Metadata:
        found = self.metadata.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.issuer != self.issuer:
            message = f"{_METADATA} is about an issuer other than `OIDC_ISSUER`"
            raise UnavailableError(message)
        return found

    def _token(self, metadata: Metadata, code: str, verifier: str) -> str:
        """Return the ID token for a code (RFC 6749, section 4.1.3)."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_url,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if metadata.secret_in_body:
            sent |= {"client_id": self.client.id, "client_secret": self.client.secret}
        else:
            headers["Authorization"] = _basic(self.client.id, self.client.secret)
        what = "the answer of the identity provider"
        status, content = asked(what, "POST", metadata.tokens, body=urlencode(sent), headers=headers)
        try:
            found = json.loads(content)
            token = found.get("id_token")
        except (ValueError, AttributeError, RecursionError):
            message = f"{what} can't be read: its status is {status}"
            raise UnavailableError(message) from None
        if not isinstance(token, str):
            message = f"the identity provider does not accept the code{_shown_error(found.get('error'))}"
            raise RefusedAssertionError(message)
        return token


def read_metadata(text: bytes) -> Metadata:
    """Return what an issuer publishes about itself.

    Raises:
        InvalidError: It is not such a document, or names an address where others can read along.
    """
    try:
        found = json.loads(text)
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        metadata = Metadata(
            issuer=found["issuer"],
            sign_in=found["authorization_endpoint"],
            tokens=found["token_endpoint"],
            keys=found["jwks_uri"],
            secret_in_body="client_secret_basic" not in methods and "client_secret_post" in methods,
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        )
        if all(_may_name(metadata.issuer, each) for each in (metadata.sign_in, metadata.tokens, metadata.keys)):
            return metadata
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise InvalidError((Fault(None, "no-metadata", _METADATA),))


def _may_name(issuer: str, url: str) -> bool:
    """Return whether nobody can read along at `url`; a remote issuer may not send this service to its own machine."""
    return is_safe_url(url) and "#" not in url and (url.startswith("https://") or issuer.startswith("http://"))


def _basic(name: str, secret: str) -> str:
    """Return the credentials of a client (RFC 6749, section 2.3.1: form-encoded, then as in RFC 7617)."""
    return f"Basic {base64.b64encode(f'{quote_plus(name)}:{quote_plus(secret)}'.encode()).decode()}"


def _shown_error(error: object) -> str:
    return f": `{error}`" if isinstance(error, str) and _ERROR.fullmatch(error) else ""
