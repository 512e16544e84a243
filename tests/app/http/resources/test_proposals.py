from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.domain.identity import Scope
from support.http_api import BASE, Api

CANARY = "c4n4ry-of-the-proposals"
PROPOSALS = f"{BASE}/proposals"
ONE = f"{PROPOSALS}/1"


@pytest.fixture
def office(api: Api) -> Api:
    """The service with a protected production."""
    api.put({"PORT": "1"})
    answer = api.call("PUT", f"{BASE}/protection", json={"approvals": 1})
    assert (answer.status_code, answer.json) == (200, {"approvals": 1})
    return api


def propose(
    api: Api, content: Any = None, query: str = "", token: str | None = None, based_on: int = 1
) -> TestResponse:
    headers = {"If-Match": f'"{based_on}"'}
    body = {"variables": {"PORT": "2", "API_KEY": CANARY}} if content is None else content
    return api.call("POST", f"{PROPOSALS}{query}", token=token, json=body, headers=headers)


def approve(api: Api, digest: str, token: str | None = None) -> TestResponse:
    return api.call("POST", f"{ONE}/approvals", token=token, json={"digest": digest})


def approver(api: Api) -> str:
    return api.token(Scope.CONFIG_READ, Scope.CONFIG_APPROVE, name="grace")


def test_a_change_waits_for_a_second_person(office: Api) -> None:
    """A direct write is refused, and says how many have to approve it."""
    refused = office.put({"PORT": "2"}, 1)
    assert refused.status_code == 409
    assert refused.get_json()["approvals"] == 1
    made = propose(office, query="?message=why&apply=with-last-approval")
    assert (made.status_code, made.headers["Location"]) == (201, ONE)
    told = made.get_json()
    known = ("proposal", "state", "stale", "base", "message", "approvals_needed", "approvals_missing", "applies_itself")
    assert [told[each] for each in known] == [1, "open", False, 1, "why", 1, 1, True]
    shown = office.call("GET", ONE)
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert [(each["name"], each["change"], each["after"]) for each in shown.get_json()["changes"]] == [
        ("API_KEY", "added", None),
        ("PORT", "changed", "2"),
    ]
    applied = approve(office, told["digest"], approver(office)).get_json()
    assert (applied["state"], applied["ended"]["revision"]) == ("applied", 2)
    assert [(each["principal"]["name"], each["counts"]) for each in applied["approvals"]] == [("grace", True)]
    assert office.call("GET", ONE).get_json()["changes"] is None
    current = office.call("GET", f"{BASE}/config").get_json()
    assert (current["revision"], current["variables"]["PORT"]["value"]) == (2, "2")
    audit = office.call("GET", "/v1/audit").text
    assert CANARY not in made.text + shown.text + audit + office.call("GET", PROPOSALS).text


def test_what_was_not_looked_at_is_not_approved(office: Api) -> None:
    """Its author is no second person, and another digest is another change."""
    digest = propose(office).get_json()["digest"]
    own = approve(office, digest)
    assert (own.status_code, "somebody else must approve it" in own.get_json()["detail"]) == (403, True)
    changed = office.call("PUT", ONE, json={"patch": {"PORT": "3"}}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.get_json()["approvals_missing"]) == (200, 1)
    assert approve(office, digest, approver(office)).status_code == 412
    assert office.call("POST", f"{ONE}/apply").status_code == 409


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ({"patch": {"PORT": "3"}}, "config.write"),
        ({"rollback_to": 1}, "config.rollback"),
        ({"bases": ["billing/base"]}, "config.extend"),
        ({"promote": {"from": "billing/base", "only": ["NAME"]}}, "config.promote"),
    ],
)
def test_every_kind_of_write_has_a_proposal(office: Api, change: dict[str, Any], action: str) -> None:
    """Each keeps what it is."""
    base = "/v1/apps/billing/environments/base/config?base=true"
    assert office.call("PUT", base, json={"NAME": "n"}, headers={"If-None-Match": "*"}).status_code == 201
    assert office.put({"PORT": "9"}, 1, query="?break_glass=down").status_code == 201
    made = propose(office, change, based_on=2).get_json()
    assert (made["action"], made["base"]) == (action, 2)


def test_an_env_file_is_proposed_as_it_is_pushed(office: Api) -> None:
    """With each problem at its place."""
    bad = office.call("POST", PROPOSALS, data="PORT=x\n", content_type="text/plain", headers={"If-Match": '"1"'})
    assert bad.status_code == 422
    assert bad.get_json()["errors"][0]["location"]["line"] == 1
    good = office.call("POST", PROPOSALS, data="PORT=2\n", content_type="text/plain", headers={"If-Match": '"1"'})
    assert (good.status_code, good.get_json()["names"]) == (201, ["PORT"])


@pytest.mark.parametrize(
    "content", [{}, {"variables": None}, {"patch": {}, "variables": {}}, {"variables": {"A": 1}}, []]
)
def test_a_proposal_is_just_one_change(office: Api, content: object) -> None:
    """Nothing is guessed."""
    assert propose(office, content).status_code == 422
    assert office.call("GET", PROPOSALS).get_json() == {"proposals": [], "next": None}


def test_there_is_no_proposal_0(office: Api) -> None:
    """A change of it is no new one."""
    answer = office.call("PUT", f"{PROPOSALS}/0", json={"patch": {"PORT": "3"}}, headers={"If-Match": '"1"'})
    assert (answer.status_code, "there is no proposal 0" in answer.get_json()["detail"]) == (404, True)


def test_proposals_are_listed_in_pages(office: Api) -> None:
    """The open ones, or all of them."""
    for port in ("2", "3", "4"):
        assert propose(office, {"variables": {"PORT": port}}).status_code == 201
    refused = office.call("POST", f"{PROPOSALS}/2/refuse", token=approver(office), json={"reason": "no"})
    assert (refused.get_json()["state"], refused.get_json()["ended"]["reason"]) == ("refused", "no")
    assert office.call("POST", f"{PROPOSALS}/3/withdraw", json={}).get_json()["state"] == "withdrawn"
    assert [each["proposal"] for each in office.call("GET", PROPOSALS).get_json()["proposals"]] == [1]
    page = office.call("GET", f"{PROPOSALS}?state=all&limit=2").get_json()
    assert ([each["proposal"] for each in page["proposals"]], page["next"]) == ([3, 2], 2)
    rest = office.call("GET", f"{PROPOSALS}?state=all&before=2").get_json()
    assert ([each["proposal"] for each in rest["proposals"]], rest["next"]) == ([1], None)


def test_environments_say_that_they_are_protected(office: Api) -> None:
    """Whoever lists them sees how many approvals a change needs."""
    listed = office.call("GET", "/v1/apps/billing/environments").get_json()["environments"]
    assert [(each["name"], each["approvals"]) for each in listed] == [("production", 1)]
    assert office.call("PUT", f"{BASE}/protection", json={"approvals": None}).status_code == 200
    assert office.call("GET", f"{BASE}/protection").get_json() == {"approvals": None}
    assert office.call("PUT", f"{BASE}/protection", json={"approvals": 0}).status_code == 422
    assert office.put({"PORT": "2"}, 1).status_code == 201


def test_each_kind_of_write_can_break_the_glass(office: Api) -> None:
    """Where the token has the scope for it, and somebody says why."""
    writer = office.token(Scope.CONFIG_READ, Scope.CONFIG_WRITE, name="ada")
    tries = {
        "config": ("PATCH", {"PORT": "2"}),
        "bases": ("PUT", {"bases": ["billing/base"]}),
        "revisions": ("POST", {"from": 1}),
        "promotions": ("POST", {"from": "billing/base"}),
    }
    base = "/v1/apps/billing/environments/base/config?base=true"
    office.call("PUT", base, json={"NAME": "n"}, headers={"If-None-Match": "*"})
    for count, (path, (method, body)) in enumerate(tries.items(), start=1):
        kind = "application/merge-patch+json" if path == "config" else "application/json"
        more: dict[str, Any] = {"json": body, "content_type": kind, "headers": {"If-Match": f'"{count}"'}}
        assert office.call(method, f"{BASE}/{path}", **more).status_code == 409, path
        assert office.call(method, f"{BASE}/{path}?break_glass=%20", **more).status_code == 409, path
        assert office.call(method, f"{BASE}/{path}?break_glass=down", token=writer, **more).status_code == 403, path
        assert office.call(method, f"{BASE}/{path}?break_glass=down", **more).status_code == 201, path
