"""Who may do what: tokens are made, replaced and ended on a page."""

import re

import pytest

from app.domain.identity import Scope
from app.service.pages.access import ON_A_PAGE
from support.http_api import Api
from support.visitor import Visitor, words

TEXT = re.compile(r"sp_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")
WANTED = {
    "name": "ci",
    "kind": "machine",
    "label": "deploys",
    "roles": "editor@billing/staging\nviewer@*/*",
    "days": "7",
}


def _texts(page: str) -> list[str]:
    return TEXT.findall(page)


def _me(api: Api, token: str) -> int:
    return api.call("GET", "/v1/me", token=token).status_code


def test_a_token_is_made_and_shown_once(visitor: Visitor) -> None:
    """With the roles that were asked for; no page shows it again."""
    made = visitor.sign_in().post("/access/tokens", "/access", **WANTED)
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    (text,) = _texts(made.text)
    me = visitor.api.call("GET", "/v1/me", token=text).get_json()
    assert me["principal"]["name"] == "ci"
    assert sorted(each["role"] for each in me["token"]["rights"]) == ["editor", "viewer"]
    assert me["token"]["expires_at"] is not None
    page = visitor.get("/access")
    assert re.search(r"ci machine deploys \w{12} editor@billing/staging viewer@\*/\*", words(page))
    assert _texts(page.text + visitor.get("/access.json").text + visitor.get("/audit").text) == []


def test_a_token_is_replaced_and_revoked(visitor: Visitor) -> None:
    """The old one keeps working for a day, unless it is revoked."""
    visitor.sign_in()
    (old,) = _texts(visitor.post("/access/tokens", "/access", **WANTED).text)
    old_id = old.split("_")[1]
    (new,) = _texts(visitor.post(f"/access/tokens/{old_id}/rotate", "/access").text)
    assert (_me(visitor.api, old), _me(visitor.api, new)) == (200, 200)
    again = visitor.post(f"/access/tokens/{old_id}/rotate", "/access")
    assert (again.status_code, "two tokens of `deploys` are already live" in words(again)) == (409, True)
    assert visitor.post(f"/access/tokens/{old_id}/revoke", "/access").headers["Location"] == "/access"
    assert (_me(visitor.api, old), _me(visitor.api, new)) == (401, 200)
    assert old_id not in visitor.get("/access").text
    assert "revoked" in words(visitor.get("/access?ended=1"))
    assert visitor.post(f"/access/tokens/{old_id}/revoke", "/access").status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"roles": "king@billing/*\nviewer@Nowhere"}, ["roles : a role is one of", "a bound is `app/environment`"]),
        ({"roles": " ", "name": " "}, ["a token needs the name", "a token needs a role"]),
        ({"days": "99999"}, ["choose one of the options in the form"]),
        ({"kind": "instance"}, ["choose one of the options in the form"]),
        ({"name": "a\nb"}, ["name"]),
    ],
)
def test_a_form_with_problems_is_shown_again_with_all_of_them(
    visitor: Visitor, changed: dict[str, str], told: list[str]
) -> None:
    """And with what was typed; nothing was made."""
    refused = visitor.sign_in().post("/access/tokens", "/access", **{**WANTED, "label": "<i>mine</i>", **changed})
    assert refused.status_code == 422
    assert all(each in words(refused) for each in told)
    assert 'value="&lt;i&gt;mine&lt;/i&gt;"' in refused.text
    assert "deploys" not in visitor.get("/access.json").text


def test_nobody_gives_what_they_do_not_have(visitor: Visitor) -> None:
    """Nor sees the tokens of those who may do more; without `admin` there is no such page."""
    lead = Visitor(visitor.api).sign_in(Scope.ADMIN, bounds=("billing/*",), name="lead")
    refused = lead.post("/access/tokens", "/access", **WANTED)
    assert (refused.status_code, "can't grant rights that it does not have" in words(refused)) == (403, True)
    seen = lead.get("/access.json").get_json()
    assert {each["who"] for each in seen["tokens"]} == {"lead"}
    assert lead.post("/access/tokens", "/access", **{**WANTED, "roles": "viewer@billing/*"}).status_code == 201
    viewer = Visitor(visitor.api).sign_in(Scope.CONFIG_READ, name="viewer")
    assert viewer.get("/access").status_code == 403
    assert 'href="/access"' not in viewer.get("/").text


def test_many_tokens_are_shown_page_by_page(visitor: Visitor) -> None:
    """Each of them once."""
    for number in range(ON_A_PAGE):
        visitor.api.token(Scope.CONFIG_READ, name=f"t{number:03}")
    visitor.sign_in()
    first = visitor.get("/access.json").get_json()
    second = visitor.get(f"/access.json?page={first['next']}").get_json()
    ids = [each["id"] for page in (first, second) for each in page["tokens"]]
    assert len(ids) == len({*ids}) == first["live"]
    assert second["next"] is None
    shown = visitor.get("/access").text
    assert 'href="/access?page=2"' in shown
    assert len(shown) < 28_000, "with style and script it is to stay below 50 kB"
    assert visitor.get("/access?page=x").status_code == 200


def test_whom_the_service_trusts_is_listed_and_can_be_removed(visitor: Visitor) -> None:
    """With what a token has to say; patterns of strangers are text."""
    rule = {
        "issuer": "https://ci.example",
        "audience": "setpoint",
        "subject": "<b>*",
        "key_set_url": "https://ci.example/keys",
        "claims": {"ref": "main"},
        "roles": ["viewer@billing/*"],
    }
    assert visitor.api.call("PUT", "/v1/trust-rules/ci", json=rule).status_code == 200
    page = visitor.sign_in().get("/access")
    assert "ci tokens that are exchanged https://ci.example for setpoint <b>* ref main viewer@billing/*" in words(page)
    assert "<b>*" not in page.text
    assert visitor.post("/access/trust-rules/ci/remove", "/access").status_code == 303
    assert "ci.example" not in visitor.get("/access").text
