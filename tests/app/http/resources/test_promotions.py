from werkzeug.test import TestResponse

from app.domain.identity import Scope
from support.http_api import BASE, Api

STAGING = "/v1/apps/billing/environments/staging"
SECRET = "canary-51c0-of-a-promotion"


def staged(api: Api) -> None:
    api.put({"PORT": "1"})
    body = {"PORT": "2", "API_KEY": SECRET}
    assert api.call("PUT", f"{STAGING}/config", json=body, headers={"If-None-Match": "*"}).status_code == 201


def promote(
    api: Api, token: str | None = None, source: str = "billing/staging", *, query: str = "", **more: object
) -> TestResponse:
    body = {"from": source, **more}
    return api.call("POST", f"{BASE}/promotions{query}", token, json=body, headers={"If-Match": '"1"'})


def test_the_answer_names_the_revision_and_what_stayed_behind(api: Api) -> None:
    """A dry run stores nothing."""
    staged(api)
    tried = promote(api, query="?dry_run=true")
    assert (tried.status_code, tried.get_json()["revision"]) == (200, 1)
    answer = promote(api)
    content = answer.get_json()
    assert (answer.status_code, content["revision"], content["promoted_from"]) == (201, 2, "billing/staging@1")
    assert (content["message"], content["withheld"]) == ("promoted from billing/staging", ["API_KEY"])
    assert SECRET not in answer.text


def test_a_token_of_the_target_alone_learns_nothing_of_the_source(api: Api) -> None:
    """It looks as if it weren't there."""
    staged(api)
    only = api.token(Scope.CONFIG_WRITE, Scope.CONFIG_READ, bounds=("billing/production",), name="only")
    missing, hidden = promote(api, only, "billing/nowhere"), promote(api, only)
    assert (missing.status_code, hidden.status_code) == (404, 404)
    assert missing.get_json()["detail"].replace("nowhere", "staging") == hidden.get_json()["detail"]


def test_a_source_that_names_nothing_is_a_sentence(api: Api) -> None:
    """As are names in a wrong form."""
    staged(api)
    for source in ("staging", "billing/staging@0", "billing/staging@\uff11", "billing/staging@1...2", ""):
        answer = promote(api, source=source)
        assert (answer.status_code, "`from` names an environment" in answer.get_json()["detail"]) == (422, True)
    assert promote(api, only="PORT").status_code == 422
