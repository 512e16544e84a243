"""Sign-in at a real identity provider on a port of this machine, and the attacks on it (RFC 9700, section 4)."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jwk import ECKey

from app.domain.errors import InvalidError, RefusedAssertionError, UnavailableError
from app.issuers.openid_connect import Client, OpenIdConnect, read_metadata
from app.service.exchange_ports import Attempt
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, running
from support.token_issuer import NOT_GIVEN, Issuer

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
AT = NOW.timestamp()
KEYS = Issuer()
ATTEMPT = Attempt("state", "nonce", "a verifier that has as many characters as it needs")
BACK = "https://setpoint.example/sign-in/openid/callback"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with running(IdentityProvider(KEYS, clock=lambda: AT)) as found:
        yield found


def client_of(provider: IdentityProvider) -> OpenIdConnect:
    return OpenIdConnect(Client(provider.url, CLIENT_ID, CLIENT_SECRET, BACK, "openid email"))


def came_back(provider: IdentityProvider, service: OpenIdConnect, attempt: Attempt = ATTEMPT) -> dict[str, str]:
    """Return what a browser brings back."""
    there = urlsplit(provider.sign_in(service.address(attempt)))
    assert f"{there.scheme}://{there.netloc}{there.path}" == BACK
    return dict(parse_qsl(there.query))


@pytest.mark.parametrize("methods", [["client_secret_post"], ["client_secret_basic", "client_secret_post"], None])
def test_somebody_who_signs_in_is_known_by_issuer_and_subject(
    provider: IdentityProvider, methods: list[str] | None
) -> None:
    """However the provider wants to be shown the secret."""
    provider.metadata = {"token_endpoint_auth_methods_supported": methods} if methods else {}
    service = client_of(provider)
    claims = service.signed_in(ATTEMPT, came_back(provider, service), NOW).claims
    assert (claims["iss"], claims["sub"], claims["groups"]) == (provider.url, "u1", ["sre"])


def _said(header: dict[str, Any] | None = None, key: ECKey | None = None, **claims: Any) -> Callable[..., None]:
    def change(provider: IdentityProvider) -> None:
        provider.header, provider.key = header or {}, key
        provider.person |= claims

    return change


def _answers(**given: str | None) -> Callable[..., None]:
    return lambda provider: provider.answer.update(given)


WRONG = "Invalid claim"
UNSIGNED = "this token is not signed by a key of its issuer"
NOT_ASKED = "this answer is not from the identity provider that was asked"
ATTACKS: dict[str, tuple[Callable[[IdentityProvider], None], str]] = {
    "a state of somebody else": (_answers(state="other"), "this answer is not for this browser"),
    "no state": (_answers(state=None), "this answer is not for this browser"),
    "a state that is no ASCII": (_answers(state="é"), "this answer is not for this browser"),
    "an answer of another issuer": (_answers(iss="https://evil.example"), NOT_ASKED),
    "an answer without issuer": (_answers(iss=None), NOT_ASKED),
    "no code": (_answers(code=None), "the identity provider refused"),
    "a refusal": (
        _answers(code=None, error="access_denied"),
        r"the identity provider refused: `access_denied`",
    ),
    "a refusal in other words": (_answers(code=None, error="<script>"), "the identity provider refused$"),
    "a code of somebody else": (_answers(code="other"), "does not accept the code: `invalid_grant`"),
    "a nonce of another attempt": (_said(nonce="other"), "nonce"),
    "no nonce": (_said(nonce=NOT_GIVEN), "nonce"),
    "another audience": (_said(aud="other"), "aud"),
    "another audience, ours as the party": (_said(aud=["other"], azp=CLIENT_ID), "aud"),
    "no audience": (_said(aud=NOT_GIVEN), "aud"),
    "another party": (_said(aud=[CLIENT_ID, "other"], azp="other"), "azp"),
    "another issuer in the token": (_said(iss="https://evil.example"), "iss"),
    "expired": (_said(exp=int(AT) - 61), "this token has expired"),
    "not valid yet": (_said(nbf=int(AT) + 61), "not yet valid"),
    "no end": (_said(exp=NOT_GIVEN), "exp"),
    "no subject": (_said(sub=NOT_GIVEN), "sub"),
    "an empty subject": (_said(sub=""), "sub"),
    "a key of somebody else": (_said(key=ECKey.generate_key("P-256", {"kid": "ec"})), UNSIGNED),
    "a key that is not published": (_said({"kid": "other"}, ECKey.generate_key("P-256")), "does not publish"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_in_words_that_hold_nothing_of_it(provider: IdentityProvider, attack: str) -> None:
    """No text of an answer is repeated, but the codes of errors that there are."""
    service = client_of(provider)
    change, said = ATTACKS[attack]
    change(provider)
    answer = came_back(provider, service)
    with pytest.raises(RefusedAssertionError, match=said) as refused:
        service.signed_in(ATTEMPT, answer, NOW)
    assert not any(text in str(refused.value) for text in ("evil", "script", "other", CLIENT_SECRET))


def test_a_code_is_good_for_one_attempt(provider: IdentityProvider) -> None:
    """Not twice, and not without the verifier that only the browser's own attempt has."""
    service = client_of(provider)
    answer = came_back(provider, service)
    stolen = replace(ATTEMPT, verifier="the verifier of whoever has found the code in a log")
    with pytest.raises(RefusedAssertionError, match="invalid_grant"):
        service.signed_in(stolen, answer, NOW)
    answer = came_back(provider, service)
    assert service.signed_in(ATTEMPT, answer, NOW).claims["sub"] == "u1"
    with pytest.raises(RefusedAssertionError, match="invalid_grant"):
        service.signed_in(ATTEMPT, answer, NOW)


def test_a_token_without_signature_is_refused_though_the_issuer_offers_it(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which signatures count is for this service to say."""

    def unsigned(now: float, *_: object, **claims: Any) -> str:
        parts = ({"alg": "none"}, {**claims, "iat": int(now), "exp": int(now) + 60})
        encoded = (base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts)
        return ".".join([*encoded, ""])

    monkeypatch.setattr(provider, "keys", replace(KEYS, keys={"ec": KEYS.keys["ec"]}))
    monkeypatch.setattr(provider.keys, "token", unsigned)
    service = client_of(provider)
    with pytest.raises(RefusedAssertionError, match=UNSIGNED):
        service.signed_in(ATTEMPT, came_back(provider, service), NOW)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((307, b""), "can't be read: its status is 307"),
        ((500, b"<html>"), "can't be read: its status is 500"),
        ((200, b"[" * 100_000), "can't be read: its status is 200"),
        ((200, b"[]"), "can't be read: its status is 200"),
        ((200, b" " * 300_000), "the answer is too large"),
    ],
)
def test_an_answer_that_is_none_is_no_verdict_and_leads_nowhere_else(
    provider: IdentityProvider, answer: tuple[int, bytes], said: str
) -> None:
    """A redirect is not followed: it would take the secret and the code along."""
    service = client_of(provider)
    provider.token_answer = answer
    back = came_back(provider, service)
    with pytest.raises(UnavailableError, match=said):
        service.signed_in(ATTEMPT, back, NOW)


def test_a_wrong_secret_is_said_to_be_one(provider: IdentityProvider) -> None:
    """It is read by whoever sets it up."""
    service = OpenIdConnect(Client(provider.url, CLIENT_ID, "another", BACK, "openid"))
    with pytest.raises(RefusedAssertionError, match=r"does not accept the code: `invalid_client`"):
        service.signed_in(ATTEMPT, came_back(provider, service), NOW)
    assert "another" not in repr(service)


def test_an_issuer_that_says_to_be_another_is_not_believed(provider: IdentityProvider) -> None:
    """Or whoever runs one could have codes of another sent to itself."""
    provider.metadata = {"issuer": f"{provider.url}/other"}
    with pytest.raises(UnavailableError, match=r"is about an issuer other than `OIDC_ISSUER`"):
        client_of(provider).address(ATTEMPT)


def test_an_issuer_that_does_not_answer_is_no_verdict() -> None:
    """Trying again may help."""
    service = OpenIdConnect(Client("http://127.0.0.1:1", CLIENT_ID, CLIENT_SECRET, BACK, "openid"))
    with pytest.raises(UnavailableError, match="can't be fetched at the moment"):
        service.address(ATTEMPT)


PUBLISHED = {
    "issuer": "https://id.example",
    "authorization_endpoint": "https://id.example/in",
    "token_endpoint": "https://id.example/token",
    "jwks_uri": "https://keys.example/",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"token_endpoint": "http://id.example/token"},
        {"token_endpoint": "http://127.0.0.1/token"},
        {"jwks_uri": "https://me@keys.example/"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://id.example/in#here"},
        {"authorization_endpoint": "https://id.example/in\r\nSet-Cookie: a=b"},
        {"authorization_endpoint": 1},
        {"token_endpoint_auth_methods_supported": None},
    ],
)
def test_an_address_that_others_can_read_along_is_no_address(wrong: dict[str, object]) -> None:
    """Nor one that leads from elsewhere to this machine, or no web page."""
    assert read_metadata(json.dumps(PUBLISHED).encode()).tokens == "https://id.example/token"
    with pytest.raises(InvalidError):
        read_metadata(json.dumps({**PUBLISHED, **wrong}).encode())
    with pytest.raises(InvalidError):
        read_metadata(b"[]")
