"""Canaries over HTTP: what an instance is told and reads, and what people write and see."""

from typing import Any

import pytest

from app.domain.identity import Scope
from support.http_api import BASE, Api
from support.instances import Instances, revisions_told


@pytest.fixture
def instances(api: Api) -> Instances:
    assert api.put({"PORT": "1"}).status_code == 201
    return Instances(api)


def _push(api: Api, port: str, based_on: int, query: str = "?canary=1&bake=0") -> Any:
    return api.call("PUT", f"{BASE}/config{query}", json={"PORT": port}, headers={"If-Match": f'"{based_on}"'})


def _rollout(api: Api) -> dict[str, Any]:
    return dict(api.call("GET", f"{BASE}/rollout").json or {})


def test_each_instance_is_told_what_it_is_offered(api: Api, instances: Instances) -> None:
    """On its stream, and when it reads; a revision that nobody else is offered is told to nobody else."""
    with instances.told(instances.ids[0]) as first, instances.told(instances.ids[1]) as second:
        assert [next(first), next(second)] == [0, 0]
        assert _push(api, "2", 1).status_code == 201
        canary, other = instances.canary_and_other()
        tries, waits = (first, second) if canary == instances.ids[0] else (second, first)
        assert next(tries) == 2
        assert [instances.reads(canary), instances.reads(other), instances.reads("unknown")] == [2, 1, 1]
        instances.says(canary, 2, "FAILED")
        assert _rollout(api)["stage"] == "ROLLED_BACK"
        assert next(tries) == 1
        assert instances.reads(canary) == 1
        assert _push(api, "3", 1, "").status_code == 201
        assert [next(tries), next(waits)] == [3, 3]


def test_an_instance_that_was_away_is_told_what_it_is_offered_now(api: Api, instances: Instances) -> None:
    """It resumes after the last event that it has seen, whatever became of the trial meanwhile."""
    seen = str(api.store.position())
    assert _push(api, "2", 1).status_code == 201
    canary, other = instances.canary_and_other()
    assert (_resumed(api, canary, seen), _resumed(api, other, seen)) == ([2], [])
    instances.says(canary, 2, "FAILED")
    assert (_resumed(api, canary, seen), _resumed(api, other, seen)) == ([1, 1], [])


def _resumed(api: Api, session: str, seen: str) -> list[int]:
    answer = api.call("GET", f"/v1/sessions/{session}/stream", headers={"Last-Event-ID": seen})
    found = []
    for revision in revisions_told(answer.iter_encoded()):
        if not revision:
            break
        found.append(revision)
    answer.close()
    return found


def test_a_write_says_how_it_is_tried_and_people_see_how_it_goes(api: Api, instances: Instances) -> None:
    """What everyone reads stays, with its `ETag`, until the canary has served the revision."""
    pushed = _push(api, "2", 1, "?canary=34%25&bake=3600").json
    assert (pushed["revision"], pushed["stage"]) == (2, "DEPLOYING")
    assert {name: pushed["canary"][name] for name in ("size", "bake_seconds", "instances", "reason")} == {
        "size": "34%",
        "bake_seconds": 3600,
        "instances": 1,
        "reason": "",
    }
    assert api.call("GET", f"{BASE}/config").headers["ETag"] == '"1"'
    canary, _ = instances.canary_and_other()
    assert instances.says(canary, 2, "APPLIED")["offered"] == 2
    told = _rollout(api)
    assert (told["revision"], told["current"], told["stage"], told["settled"]) == (2, 1, "BAKING", False)
    assert told["states"]["SYNCED"] == 2
    assert told["summary"] == "the canary serves revision 2; it bakes for 3600 s; 1 other instance is offered 1"
    assert told["canary"]["baking_since"]
    page = api.call("GET", f"{BASE}/revisions").json
    assert [each["stage"] for each in (page or {})["revisions"]] == ["BAKING", "COMPLETE"]
    refused = _push(api, "3", 1)
    assert refused.status_code == 409
    assert "`setpoint rollout abort billing/production`" in refused.json["detail"]


def test_a_read_is_for_a_session_or_for_a_schema(api: Api, instances: Instances) -> None:
    """What satisfies one may not be what is offered to the other."""
    answer = api.call("GET", f"{BASE}/config?session={instances.ids[0]}&schema=sha256:{'0' * 64}")
    assert answer.status_code == 422
    assert "send one" in (answer.json or {})["detail"]


def test_a_trial_is_ended_by_hand(api: Api, instances: Instances) -> None:
    """Of the revision that was seen, by whoever may write."""
    _push(api, "2", 1)
    reader = api.token(Scope.CONFIG_READ, name="reader")
    assert api.call("POST", f"{BASE}/rollout/promote", reader, json={"revision": 2}).status_code == 403
    assert api.call("POST", f"{BASE}/rollout/promote", json={"revision": 1}).status_code == 409
    told = api.call("POST", f"{BASE}/rollout/promote", json={"revision": 2}).json or {}
    assert (told["stage"], told["current"]) == ("COMPLETE", 2)
    _push(api, "3", 2)
    told = api.call("POST", f"{BASE}/rollout/abort", json={"revision": 3, "message": "too early"}).json or {}
    assert (told["stage"], told["revision"], told["current"]) == ("ROLLED_BACK", 3, 2)
    assert told["summary"].startswith("revision 3 was rolled back: aborted by ")
    assert told["summary"].partition("too early; ")[2] == (
        "0 of 2 instances serve revision 2; 2 have not answered; still serving 1"
    )
    assert api.call("POST", f"{BASE}/rollout/abort", json={"revision": 3}).status_code == 409
    instances.says(instances.ids[0], 2, "APPLIED")


def test_an_environment_has_a_plan(api: Api, instances: Instances) -> None:
    """For the writes that do not say how they are tried."""
    path = f"{BASE}/rollout/plan"
    assert api.call("GET", path).json == {"canary": None, "bake": None}
    for wrong in ({"canary": None, "bake": 5}, {"canary": "0"}, {"canary": "off"}, {"bake": 5}):
        assert api.call("PUT", path, json=wrong).status_code == 422
    assert api.call("PUT", path, json={"canary": "1"}).json == {"canary": "1", "bake": 30}
    assert _push(api, "2", 1, "").json["stage"] == "DEPLOYING"
    api.call("POST", f"{BASE}/rollout/promote", json={"revision": 2})
    assert _push(api, "3", 2, "?canary=off").json["stage"] == "COMPLETE"
    assert api.call("PUT", path, json={"canary": None}).json == {"canary": None, "bake": None}
    assert _push(api, "4", 3, "").json["canary"] is None
    assert instances.reads(instances.ids[0]) == 4


@pytest.mark.parametrize(
    "query", ["canary=0", "canary=101%25", "canary=some", "canary=1&bake=-1", "canary=1&bake=604801", "bake=30"]
)
def test_what_is_no_trial_is_refused(api: Api, instances: Instances, query: str) -> None:
    """Before anything is written."""
    assert _push(api, "2", 1, f"?{query}").status_code == 422
    assert instances.reads(instances.ids[0]) == 1
