"""The attacks on JSON Web Tokens (RFC 8725), and what is told of each."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import RSAKey

from app.domain.errors import RefusedAssertionError, UnavailableError
from app.domain.identity import Right
from app.domain.trust import TrustRule
from app.issuers.json_web_tokens import JsonWebTokens
from app.issuers.key_sets import fetched_key_sets
from support.token_issuer import AUDIENCE, NOT_GIVEN, Issuer, published

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
AT = NOW.timestamp()
ISSUER = Issuer()
STRANGER = Issuer()
SUBJECT = "repo:acme/billing:*"
RULE = TrustRule(
    "ci", ISSUER.name, AUDIENCE, SUBJECT, frozenset({Right.parse("deployer@billing/*")}), key_set=ISSUER.key_set
)
UNSIGNED = "this token is not signed by a key of its issuer, or not with an accepted algorithm"


def verified(text: str, rule: TrustRule = RULE) -> dict[str, object]:
    return dict(JsonWebTokens().verified(text, rule, NOW).claims)


@pytest.mark.parametrize(
    "header", [{"alg": "RS256", "kid": "rsa"}, {"alg": "PS512", "kid": "rsa"}, {"alg": "ES256", "kid": "ec"}]
)
def test_what_the_issuer_has_signed_is_believed(header: dict[str, str]) -> None:
    """In each of the ways that are accepted."""
    text = ISSUER.token(AT, header)
    assert verified(text)["sub"] == "repo:acme/billing:ref:refs/heads/main"
    assert JsonWebTokens().issuer_of(text) == ISSUER.name


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _claims(text: str) -> dict[str, object]:
    payload = text.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def _unsigned(algorithm: str) -> str:
    return f"{_encoded({'alg': algorithm, 'kid': 'ec'})}.{_encoded(_claims(ISSUER.token(AT)))}."


def _signed_with_the_public_key() -> str:
    """Return a token whose shared key is the public one, which everybody knows (RFC 8725, section 2.1)."""
    key = ISSUER.keys["rsa"]
    assert isinstance(key, RSAKey)
    signed = f"{_encoded({'alg': 'HS256', 'kid': 'rsa'})}.{_encoded(_claims(ISSUER.token(AT)))}"
    code = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(code).rstrip(b'=').decode()}"


def _with_other_claims() -> str:
    header, _, signature = ISSUER.token(AT).split(".")
    return f"{header}.{_encoded({**_claims(ISSUER.token(AT)), 'sub': 'repo:acme/billing:admin'})}.{signature}"


def _with_its_own_key() -> str:
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    return STRANGER.token(AT, {"alg": "RS256", "kid": "rsa", "jwk": key.as_dict(private=False)}, key)


ATTACKS: dict[str, tuple[Callable[[], str], str]] = {
    "signed by somebody else with the same key id": (lambda: STRANGER.token(AT), UNSIGNED),
    "alg none": (lambda: _unsigned("none"), UNSIGNED),
    "alg None": (lambda: _unsigned("None"), UNSIGNED),
    "signed by the public key as a shared one": (_signed_with_the_public_key, UNSIGNED),
    "the key of one kind for the algorithm of another": (
        lambda: ".".join([_encoded({"alg": "RS256", "kid": "ec"}), *ISSUER.token(AT).split(".")[1:]]),
        UNSIGNED,
    ),
    "other claims below an old signature": (_with_other_claims, UNSIGNED),
    "brings its own key": (_with_its_own_key, UNSIGNED),
    "points to its own keys": (
        lambda: STRANGER.token(AT, {"jku": "https://evil.example/keys", "x5u": "https://evil.example/c"}),
        UNSIGNED,
    ),
    "wants an extension that nobody knows": (
        lambda: ISSUER.token(AT, {"crit": ["b64"], "b64": False}),
        UNSIGNED,
    ),
    "a key that is not published": (
        lambda: STRANGER.token(AT, {"kid": "other"}, STRANGER.keys["ec"]),
        "this token is signed by a key that its issuer does not publish",
    ),
    "no key id, and there are several keys": (
        lambda: ISSUER.token(AT, {"kid": NOT_GIVEN}, ISSUER.keys["ec"]),
        "this token is signed by a key that its issuer does not publish",
    ),
    "expired": (lambda: ISSUER.token(AT - 400), "this token has expired"),
    "without an end": (lambda: ISSUER.token(AT, exp=NOT_GIVEN), "this token is not valid: "),
    "an end that is no number": (lambda: ISSUER.token(AT, exp="tomorrow"), "this token is not valid: "),
    "not valid yet": (lambda: ISSUER.token(AT, nbf=AT + 120), "this token is not valid: "),
    "made in the future": (lambda: ISSUER.token(AT, iat=AT + 120), "this token is not valid: "),
    "of another issuer": (lambda: ISSUER.token(AT, iss="https://ci.example/"), "this token is not valid: "),
    "without a subject": (lambda: ISSUER.token(AT, sub=NOT_GIVEN), "this token is not valid: "),
    "without an audience": (lambda: ISSUER.token(AT, aud=NOT_GIVEN), "this token is not valid: "),
    "encrypted": (lambda: "a.b.c.d.e", "this is not a JSON Web Token"),
    "too large": (lambda: ISSUER.token(AT, more="x" * 20_000), "this is not a JSON Web Token"),
    "a list": (lambda: f"{_encoded([])}.{_encoded([])}.x", "this is not a JSON Web Token"),
    "not base64": (lambda: "é.é.é", "this is not a JSON Web Token"),
    "nothing": (lambda: "", "this is not a JSON Web Token"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_the_issuer_has_not_signed_is_refused(attack: str) -> None:
    """In a sentence that holds nothing of the token."""
    made, said = ATTACKS[attack]
    text = made()
    with pytest.raises(RefusedAssertionError) as refused:
        verified(text)
    assert str(refused.value).startswith(said)
    assert not text or text not in str(refused.value)


def test_clocks_may_differ_by_a_minute() -> None:
    """Not by more."""
    assert verified(ISSUER.token(AT, nbf=AT + 50, iat=AT + 50))
    assert verified(ISSUER.token(AT, exp=AT - 50))
    with pytest.raises(RefusedAssertionError, match="expired"):
        verified(ISSUER.token(AT, exp=AT - 61))


def test_a_single_key_needs_no_id() -> None:
    """As long as the issuer has one."""
    single = Issuer(keys={"ec": ISSUER.keys["ec"]})
    rule = replace(RULE, key_set=single.key_set)
    assert verified(single.token(AT, {"kid": NOT_GIVEN}, single.keys["ec"]), rule)


def test_another_signature_of_the_same_content_is_the_same_token() -> None:
    """An ECDSA signature can be made again, and changed into another one that verifies."""
    one, other = ISSUER.token(AT), ISSUER.token(AT)
    assert one != other
    tokens = JsonWebTokens()
    assert tokens.verified(one, RULE, NOW).digest == tokens.verified(other, RULE, NOW).digest


def test_keys_are_fetched_once_and_anew_for_a_new_one() -> None:
    """Not more often than every 30 seconds, whatever tokens name; old ones go on where nothing answers."""
    now = [0.0]
    tokens = JsonWebTokens(fetched_key_sets(lambda: now[0]))
    with published(Issuer()) as issuer:
        rule = replace(RULE, key_set="", key_set_url=issuer.url)

        def is_believed(key_id: str) -> bool:
            try:
                return bool(tokens.verified(issuer.token(AT, {"kid": key_id}, issuer.keys[key_id]), rule, NOW))
            except RefusedAssertionError:
                return False

        assert is_believed("ec")
        assert is_believed("ec")
        issuer.add("new")
        assert not is_believed("new")
        assert issuer.asked == 1
        now[0] = 31.0
        assert is_believed("new")
        assert issuer.asked == 2
        now[0] = 700.0
        issuer.answers += [(500, b"")]
        assert is_believed("new")
        assert issuer.asked == 3


@pytest.mark.parametrize(
    "answer",
    [(500, b""), (302, b""), (200, b"no JSON"), (200, b'{"keys": []}'), (200, b"x" * 300_000), (200, b'{"keys": [1]}')],
)
def test_keys_that_can_not_be_fetched_are_no_verdict_on_the_token(answer: tuple[int, bytes]) -> None:
    """A redirect is not followed: the rule says where the keys are."""
    with published(Issuer(answers=[answer])) as issuer:
        rule = replace(RULE, key_set="", key_set_url=issuer.url)
        with pytest.raises(UnavailableError, match="the keys of the issuer can't be fetched"):
            JsonWebTokens().verified(issuer.token(AT), rule, NOW)


def test_the_end_of_a_token_is_told() -> None:
    """Also one that lies beyond all calendars."""
    assert JsonWebTokens().verified(ISSUER.token(AT), RULE, NOW).expires_at == NOW + timedelta(seconds=300)
    assert JsonWebTokens().verified(ISSUER.token(AT, exp=10**18), RULE, NOW).expires_at.year == 9999


@pytest.mark.parametrize("claims", [b"[" * 9_000, b"{}", b'{"iss": 1}', b"[]", b"\xff"])
def test_who_made_a_token_that_is_none_is_not_asked(claims: bytes) -> None:
    """However deep it is nested."""
    with pytest.raises(RefusedAssertionError, match="this is not a JSON Web Token"):
        JsonWebTokens().issuer_of(f"e30.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.x")
