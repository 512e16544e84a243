"""Browsers sign in with a token, and out."""

import pytest

from app.domain.identity import Scope
from app.views.authentication import MOST_FAILURES
from support.visitor import BROWSER, Visitor, words


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(visitor: Visitor) -> None:
    """With the page that they wanted, query and all; a program is told 401."""
    led = visitor.get("/apps")
    assert (led.status_code, led.headers["Location"]) == (303, "/sign-in")
    api = visitor.api
    sent = visitor.post("/sign-in", "/sign-in", token=api.admin, next="/apps?x=1")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/apps?x=1")
    assert visitor.get("/apps").status_code == 200
    asked = api.client.get("/apps.json", headers=BROWSER)
    assert (asked.status_code, asked.mimetype) == (401, "application/problem+json")


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "apps", "", "/a\r\nb: c"]
)
def test_a_sign_in_leads_nowhere_else(visitor: Visitor, address: str) -> None:
    """A link that somebody else has made ends at the apps."""
    shown = visitor.client.get("/sign-in", query_string={"next": address}, headers=BROWSER)
    assert 'name="next" value="/"' in shown.text
    sent = visitor.post("/sign-in", "/sign-in", token=visitor.api.admin, next=address)
    assert sent.headers["Location"] == "/"


def test_the_cookie_is_no_token_and_stays_with_this_host(visitor: Visitor) -> None:
    """No script reads it, no other site sends it with a form, and the next sign-in has another one."""
    keys = set()
    for _ in range(2):
        sent = visitor.post("/sign-in", "/sign-in", token=visitor.api.admin)
        cookie = next(each for each in sent.headers.getlist("Set-Cookie") if each.startswith("__Host-setpoint="))
        pair, *parts = cookie.split("; ")
        assert parts == ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"]
        keys.add(pair.partition("=")[2])
    assert len(keys) == 2
    assert not any(each in visitor.api.admin for each in keys)


def test_signing_out_ends_it_for_whoever_has_the_cookie(visitor: Visitor) -> None:
    """A copy of the cookie is worth nothing then."""
    visitor.sign_in()
    cookie = visitor.client.get_cookie("__Host-setpoint")
    assert cookie is not None
    left = visitor.post("/sign-out")
    assert (left.status_code, left.headers["Location"]) == (303, "/sign-in")
    visitor.client.set_cookie("__Host-setpoint", cookie.value, secure=True)
    assert visitor.get("/apps").status_code == 303


def test_a_browser_is_signed_out_when_its_token_is_revoked(visitor: Visitor) -> None:
    """At once, and whoever else is signed in stays."""
    other = Visitor(visitor.api).sign_in()
    visitor.sign_in(Scope.CONFIG_READ, name="gone")
    assert visitor.get("/apps").status_code == 200
    tokens = visitor.api.call("GET", "/v1/tokens").get_json()["tokens"]
    mine = next(each["id"] for each in tokens if each["label"] == "gone")
    assert visitor.api.call("DELETE", f"/v1/tokens/{mine}").status_code == 200
    assert visitor.get("/apps").status_code == 303
    assert other.get("/apps").status_code == 200


@pytest.mark.parametrize("token", ["", "sp_nonsense", "x" * 5_000, "<script>"])
def test_a_bad_token_is_refused_in_words_and_without_an_echo(visitor: Visitor, token: str) -> None:
    """It may be one with a typing error."""
    refused = visitor.post("/sign-in", "/sign-in", token=token)
    assert refused.status_code == 422
    assert "this token is not valid" in words(refused)
    assert not token or token not in refused.text.replace("<script src", "")


def test_who_tries_too_often_has_to_wait(visitor: Visitor) -> None:
    """As with the tokens of programs."""
    for _ in range(MOST_FAILURES):
        assert visitor.post("/sign-in", "/sign-in", token="sp_no").status_code == 422
    refused = visitor.post("/sign-in", "/sign-in", token="sp_no")
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert "Too many attempts" in words(refused)
    assert visitor.post("/sign-in", "/sign-in", token=visitor.api.admin).status_code == 303


def test_the_api_takes_no_cookie(visitor: Visitor) -> None:
    """What a browser sends by itself opens pages alone."""
    assert visitor.sign_in().get("/v1/apps").status_code == 401


def test_outdated_cookies_are_no_attempts(visitor: Visitor) -> None:
    """An office of browsers that were signed in yesterday locks nobody out."""
    visitor.client.set_cookie("__Host-setpoint", "outdated", secure=True)
    answers = {visitor.get("/apps").status_code for _ in range(MOST_FAILURES + 5)}
    assert answers == {303}
