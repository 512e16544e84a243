import time
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.domain.identity import Scope
from support.http_api import BASE, Api
from support.token_issuer import AUDIENCE, NOT_GIVEN, Issuer, published

CI = Issuer()


def trusted(api: Api, name: str = "ci", token: str | None = None, **other: Any) -> TestResponse:
    keys = {} if "key_set_url" in other else {"key_set": CI.key_set}
    rule = {"issuer": CI.name, "audience": AUDIENCE, "subject": "repo:acme/billing:*", **keys}
    return api.call("PUT", f"/v1/trust-rules/{name}", token, json={**rule, "roles": ["deployer@billing/*"], **other})


def exchange(api: Api, text: str) -> TestResponse:
    return api.client.post("/v1/auth/exchange", json={"token": text})


def test_a_trusted_token_is_exchanged_for_a_short_one(api: Api) -> None:
    """It speaks for the subject, may do what the rule says and nothing else, and is in the audit log."""
    api.put({"PORT": "1"})
    assert trusted(api).status_code == 200
    answer = exchange(api, CI.token(time.time()))
    made = answer.get_json()
    assert answer.status_code == 201
    assert [(each["role"], each["bound"]) for each in made["rights"]] == [("deployer", "billing/*")]
    assert made["principal"]["subject"] == "repo:acme/billing:ref:refs/heads/main"
    assert (made["principal"]["kind"], made["principal"]["issuer"]) == ("machine", CI.name)
    assert api.call("GET", f"{BASE}/config", made["token"]).status_code == 200
    assert api.call("POST", f"{BASE}/revisions", made["token"], json={"from": 1}).status_code == 403
    told = api.call("GET", "/v1/audit").get_json()["events"][0]
    assert (told["action"], told["details"]["rules"], told["details"]["jti"]) == ("token.exchange", ["ci"], "one")


def test_a_token_is_exchanged_once(api: Api) -> None:
    """Unless the rule says otherwise, as for a token that a cluster renews only every hour."""
    trusted(api)
    text = CI.token(time.time())
    assert [exchange(api, text).status_code for _ in range(2)] == [201, 403]
    assert "was already exchanged" in exchange(api, CI.token(time.time())).get_json()["detail"]  # the same jti
    trusted(api, once=False)
    assert exchange(api, text).status_code == 201
    assert exchange(api, CI.token(time.time(), jti=NOT_GIVEN)).status_code == 201


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "repo:acme/shop:ref:refs/heads/main"},
        {"sub": "repo:acme/billing"},
        {"sub": "x repo:acme/billing:y"},
        {"aud": "https://other.example"},
        {"aud": ["https://other.example"]},
        {"aud": f"{AUDIENCE}/"},
        {"ref_protected": "true"},
        {"environment": "production-eu"},
        {"environment": ["staging"]},
        {"environment": NOT_GIVEN},
        {"environment": None},
        {"environment": {"production": 1}},
    ],
)
def test_a_token_whose_claims_do_not_fit_is_refused(api: Api, claims: dict[str, Any]) -> None:
    """Each of them has to."""
    trusted(api, claims={"environment": "production", "ref_protected": "*"})
    fitting: dict[str, Any] = {"environment": "production", "ref_protected": True}
    if "ref_protected" in claims:
        claims = {"ref_protected": NOT_GIVEN}
    refused = exchange(api, CI.token(time.time(), **{**fitting, **claims}))
    assert (refused.status_code, "no trust rule accepts this token" in refused.text) == (403, True)
    assert exchange(api, CI.token(time.time(), **fitting, aud=["x", AUDIENCE], jti="two")).status_code == 201


def test_all_rules_that_fit_count(api: Api) -> None:
    """A rule of another issuer never does, though it has the same subject."""
    trusted(api)
    trusted(api, "more", roles=["viewer@shop/production"], subject="repo:acme/*")
    trusted(api, "other", issuer="https://other.example", roles=["admin"])
    rights = exchange(api, CI.token(time.time())).get_json()["rights"]
    assert [f"{each['role']}@{each['bound']}" for each in rights] == ["deployer@billing/*", "viewer@shop/production"]
    other = Issuer("https://other.example")
    assert exchange(api, other.token(time.time())).status_code == 403


def test_one_who_guesses_is_told_to_wait(api: Api) -> None:
    """As with any token."""
    statuses = [exchange(api, "x.y.z").status_code for _ in range(21)]
    assert (statuses[0], statuses[-1]) == (403, 429)


def test_keys_may_be_fetched_from_the_issuer(api: Api) -> None:
    """Where they can't be, the answer says that it is not the token's fault."""
    with published(CI) as issuer:
        trusted(api, key_set_url=issuer.url)
        assert exchange(api, CI.token(time.time())).status_code == 201
    trusted(api, key_set_url="http://127.0.0.1:1/keys")
    assert exchange(api, CI.token(time.time(), jti="two")).status_code == 503


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"subject": "*"}, "the subject `*` trusts everybody that the issuer knows; write at least a part of it"),
        ({"key_set": ""}, "give either the issuer's keys or the URL that they are fetched from"),
        ({"key_set": "{}"}, "these are not public keys"),
        (
            {"key_set": '{"keys": [{"kty": "oct", "k": "c2hhcmVk"}]}'},
            "these are not public keys",
        ),
        ({"key_set_url": "http://ci.example/keys"}, "keys are fetched from `https://HOST/PATH`"),
        ({"key_set_url": "https://u:p@ci.example/keys"}, "keys are fetched from `https://HOST/PATH`"),
        ({"key_set_url": "file:///etc/passwd"}, "keys are fetched from `https://HOST/PATH`"),
        ({"roles": []}, "a trust rule needs a role, or a scope and a bound"),
        ({"roles": ["owner"]}, "a role is one of viewer"),
        ({"issuer": "a\nb"}, "the issuer contains a line break"),
        (
            {"sign_in": True},
            "people who sign in are identified by the keys that the issuer publishes: leave the keys out",
        ),
        ({"sign_in": True, "key_set": "", "subject": "*"}, "the subject `*` trusts everybody"),
    ],
)
def test_a_rule_that_can_not_be_kept_is_refused_in_words(api: Api, wrong: dict[str, Any], said: str) -> None:
    """And nothing is stored."""
    answer = trusted(api, **wrong)
    assert answer.status_code == 422
    assert any(each["message"].startswith(said) for each in answer.get_json()["errors"])
    assert api.call("GET", "/v1/trust-rules").get_json() == {"trust_rules": []}


def test_nobody_gives_rights_by_a_rule_that_they_lack(api: Api) -> None:
    """Nor sees, changes or removes a rule that does."""
    trusted(api, roles=["editor@shop/production"])
    admin = api.token(Scope.ADMIN, bounds=("billing/*",), name="billing's")
    assert trusted(api, "mine", admin).status_code == 200
    assert trusted(api, "mine", admin, roles=["viewer@shop/staging"]).status_code == 403
    assert trusted(api, "ci", admin).status_code == 403
    assert [each["name"] for each in api.call("GET", "/v1/trust-rules", admin).get_json()["trust_rules"]] == ["mine"]
    assert api.call("DELETE", "/v1/trust-rules/ci", admin).status_code == 404
    assert api.call("DELETE", "/v1/trust-rules/mine", admin).status_code == 200
    assert exchange(api, CI.token(time.time(), sub="x")).status_code == 403
