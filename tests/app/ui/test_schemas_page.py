"""The schemas of an app."""

import re

from app.domain.identity import Scope
from app.service.pages.schemas import ON_A_PAGE
from support.http_api import Api
from support.small_contract import Contract, contract
from support.visitor import Visitor, words

UNPUSHED = "sha256:" + "0" * 64


def _push(api: Api, pushed: Contract, release: str) -> None:
    path = f"/v1/apps/billing/schemas/{pushed.digest}?compatibility=none&release={release}"
    answer = api.call("PUT", path, data=pushed.document, content_type="application/json")
    assert answer.status_code == 200, answer.text


def _follow(api: Api, environment: str, digest: str, instance: str) -> None:
    """Let an instance that runs a schema follow an environment."""
    place = f"billing/{environment}"
    about = {"host": "h", "pid": 1, "started_at": "2026-11-26T12:00:00Z", "release": "1", "schema_digest": digest}
    wanted = {"instance": f"0190b0a0-0000-7000-8000-{instance:0>12}", "environments": [place], **about}
    answer = api.call("POST", "/v1/sessions/", json=wanted)
    assert answer.status_code == 201, answer.text


def test_who_runs_which_schema_and_what_it_changed(visitor: Visitor) -> None:
    """The newest first; and a warning where instances run what nobody has pushed."""
    api = visitor.api
    new = contract(PORT="integer!", POOL="integer!")
    _push(api, new, "2.0")
    for environment in ("production", "staging"):
        config = f"/v1/apps/billing/environments/{environment}/config"
        api.call("PUT", config, json={"PORT": "1", "POOL": "1"}, headers={"If-None-Match": "*"})
    _follow(api, "production", new.digest, "1")
    _follow(api, "production", new.digest, "2")
    _follow(api, "staging", UNPUSHED, "3")
    said = words(visitor.sign_in().get("/schemas/billing"))
    assert "Instances run a schema that nobody has pushed 00000000… on staging 1" in said
    assert re.search(r"2\.0 ada, .* UTC production 2 5 differences .*POOL : new, and required", said)
    assert "the first one" in said
    limited = Visitor(api).sign_in(Scope.CONFIG_READ, bounds=("billing/staging",), name="s").get("/schemas/billing")
    assert "production" not in limited.text


def test_many_schemas_are_shown_page_by_page(visitor: Visitor) -> None:
    """Each of them once, with what it changed since the one before, which may be on the next page."""
    for number in range(ON_A_PAGE):
        _push(visitor.api, contract(**{f"V{number}": "text"}), str(number))
    first = visitor.sign_in().get("/schemas/billing.json").get_json()
    assert [each["release"] for each in first["schemas"]] == [str(each) for each in reversed(range(ON_A_PAGE))]
    assert all(each["changes"] for each in first["schemas"])
    second = visitor.get(f"/schemas/billing.json?after={first['next']}").get_json()
    assert [(each["release"], each["changes"]) for each in second["schemas"]] == [("1.0", None)]
    assert second["next"] is None
    assert f"?after={first['next']}" in visitor.get("/schemas/billing").text


def test_an_app_or_a_place_in_the_list_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    """Whether there is none, or none of one's own."""
    visitor.sign_in(Scope.CONFIG_READ, bounds=("billing/*",))
    for path in ("/schemas/shop", "/schemas/billing?after=sha256:0", "/schemas/Billing"):
        assert visitor.get(path).status_code in {404, 422}, path


def test_words_of_strangers_are_shown_and_nothing_more(visitor: Visitor) -> None:
    """Markup, and marks that turn around what is beside them."""
    _push(visitor.api, contract(A="text"), "%3Cscript%3Ealert(1)%3C/script%3E")
    page = visitor.sign_in().get("/schemas/billing").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
