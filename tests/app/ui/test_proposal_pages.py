"""The pages of proposals: what people see of one, and what becomes of it by their forms."""

from typing import Any

import pytest

from app.domain.identity import Scope
from support.http_api import BASE, Api
from support.visitor import Visitor, words

LIST = "/apps/billing/production/proposals"
ONE = f"{LIST}/1"
CANARY = "canary-4b7e"


@pytest.fixture
def proposed(api: Api) -> Api:
    """A protected environment, to which Ada proposes a change."""
    api.put({"PORT": "1", "API_KEY": CANARY})
    assert api.call("PUT", f"{BASE}/protection", json={"approvals": 1}).status_code == 200
    propose(api)
    return api


def propose(api: Api, **patch: str) -> dict[str, Any]:
    """Have Ada propose a change, by the API."""
    change = patch or {"PORT": "2", "API_KEY": f"{CANARY}-new", "NAME": "<b>shop</b>"}
    answer = api.call(
        "POST",
        f"{BASE}/proposals?message=more+room",
        api.token(Scope.CONFIG_WRITE, Scope.CONFIG_READ, name="ada"),
        json={"patch": change},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def grace(api: Api, *scopes: Scope) -> Visitor:
    """Return somebody else, who may approve and apply."""
    return Visitor(api).sign_in(
        *(scopes or (Scope.CONFIG_READ, Scope.CONFIG_APPROVE, Scope.CONFIG_WRITE)), name="grace"
    )


def digest_on(visitor: Visitor) -> str:
    """Return the digest that the page sends with an approval."""
    return visitor.get(ONE).text.partition('name="digest" value="')[2].partition('"')[0]


def test_a_proposal_shows_what_it_would_change_and_what_the_gates_say(proposed: Api) -> None:
    """Of secrets, only that they differ."""
    page = grace(proposed).get(ONE)
    said = words(page)
    assert "… open waits for 1 approval by somebody else" in said
    assert "“more room” — ada" in said
    assert "✓ let through checked by the schema: valid" in said
    assert "PORT 1 2 changed" in said
    assert "API_KEY •••• secret •••• secret changed" in said
    assert "&lt;b&gt;shop&lt;/b&gt;" in page.text
    assert CANARY not in page.text
    assert CANARY not in grace(proposed).get(f"{ONE}.json").text
    assert grace(proposed).get(f"{ONE}.json").get_json()["row"]["state"] == "open"


def test_it_is_approved_and_applied_by_forms(proposed: Api) -> None:
    """Each leads back to the page, which says what has become of it."""
    visitor = grace(proposed)
    assert "Proposed: proposal 1" in words(visitor.get("/apps/billing/production"))
    approved = visitor.post(f"{ONE}/approve", ONE, digest=digest_on(visitor))
    assert (approved.status_code, approved.headers["Location"]) == (303, ONE)
    assert "open approved by grace, and not applied yet" in words(visitor.get(ONE))
    assert visitor.post(f"{ONE}/apply", ONE).status_code == 303
    said = words(visitor.get(ONE))
    assert "✓ applied as revision 2 by grace" in said
    assert "What it would change" not in said
    assert "✓ applied as revision 2 by grace" in words(visitor.get(LIST))
    assert "Proposed:" not in words(visitor.get("/apps/billing/production"))
    assert proposed.call("GET", f"{BASE}/revisions").get_json()["revisions"][0]["principal"]["name"] == "ada"


def test_an_approval_of_what_it_is_no_longer_is_refused_with_what_it_is_now(proposed: Api) -> None:
    """The author has changed it while somebody was looking."""
    visitor = grace(proposed)
    seen = digest_on(visitor)
    token = proposed.token(Scope.CONFIG_WRITE, Scope.CONFIG_READ, name="ada")
    changed = proposed.call(
        "PUT", f"{BASE}/proposals/1", token, json={"patch": {"PORT": "3"}}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    refused = visitor.post(f"{ONE}/approve", ONE, digest=seen)
    assert refused.status_code == 412
    assert "has changed since you looked at it: read it and decide again" in words(refused)
    assert "PORT 1 3 changed" in words(refused)


def test_who_has_proposed_it_can_only_take_it_back(proposed: Api) -> None:
    """Whatever else they may do; the form is refused too, if they send it by hand."""
    ada = Visitor(proposed).sign_in(name="ada")
    said = words(ada.get(ONE))
    assert "You proposed it, so somebody else must approve it" in said
    assert not any(button in said.split() for button in ("Approve", "Refuse"))
    refused = ada.post(f"{ONE}/approve", ONE, digest="x")
    assert (refused.status_code, "somebody else must approve it" in words(refused)) == (403, True)
    assert ada.post(f"{ONE}/withdraw", ONE, reason="not today").status_code == 303
    assert "withdrawn by ada: not today" in words(ada.get(ONE))
    late = grace(proposed).post(f"{ONE}/refuse", ONE)
    assert (late.status_code, "is withdrawn" in words(late)) == (409, True)


def test_a_refusal_has_a_reason_which_is_text(proposed: Api) -> None:
    """It stays on the page of the proposal."""
    visitor = grace(proposed)
    assert visitor.post(f"{ONE}/refuse", ONE, reason="<script>no</script>").status_code == 303
    page = visitor.get(ONE)
    assert "✕ refused by grace: <script>no</script>" in words(page)
    assert "<script>no" not in page.text


def test_a_stale_proposal_says_so_and_has_no_button_that_works(proposed: Api) -> None:
    """Somebody was faster."""
    write = proposed.call(
        "PUT",
        f"{BASE}/config?break_glass=fire",
        json={"PORT": "5"},
        headers={"If-Match": '"1"'},
    )
    assert write.status_code == 201, write.text
    visitor = grace(proposed)
    said = words(visitor.get(ONE))
    assert "! stale it was made from revision 1, and the environment has moved on" in said
    assert "✕ refused the proposal `billing/production#1` is stale" in said
    assert visitor.get(ONE).text.count(" disabled>") == 2
    refused = visitor.post(f"{ONE}/approve", ONE, digest=digest_on(visitor))
    assert refused.status_code == 409


def test_a_list_says_whether_the_environment_is_protected(proposed: Api) -> None:
    """And how a change is proposed, where none is."""
    visitor = grace(proposed)
    assert "a change needs 1 approval by somebody other than its author" in words(visitor.get(LIST))
    proposed.call(
        "PUT", "/v1/apps/billing/environments/staging/config", json={"PORT": "1"}, headers={"If-None-Match": "*"}
    )
    said = words(visitor.get("/apps/billing/staging/proposals"))
    assert ("is not protected" in said, "There are no proposals" in said) == (True, True)
    assert visitor.get("/apps/billing/nowhere/proposals").status_code == 404
    assert visitor.get(f"{LIST}/7").status_code == 404


def test_who_only_reads_sees_no_buttons(proposed: Api) -> None:
    """A page has no button that is refused."""
    visitor = grace(proposed, Scope.CONFIG_READ)
    assert f'action="{ONE}/' not in visitor.get(ONE).text
