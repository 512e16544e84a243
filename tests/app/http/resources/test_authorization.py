"""Who may call what: a matrix made of the marks on the views, so that no route can be forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.contracts.validator import ContractValidator
from app.domain.identity import Bound, Scope, rights_within
from app.factory import Keeping, create_app
from app.service.tokens import Grant, Tokens
from app.store.sqlite.store import SqliteStore
from app.views.authentication import MOST_FAILURES
from app.views.marks import Mark, marked_views
from support.configuration_service import ADA, actor
from support.http_api import BASE, Api
from support.keyed_settings import Settings

PARTS = {
    "app": "billing",
    "environment": "production",
    "digest": "current",
    "number": "1",
    "older": "1",
    "newer": "1",
    "old": "1",
    "new": "1",
    "name": "none",
    "token_id": "none",
    "session_id": "none",
    "webhook_id": "none",
    "limited_app": "billing",
}
PUBLIC = {"/", "/version", "/livez", "/readyz", "/v1/settings", "/v1/checks", "/v1/openapi.json", "/v1/stream"} | {
    "/v1/auth/exchange",
    "/v1/webhooks/in/none",
    "/sign-in",
    "/sign-in.json",
    "/sign-out",
    "/static/none",
    "/check",
    "/check.json",
}
BAD = {
    "none": "",
    "garbled": "Bearer",
    "another scheme": "Basic YTpi",
    "mistyped": "Bearer sp_0123456789ab_" + "x" * 49,
    "not ASCII": "Bearer sp_\xe9",
    "of another issuer": "Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUifQ.c2lnbmF0dXJl",
}


def _routes(application: Flask) -> Iterator[tuple[str, str, Mark]]:
    for rule, mark in marked_views(application):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, _path(rule), mark


def _path(rule: Rule) -> str:
    _, path = rule.build(PARTS, append_unknown=False) or ("", "")
    return path


def test_these_routes_and_no_others_are_public(api: Api) -> None:
    """Every other one wants a token."""
    assert {path for _, path, mark in _routes(api.application) if mark.is_open} == PUBLIC


def test_only_these_show_whoever_asks_what_they_may_see(api: Api) -> None:
    """Every other route that wants a token has a scope, and so a row in the table of roles."""
    paths = {path for _, path, mark in _routes(api.application) if mark.needs_token and not mark.is_page}
    assert paths == {"/v1/me", "/v1/apps", "/v1/apps/billing/environments", "/v1/limits", "/metrics"}


@pytest.mark.parametrize("header", BAD.values(), ids=BAD)
def test_without_a_live_token_every_route_says_the_same(api: Api, header: str) -> None:
    """Nothing tells an unknown token from a revoked or an expired one."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    ended = Grant(ADA, "old", rights_within([Scope.ADMIN], [Bound()]), yesterday)
    expired = Tokens(api.store, api.clock).create(actor(), ended)[1].text
    revoked = api.token(Scope.ADMIN, name="gone")
    assert api.call("DELETE", f"/v1/tokens/{revoked.split('_')[1]}").status_code == 200
    answers: dict[bool, set[tuple[object, ...]]] = {False: set(), True: set()}
    addresses = (f"2001:db8::{number:x}" for number in count())  # so that no limit of failed attempts is in the way
    for method, path, mark in _routes(api.application):
        if not mark.is_open:
            for value in (header, f"Bearer {revoked}", f"Bearer {expired}"):
                if mark.is_page and not value.startswith("Bearer sp_"):
                    continue  # it is no token, and a page leads to the sign-in
                comes_from = {"REMOTE_ADDR": next(addresses)}
                answer = api.client.open(
                    path, method=method, headers={"Authorization": value}, environ_overrides=comes_from
                )
                headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
                answers[mark.is_page].add((answer.status_code, answer.text, *headers.items()))
    for kind in answers.values():  # a page says it as a page
        assert [each[0] for each in kind] == [401]


def test_a_token_may_do_what_its_scopes_say_and_nothing_else(api: Api) -> None:
    """Each scope on each route."""
    tokens = {scope: api.token(scope, name=str(scope)) for scope in Scope}
    for method, path, mark in _routes(api.application):
        if mark.scope is None:
            continue
        for scope, token in tokens.items():
            status = api.call(method, path, token=token).status_code
            is_allowed = scope in {mark.scope, Scope.ADMIN}
            assert (status == 403) is not is_allowed, (method, path, scope, status)


@pytest.mark.parametrize("bound", ["billing/staging", "shop/production", "shop/*", "*/staging"])
def test_what_is_out_of_bounds_looks_as_if_it_were_not_there(api: Api, bound: str) -> None:
    """A token of one place learns nothing of another."""
    api.put({"PORT": "1"})
    token = api.token(*Scope, bounds=(bound,), name=bound)
    for method, path, mark in _routes(api.application):
        if path.startswith(BASE) and mark.scope is not None:
            assert api.call(method, path, token=token).status_code == 404, (method, path)
    assert "production" not in api.call("GET", "/v1/apps", token=token).text


@pytest.mark.parametrize("name", ["BILLING", "a b", "x" * 64, "a%0Ab"])
def test_what_can_be_no_name_is_out_of_bounds_too(api: Api, name: str) -> None:
    """A token that holds elsewhere is told no more than of any other name."""
    token = api.token(Scope.CONFIG_READ, bounds=("billing/staging",), name="pipeline")
    answer = api.call("GET", f"/v1/apps/{name}/environments/production/config", token=token)
    assert (answer.status_code, answer.get_json()["detail"][:11]) == (404, "there is no")


def test_a_token_in_the_place_of_a_name_is_not_repeated(api: Api) -> None:
    """Whoever has found one somewhere pastes it whole, to revoke it, and the answer ends up in a log."""
    api.put({"PORT": "1"})
    found = api.token(Scope.CONFIG_READ)
    names = [name for name, part in PARTS.items() if not part.isdigit()]
    for rule, _ in marked_views(api.application):
        for name in rule.arguments.intersection(names):
            _, path = rule.build({**PARTS, name: found}, append_unknown=False) or ("", "")
            for method in rule.methods or ():
                assert found not in api.call(method, path, json={}).text, (method, path)
    for query in ("schema", "format", "loader", found):
        assert found not in api.call("GET", f"{BASE}/config?{query}={found}").text


def test_the_contract_is_for_whoever_may_read_one_environment(api: Api) -> None:
    """A pipeline of one environment checks what it is about to write; another app's contract is not its business."""
    token = api.token(Scope.CONFIG_READ, bounds=("billing/staging",), name="pipeline")
    assert api.call("GET", "/v1/apps/billing/schemas/current", token=token).status_code == 200
    assert api.call("GET", "/v1/apps/billing/schemas", token=token).status_code == 200
    assert api.call("GET", "/v1/apps/shop/schemas/current", token=token).status_code == 404
    writer = api.token(Scope.SCHEMA_WRITE, bounds=("billing/staging",), name="writer")
    assert api.call("GET", "/v1/apps/billing/schemas/current", token=writer).status_code == 403
    assert api.call("PUT", "/v1/apps/billing/schemas/current", token=writer).status_code == 403


def test_who_tries_too_often_has_to_wait_and_nobody_else(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """A good token from the same address is never held up, and a thousand bad ones leave nothing but their lines."""
    before = len(api.store.read(lambda found: found.audit.page()))
    for number in range(1_000):
        refused = api.call("GET", "/v1/me", token="sp_nonsense")
        assert refused.status_code == (401 if number < MOST_FAILURES else 429)
    assert int(refused.headers["Retry-After"]) > 0
    assert api.call("GET", "/v1/me").status_code == 200
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert api.call("GET", "/v1/me", token="sp_nonsense", environ_overrides=elsewhere).status_code == 401
    assert {record.levelname for record in caplog.records} <= {"INFO"}
    assert len(caplog.records) <= 1_002
    assert len(api.store.read(lambda found: found.audit.page())) == before


def test_without_a_trusted_proxy_nobody_is_believed(api: Api) -> None:
    """Neither for the audit log nor for the limit of failed attempts."""
    forged = {"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7", "X-Real-IP": "203.0.113.7"}
    api.call("POST", "/v1/tokens", json={"name": "x", "scopes": ["config:read"]}, headers=forged)
    entry = api.store.read(lambda found: found.audit.page(limit=1))[0]
    assert (str(entry.action), entry.address) == ("token.create", "127.0.0.1")


def test_a_service_with_a_view_that_nobody_marked_does_not_start(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is public would be an accident."""

    def mark_nothing(_view: object) -> None:
        return None

    monkeypatch.setattr("app.views.marks.mark_of", mark_nothing)
    assert isinstance(api.store, SqliteStore)
    with pytest.raises(LookupError, match="who may call it"):
        create_app(Settings(), keeping=Keeping(api.store, ContractValidator()))


def test_nobody_makes_a_token_with_more_rights_than_their_own(api: Api) -> None:
    """An admin of one app is no admin of another."""
    token = api.token(Scope.ADMIN, bounds=("billing/*",), name="lead")
    wanted = {"name": "ci", "scopes": ["config:write"], "bounds": ["*/*"]}
    assert api.call("POST", "/v1/tokens", token=token, json=wanted).status_code == 403


def test_an_admin_of_one_app_disposes_of_its_tokens(api: Api) -> None:
    """It makes, sees, replaces and ends them, and knows nothing of others."""
    lead = api.token(Scope.ADMIN, bounds=("billing/*",), name="lead")
    wanted = {"name": "ci", "scopes": ["config:write"], "bounds": ["billing/staging"]}
    made = api.call("POST", "/v1/tokens", token=lead, json=wanted)
    assert made.status_code == 201
    seen = api.call("GET", "/v1/tokens", token=lead).get_json()["tokens"]
    assert [each["label"] for each in seen] == ["ci", "lead"]
    assert api.call("POST", f"/v1/tokens/{made.get_json()['id']}/rotate", token=lead).status_code == 201
    assert api.call("DELETE", f"/v1/tokens/{made.get_json()['id']}", token=lead).status_code == 200
    other = api.call("POST", "/v1/tokens", json={**wanted, "bounds": ["shop/*"], "name": "shop"}).get_json()
    assert api.call("DELETE", f"/v1/tokens/{other['id']}", token=lead).status_code == 404


def test_a_token_is_rotated_without_a_gap(api: Api) -> None:
    """Both live for the grace, and the old one ends."""
    made = api.call("POST", "/v1/tokens", json={"name": "ci", "scopes": ["config:read"]})
    assert made.status_code == 201
    old = made.get_json()
    new = api.call("POST", f"/v1/tokens/{old['id']}/rotate?grace=60").get_json()
    assert api.call("GET", "/v1/me", token=old["token"]).status_code == 200
    assert api.call("GET", "/v1/me", token=new["token"]).status_code == 200
    assert old["token"] not in api.call("GET", "/v1/tokens").text
