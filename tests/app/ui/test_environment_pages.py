"""An environment as people see it: how it is now, its revisions, its instances, and the way back."""

import pytest

from app.domain.identity import Scope
from support.http_api import BASE, Api
from support.instances import Instances
from support.visitor import Visitor, words

NOW = "/apps/billing/production"
CANARY = "canary-77e0c1d2"
WHY = "PORT must not exceed 1024"


@pytest.fixture
def instances(api: Api) -> Instances:
    """Two instances that serve the first revision."""
    api.put({"PORT": "1"}, query="?message=first")
    return Instances(api)


def test_the_page_begins_with_the_sentence_and_its_tab_with_what_is_wrong(
    instances: Instances, visitor: Visitor
) -> None:
    """What is wanted is beside what is really served, and the reasons below; JSON has the same."""
    instances.api.put({"PORT": "2", "API_KEY": CANARY}, 1, query="?live=ignore&message=second")
    instances.says(instances.ids[0], 2, "FAILED", WHY)
    instances.says(instances.ids[1], 2, "APPLIED")
    page = visitor.sign_in().get(NOW)
    assert page.status_code == 200
    assert "<title>1 refused · billing/production · Setpoint</title>" in page.text
    said = words(page)
    assert f"✕ 1 of 2 instances refused revision 2 {WHY}; still serving 1 Roll back to 1…" in said
    assert "“second” — ada" in said
    assert "2 variables changed · checked by the schema: valid" in said
    assert "2 on 1 instance ✓ applied 1 on 1 instance ✕ 1 refused" in said
    assert f"1 of 2 PORT {WHY}" in said
    assert "API_KEY not set •••• secret added its own" in said
    content = visitor.get(f"{NOW}.json").get_json()
    assert (content["trouble"], content["served"]) == (
        [{"state": "FAILED", "text": "1 refused"}],
        [{"revision": 2, "state": "SYNCED", "instances": 1}, {"revision": 1, "state": "FAILED", "instances": 1}],
    )
    assert CANARY not in page.text + str(content)


def test_all_well_is_one_quiet_line(instances: Instances, visitor: Visitor) -> None:
    """And nothing is offered to be done."""
    assert instances.ids
    page = visitor.sign_in(Scope.CONFIG_READ).get(NOW)
    assert "<title>billing/production · Setpoint</title>" in page.text
    assert "✓ All 2 instances serve revision 1 Wanted" in words(page)
    assert "Roll back" not in page.text


def test_who_may_only_read_is_shown_no_button_that_would_be_refused(instances: Instances, visitor: Visitor) -> None:
    """Nor is the page behind it there for them."""
    instances.api.put({"PORT": "2"}, 1)
    instances.says(instances.ids[0], 2, "FAILED")
    visitor.sign_in(Scope.CONFIG_READ, bounds=("billing/production",))
    for path in (NOW, f"{NOW}/revisions", f"{NOW}/revisions/1"):
        assert "oll back" not in visitor.get(path).text
    assert visitor.get(f"{NOW}/revisions/1/roll-back").status_code == 403
    assert visitor.get("/apps/billing/staging").status_code == 404


def test_revisions_are_listed_shown_and_compared(instances: Instances, visitor: Visitor) -> None:
    """With what each changed and how it went."""
    instances.api.put({"PORT": "2", "API_KEY": CANARY}, 1, query="?live=ignore")
    instances.says(instances.ids[0], 2, "FAILED", WHY)
    instances.api.put({"PORT": "3", "API_KEY": CANARY}, 2)
    said = words(visitor.sign_in().get(f"{NOW}/revisions?before=-{'9' * 30}"))
    assert "Revisions 3" in said
    assert f"API_KEY PORT ✕ failed 1 of 2 instances refused it: {WHY} Roll back…" in said
    assert "PORT ✓ applied all 2 instances served it" in said
    assert "API_KEY not set •••• secret added" in words(visitor.get(f"{NOW}/revisions/2"))
    assert visitor.get(f"{NOW}/compare?old=3&new=1").headers["Location"] == f"{NOW}/compare/3...1"
    page = visitor.get(f"{NOW}/compare/3...1")
    assert "PORT 3 1 changed its own" in words(page)
    assert "API_KEY •••• secret not set removed" in words(page)
    assert CANARY not in page.text
    for path in ("revisions/4", "compare/1...4", "compare?old=x&new=-1"):
        assert visitor.client.get(f"{NOW}/{path}", follow_redirects=True).status_code == 404


def test_a_rollback_is_behind_the_gates_of_today(instances: Instances, visitor: Visitor) -> None:
    """They are shown before; then it is one form, which leads back to the environment."""
    instances.api.put({"PORT": "2"}, 1)
    address = f"{NOW}/revisions/1/roll-back"
    said = words(visitor.sign_in().get(address))
    assert "The current revision is 2" in said
    assert "✓ the schema valid" in said
    assert "PORT 2 1 changed" in said
    answer = visitor.post(address, address, expected="2", message="as it was")
    assert (answer.status_code, answer.headers["Location"]) == (303, NOW)
    assert "“as it was” — ada" in words(visitor.get(NOW))
    same = visitor.get(address)
    assert "nothing to do" in words(same)
    assert 'value="roll back" disabled>' in same.text


def test_a_rollback_from_a_page_that_is_out_of_date_changes_nothing(instances: Instances, visitor: Visitor) -> None:
    """It says what has happened meanwhile, keeps what was typed, and shows what a rollback would do now."""
    address = f"{NOW}/revisions/1/roll-back"
    instances.api.put({"PORT": "2"}, 1)
    visitor.sign_in(name="eve")
    instances.api.put({"PORT": "3"}, 2)
    answer = visitor.post(address, address, expected="2", message='"typed" <b>')
    assert answer.status_code == 412
    assert "Nothing was changed `billing/production` is at revision 3; read it and decide again" in words(answer)
    assert "PORT 3 1 changed" in words(answer)
    assert 'value="&#34;typed&#34; &lt;b&gt;"' in answer.text
    assert visitor.post(address, address, message="no number at all").status_code == 412
    assert visitor.post(address, address, expected="9" * 5_000).status_code == 412
    assert visitor.post(address, address, expected="3", message="x" * 2_001).status_code == 422
    assert instances.api.call("GET", "/v1/apps/billing/environments/production/revisions/4").status_code == 404


def test_a_rollback_of_a_protected_environment_becomes_a_proposal(instances: Instances, visitor: Visitor) -> None:
    """The button says so, and a form from before changes nothing."""
    api, address = instances.api, f"{NOW}/revisions/1/roll-back"
    api.put({"PORT": "2"}, 1)
    assert api.call("PUT", f"{BASE}/protection", json={"approvals": 1}).status_code == 200
    page = visitor.sign_in().get(address)
    assert "! protected it needs 1 approval by somebody else" in words(page)
    assert "Propose to roll back to 1" in words(page)
    assert visitor.post(address, address, expected="2").status_code == 409
    answer = visitor.post(address, address, expected="2", do="propose")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{NOW}/proposals/1")
    assert (api.call("GET", f"{BASE}/proposals/1").json or {})["state"] == "open"


def test_a_trial_is_ended_by_hand(instances: Instances, visitor: Visitor) -> None:
    """By taking it back, or by offering it to everyone."""
    instances.api.put({"PORT": "2"}, 1, query="?canary=1")
    page = visitor.sign_in().get(NOW)
    assert "Take 2 back" in words(page)
    assert "On trial with 1 instance" in words(page)
    assert visitor.post(f"{NOW}/trial/abort", NOW, revision="2").status_code == 303
    said = words(visitor.get(NOW))
    assert "✕ Revision 2 was rolled back aborted by ada" in said
    instances.api.put({"PORT": "3"}, 1, query="?canary=1")
    assert visitor.post(f"{NOW}/trial/promote", NOW, revision="3").status_code == 303
    assert "Take 3 back" not in words(visitor.get(NOW))
    assert visitor.post(f"{NOW}/trial/abort", NOW, revision="3").status_code == 409
    assert visitor.post(f"{NOW}/trial/abort", NOW, revision="none").status_code == 409


def test_instances_are_chosen_by_state_and_each_has_a_time_line(instances: Instances, visitor: Visitor) -> None:
    """What the address says that makes no sense, is no wish."""
    instances.api.put({"PORT": "2"}, 1)
    instances.says(instances.ids[0], 2, "FAILED", WHY)
    visitor.sign_in(Scope.CONFIG_READ)
    said = words(visitor.get(f"{NOW}/instances?state=FAILED&release=&schema="))
    assert "1 instance, the worst first" in said
    assert "failed (1) stale (1)" in said
    assert WHY in said
    assert "2 instances, the worst first" in words(visitor.get(f"{NOW}/instances?state=none&start=-5"))
    assert "No instance is like that" in words(visitor.get(f"{NOW}/instances?release=0.1"))
    page = visitor.get(f"{NOW}/instances/{instances.ids[0]}")
    assert f"✕ failed refused revision 2: {WHY}" in words(page)
    assert visitor.get(f"{NOW}/instances/none").status_code == 404


def test_a_browser_follows_an_environment_until_it_is_signed_out(instances: Instances, visitor: Visitor) -> None:
    """The page's stream is that of the API, and ends with the sign-in though its token lives on."""
    api = instances.api
    visitor.sign_in(Scope.CONFIG_READ)
    events = visitor.client.get(f"{NOW}/stream").iter_encoded()
    assert b"event: hello" in next(events)
    assert any(b"event: bookmark" in each for each in events)  # an event from before may come first
    api.put({"PORT": "2"}, 1)
    assert any(b"event: revision" in each for each in events)
    key = visitor.client.get_cookie("__Host-setpoint")
    assert key is not None
    assert visitor.post("/sign-out", NOW).status_code == 303
    *_, last = events
    assert b'event: goaway\ndata: {"reason":"token"}' in last
    visitor.client.set_cookie("__Host-setpoint", key.value)
    assert visitor.get(f"{NOW}/stream").status_code == 303


def test_a_stream_ends_when_its_browser_signs_in_anew(instances: Instances, visitor: Visitor) -> None:
    """Before it has read where it begins, too."""
    visitor.sign_in(Scope.CONFIG_READ)
    events = visitor.client.get(f"{NOW}/stream").iter_encoded()
    assert b"event: hello" in next(events)
    assert visitor.post("/sign-in", "/sign-in", token=instances.api.admin).status_code == 303
    *_, last = events
    assert b'event: goaway\ndata: {"reason":"token"}' in last


def test_a_revision_that_no_instance_has_seen_has_no_state(api: Api, visitor: Visitor) -> None:
    """It is not the revision that has expired."""
    api.put({"PORT": "1"})
    api.put({"PORT": "2"}, 1)
    said = words(visitor.sign_in().get(f"{NOW}/revisions?before=-{'9' * 30}"))
    assert ("no instance follow" in said.lower(), "expired" in said) == (True, False)
