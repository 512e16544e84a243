"""What people may do whom an identity provider vouches for: rules say it, anew at each sign-in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.domain.errors import RefusedAssertionError
from app.domain.identity import Actor, PrincipalKind, Right
from app.domain.trust import TrustRule
from app.issuers.json_web_tokens import JsonWebTokens
from app.issuers.openid_connect import Client, OpenIdConnect
from app.service.exchanging import Exchanging
from app.service.sign_in.openid import OpenIdSignIn, StrangerError
from support.configuration_service import GRACE, Service, actor
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, running
from support.token_issuer import Issuer

KEYS = Issuer()


@pytest.fixture
def provider(service: Service) -> Iterator[IdentityProvider]:
    with running(IdentityProvider(KEYS, clock=lambda: service.clock.now.timestamp())) as found:  # noqa: PLW0108 - it moves
        yield found


@pytest.fixture
def sign_in(service: Service, provider: IdentityProvider) -> OpenIdSignIn:
    client = Client(provider.url, CLIENT_ID, CLIENT_SECRET, "https://setpoint.example/back", "openid")
    return OpenIdSignIn(service.store, OpenIdConnect(client), service.clock)


def let(service: Service, provider: IdentityProvider, group: str, right: str, **other: Any) -> TrustRule:
    """Say what a group may do."""
    rule = TrustRule(
        f"people-{group}",
        provider.url,
        CLIENT_ID,
        "*",
        frozenset({Right.parse(right)}),
        claims={"groups": group},
        sign_in=True,
    )
    exchanging = Exchanging(service.store, JsonWebTokens(), service.clock)
    return exchanging.put(actor(GRACE), replace(rule, **other))


def signed_in(provider: IdentityProvider, sign_in: OpenIdSignIn, **person: Any) -> Actor:
    """Have somebody sign in; return who it is here."""
    provider.person |= person
    address, attempt = sign_in.begin()
    return sign_in.finish(attempt, dict(parse_qsl(urlsplit(provider.sign_in(address)).query)), "request-9")


def test_groups_get_what_the_rules_say_of_them(
    service: Service, provider: IdentityProvider, sign_in: OpenIdSignIn
) -> None:
    """All rules that fit count; the person is the same one whatever the name is by then."""
    let(service, provider, "sre", "approver@billing/production")
    let(service, provider, "dev", "editor@billing/staging")
    ada = signed_in(provider, sign_in, groups=["sre", "dev", "cooks"])
    assert sorted(map(str, ada.token.rights)) == ["approver@billing/production", "editor@billing/staging"]
    assert (ada.principal.kind, ada.principal.issuer, ada.principal.subject, ada.principal.name) == (
        PrincipalKind.PERSON,
        provider.url,
        "u1",
        "Ada",
    )
    again = signed_in(provider, sign_in, groups=["dev"], name="Ada L.").token
    assert (sorted(map(str, again.rights)), again.principal.name) == (["editor@billing/staging"], "Ada L.")
    stored = service.store.read(lambda found: found.tokens.by_id(again.id))
    assert stored is not None
    assert stored.expires_at == again.made_at + timedelta(hours=12)
    told = service.store.read(lambda found: found.audit.page(limit=1))[0]
    assert (str(told.action), told.principal.name, told.detail["rules"]) == ("token.exchange", "Ada L.", ["people-dev"])


@pytest.mark.parametrize(
    "other",
    [
        {"sign_in": False, "subject": "u1", "key_set": KEYS.key_set},
        {"issuer": "https://other.example"},
        {"audience": "other"},
        {"claims": {"groups": "sr"}},
        {"claims": {"groups": "sre", "email_verified": "true"}},
        {"subject": "u2"},
    ],
)
def test_somebody_whom_no_rule_means_is_told_whom_to_ask(
    service: Service, provider: IdentityProvider, sign_in: OpenIdSignIn, other: dict[str, Any]
) -> None:
    """And what the provider says of them, which is what the one who is asked has to know."""
    rule = let(service, provider, "sre", "admin", **other)
    with pytest.raises(StrangerError, match="no trust rule says what you may do here") as refused:
        signed_in(provider, sign_in)
    stranger = refused.value.stranger
    assert (stranger.name, stranger.subject) == ("Ada", "u1")
    assert (stranger.claims["groups"], stranger.claims["email"]) == (["sre"], [])
    if (rule.sign_in, rule.issuer, rule.audience) == (True, provider.url, CLIENT_ID):
        assert stranger.askable == ("Grace",)
    else:
        assert stranger.askable == ()


def test_an_answer_that_was_used_is_refused_by_any_worker(
    service: Service, provider: IdentityProvider, sign_in: OpenIdSignIn
) -> None:
    """Also where the provider would take its code twice."""
    let(service, provider, "sre", "viewer")
    address, attempt = sign_in.begin()
    answer = dict(parse_qsl(urlsplit(provider.sign_in(address)).query))
    provider.person["jti"] = "the same"
    asked = dict(provider.codes)
    assert sign_in.finish(attempt, answer).principal.subject == "u1"
    provider.codes |= asked
    with pytest.raises(RefusedAssertionError, match="already used"):
        sign_in.finish(attempt, answer)


def test_a_token_of_somebody_who_signs_in_is_not_exchanged(service: Service, provider: IdentityProvider) -> None:
    """It goes through browsers, and nothing shows here for which attempt it was made."""
    let(service, provider, "sre", "admin")
    text = KEYS.token(service.clock.now.timestamp(), iss=provider.url, aud=CLIENT_ID, **provider.person)
    with pytest.raises(RefusedAssertionError, match="no trust rule names the issuer"):
        Exchanging(service.store, JsonWebTokens(), service.clock).exchange(text)


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"name": "<script>alert(1)</script>"}, "<script>alert(1)</script>"),
        ({"name": "x" * 10_000, "email": "ada@acme.example"}, "ada@acme.example"),
        ({"name": "a\u202eb", "preferred_username": "ada"}, "ada"),
        ({"name": 1}, "u1"),
        ({"name": ""}, "u1"),
    ],
)
def test_a_name_that_can_not_be_kept_gives_way_to_the_next(
    service: Service, provider: IdentityProvider, sign_in: OpenIdSignIn, person: dict[str, Any], name: str
) -> None:
    """Down to the subject, by which a person is known anyway."""
    let(service, provider, "sre", "viewer")
    assert signed_in(provider, sign_in, **person).principal.name == name


def test_a_stranger_is_shown_a_little_of_what_the_provider_says(
    service: Service, provider: IdentityProvider, sign_in: OpenIdSignIn
) -> None:
    """Not thousands of groups, and nothing that turns the page around."""
    let(service, provider, "sre", "viewer", claims={"groups": "sre", "plan": "gold"})
    with pytest.raises(StrangerError) as refused:
        signed_in(provider, sign_in, groups=["a\u202eb", "x" * 400, *map(str, range(1_000))])
    shown = refused.value.stranger.claims
    assert (len(shown["groups"]), max(map(len, shown["groups"])), shown["plan"]) == (19, 100, [])
