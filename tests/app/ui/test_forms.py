"""No page does anything for a form that is not its own."""

import pytest

from app.views.marks import marked_views
from support.visitor import BROWSER, Visitor, words


def test_every_form_of_every_page_needs_its_token(visitor: Visitor) -> None:
    """A route that is added later is among them."""
    visitor.sign_in()
    for rule, mark in marked_views(visitor.api.application):
        if mark.is_page and "POST" in (rule.methods or set()):
            parts = dict.fromkeys(rule.arguments, "1")
            _, path = rule.build(parts) or ("", "")
            for token in ({"x": "1"}, {"form_token": "0" * 64}, {"form_token": "\xe9"}):
                refused = visitor.client.post(path, data=token, headers=BROWSER)
                assert (refused.status_code, "out of date" in words(refused)) == (400, True), path
    assert visitor.get("/apps").status_code == 200


def test_the_token_of_another_browser_is_none(visitor: Visitor) -> None:
    """Nor is the one that this browser had before it signed in."""
    other = Visitor(visitor.api)
    stolen = other.get("/sign-in").text.partition('name="form_token" value="')[2].partition('"')[0]
    assert stolen
    visitor.get("/sign-in")
    refused = visitor.client.post("/sign-in", data={"form_token": stolen, "token": visitor.api.admin}, headers=BROWSER)
    assert refused.status_code == 400


@pytest.mark.parametrize("added", ["Basic YTpi", "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer"])
def test_what_a_proxy_adds_is_no_token(visitor: Visitor, added: str) -> None:
    """One that asks for a password: each page opens to who is signed in, and each form needs its token."""
    headers = {**BROWSER, "Authorization": added}
    sent = {"token": visitor.api.admin}
    for path in ("/sign-in", "/check"):
        assert visitor.client.post(path, data=sent, headers=headers).status_code == 400
    visitor.sign_in()
    assert visitor.client.get("/apps", headers=headers).status_code == 200
    assert visitor.client.post("/sign-out", data=sent, headers=headers).status_code == 400
    assert visitor.client.get("/v1/apps", headers=headers).status_code == 401


def test_a_browser_that_keeps_no_cookie_is_told_why_nothing_works(visitor: Visitor) -> None:
    """As over plain HTTP to another machine, or where its user has forbidden cookies."""
    refused = visitor.client.post("/sign-in", data={"token": visitor.api.admin}, headers=BROWSER)
    assert (refused.status_code, "over HTTPS, or on this machine" in words(refused)) == (400, True)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"form_token=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 2_000, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"x" * 2_000_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_is_refused(visitor: Visitor, body: bytes, kind: str, status: int) -> None:
    """Before it is looked at any further."""
    visitor.get("/sign-in")
    assert visitor.client.post("/sign-in", data=body, content_type=kind, headers=BROWSER).status_code == status
