"""Sessions and verdicts over HTTP, as an instance and somebody who looks use them."""

import json
from typing import Any

import pytest

from app.domain.identity import Scope
from support.http_api import BASE, Api

INSTANCE = "01890a5d-ac96-774b-bcce-b302099a8057"
NEW = {"instance": INSTANCE, "environments": ["billing/production"], "started_at": "2026-11-26T12:00:00Z"}
REFUSAL = {
    "revision": 1,
    "verdict": "FAILED",
    "errors": [{"rule": "invalid-value", "variable": "POOL_MIN", "message": "POOL_MIN must not exceed POOL_MAX"}],
}


@pytest.fixture
def instance(api: Api) -> str:
    """The token of an instance."""
    assert api.put({"PORT": "1"}).status_code == 201
    return api.token(Scope.SESSION_WRITE, Scope.CONFIG_READ, bounds=("billing/production",), name="web")


def _open(api: Api, token: str, **more: Any) -> dict[str, Any]:
    answer = api.call("POST", "/v1/sessions/", token, json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


def _json(api: Api, method: str, path: str, token: str | None = None, **more: Any) -> Any:
    return api.call(method, path, token, **more).json


def _only(api: Api) -> dict[str, Any]:
    (found,) = _json(api, "GET", "/v1/sessions/?environment=billing/production")["sessions"]
    return dict(found)


def test_an_instance_opens_a_session_reports_and_is_seen(api: Api, instance: str) -> None:
    """What was tried and what is served are told apart."""
    opened = _open(api, instance, release="billing@1.8", host="web-1", pid=42)
    (session,) = opened["sessions"]
    assert (session["state"], session["offered"], session["attempted"], session["serves"]) == ("STALE", 1, None, None)
    applied = _json(api, "PATCH", f"/v1/sessions/{opened['id']}", instance, json={"revision": 1, "verdict": "APPLIED"})
    assert applied["state"] == "SYNCED"
    assert _only(api)["serves"]["revision"] == 1
    api.put({"PORT": "2"}, based_on=1)
    assert _only(api)["state"] == "STALE"
    refused = _json(api, "PATCH", f"/v1/sessions/{opened['id']}", instance, json={**REFUSAL, "revision": 2})
    assert refused["state"] == "FAILED"
    assert (refused["attempted"]["revision"], refused["serves"]["revision"]) == (2, 1)
    rollout = _json(api, "GET", f"{BASE}/rollout")
    assert rollout["summary"] == (
        "1 of 1 instance refused revision 2: POOL_MIN must not exceed POOL_MAX; still serving 1"
    )
    assert rollout["states"] == {"SYNCED": 0, "STALE": 0, "APPLYING": 0, "FAILED": 1}


def test_a_start_from_the_last_known_good_is_told(api: Api, instance: str) -> None:
    """It is not green: nobody knows how old that is."""
    served = {
        "environment": "billing/production",
        "revision": 1,
        "since": "2026-11-26T12:00:00Z",
        "source": "cache",
        "known_good_at": "2026-11-20T12:00:00Z",
    }
    (session,) = _open(api, instance, serves=[served])["sessions"]
    assert session["state"] == "STALE"
    assert session["serves"]["source"] == "cache"
    assert session["serves"]["known_good_at"] == "2026-11-20T12:00:00.000Z"


def test_many_verdicts_come_as_an_array(api: Api, instance: str) -> None:
    """Of those that are not kept it is said why."""
    opened = _open(api, instance)
    told = [
        {"session": session, "environment": "billing/production", "revision": number, "verdict": "APPLIED"}
        for session, number in ((opened["id"], 1), ("gone", 1), (opened["id"], 2))
    ]
    answer = api.call("POST", "/v1/verdicts", instance, json=told)
    assert answer.json == {"stored": 1, "unknown": ["gone"], "no_revision": [opened["id"]]}
    assert _only(api)["state"] == "SYNCED"
    answer = api.call("PATCH", f"/v1/sessions/{opened['id']}", instance, json={"revision": 2, "verdict": "FAILED"})
    assert answer.status_code == 422
    assert "`billing/production` has no such revision" in answer.text
    assert _only(api)["state"] == "SYNCED"


def test_what_an_instance_tells_last_counts_whoever_has_told_the_same_before(api: Api, instance: str) -> None:
    """Verdicts that are alike are stored together, and change no order by that."""
    first, second = (_open(api, instance, instance=f"{NEW['instance'][:-1]}{number}")["id"] for number in (1, 2))
    told = [
        {"session": session, "environment": "billing/production", "revision": 1, "verdict": verdict}
        for session, verdict in ((first, "APPLIED"), (second, "APPLYING"), (second, "APPLIED"), (first, "APPLYING"))
    ]
    assert _json(api, "POST", "/v1/verdicts", instance, json=told)["stored"] == 4
    found = _json(api, "GET", "/v1/sessions/?environment=billing/production")["sessions"]
    verdicts = {each["id"]: each["attempted"]["verdict"] for each in found}
    assert verdicts == {first: "APPLYING", second: "APPLIED"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (1, "is invalid"),
        ({"environment": "billing/production"}, "it is missing"),
        ({"environment": "billing/production", "session": 1}, "it is not a string"),
        ({"environment": "billing/production", "session": "a\0"}, "does not match the required pattern"),
        ({"environment": "billing/production", "session": "a" * 101}, "it is too long"),
        ({"session": "a"}, "it is missing"),
        ({"session": "a", "environment": "billing/production", "sessions": ["b"]}, "it is not known here"),
    ],
)
def test_a_list_with_something_that_is_no_verdict_is_refused(api: Api, instance: str, wrong: object, says: str) -> None:
    """Nothing of it is stored, and the place of what is wrong is told."""
    good = {"session": _open(api, instance)["id"], "environment": "billing/production", "revision": 1}
    answer = api.call("POST", "/v1/verdicts", instance, json=[{**good, "verdict": "APPLIED"}, wrong])
    assert answer.status_code == 422
    assert says in answer.text
    assert {each["variable"].partition(".")[0] for each in json.loads(answer.text)["errors"]} == {"[1]"}
    assert _only(api)["attempted"] is None


@pytest.mark.parametrize(
    "wrong", [{"revision": 0, "verdict": "APPLIED"}, {"session": "a" * 101, "revision": 1, "verdict": "APPLIED"}]
)
def test_what_is_wrong_is_told_at_its_place_in_what_was_sent(api: Api, instance: str, wrong: dict[str, object]) -> None:
    """What many tell alike is looked at once, and still counts as many."""
    told = {"environment": "billing/production", "revision": 1, "verdict": "APPLIED"}
    sent = [{**told, "session": each} for each in "abc"]
    answer = api.call("POST", "/v1/verdicts", instance, json=[*sent, {**told, "session": "d", **wrong}])
    assert answer.status_code == 422
    assert {each["variable"].partition(".")[0] for each in json.loads(answer.text)["errors"]} == {"[3]"}


@pytest.mark.parametrize(
    ("body", "says"),
    [({}, "not a list"), ([], "too few"), ([{"session": "a", "environment": "b/c"}] * 10_001, "too many")],
)
def test_what_is_no_list_of_verdicts_is_refused(api: Api, instance: str, body: object, says: str) -> None:
    """Nor one without any, nor one with more than fit into a request."""
    answer = api.call("POST", "/v1/verdicts", instance, json=body)
    assert (answer.status_code, says in answer.text) == (422, True)


def test_an_instance_is_offered_each_revision_on_its_stream(api: Api, instance: str) -> None:
    """And nothing of what the other instances say."""
    opened = _open(api, instance)
    answer = api.call("GET", opened["stream"], instance)
    chunks = answer.iter_encoded()
    got = b""
    while b"event: bookmark" not in got:
        got += next(chunks)
    api.call("PATCH", f"/v1/sessions/{opened['id']}", instance, json={"revision": 1, "verdict": "APPLIED"})
    api.put({"PORT": "2"}, based_on=1)
    event = next(chunks).decode()
    answer.close()
    assert "event: revision" in event
    assert json.loads(event.split("data: ")[1].splitlines()[0])["revision"] == 2


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({**NEW, "instance": "x"}, "does not match the required pattern"),
        ({**NEW, "environments": []}, "environments"),
        ({**NEW, "environments": ["Billing"]}, "a place is `app/environment`"),
        ({**NEW, "started_at": "2026-11-26T12:00:00"}, "started_at"),
        ({**NEW, "started_at": "0001-01-01T00:00:00+14:00"}, "it is too small"),
        ({**NEW, "started_at": "9999-12-31T23:59:59-14:00"}, "it is too large"),
        ({**NEW, "host": "web\0"}, "does not match the required pattern"),
        ({**NEW, "release": "\0"}, "does not match the required pattern"),
        ({**NEW, "more": 1}, "is not known here"),
        ([], ""),
    ],
)
def test_what_is_no_session_is_refused_with_the_reason(api: Api, instance: str, body: object, says: str) -> None:
    """As a problem document that repeats nothing of it."""
    answer = api.call("POST", "/v1/sessions/", instance, json=body)
    assert answer.status_code == 422
    assert says in answer.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"verdict": "APPLIED"}, "is invalid"),
        ({"revision": 1}, "is invalid"),
        ({"serves": {"revision": 1, "since": "0001-01-01T00:00:00+14:00"}}, "it is too small"),
        (
            {"serves": {"revision": 1, "since": NEW["started_at"], "known_good_at": "9999-12-31T23:00:00-14:00"}},
            "it is too large",
        ),
    ],
)
def test_what_is_no_report_is_refused_and_spoils_no_list(
    api: Api, instance: str, body: dict[str, Any], says: str
) -> None:
    """Half a verdict is none, and a time that no other zone can write would be in the way of everyone who looks."""
    session = _open(api, instance)["id"]
    for answer in (
        api.call("PATCH", f"/v1/sessions/{session}", instance, json=body),
        api.call(
            "POST", "/v1/verdicts", instance, json=[{"session": session, "environment": "billing/production", **body}]
        ),
    ):
        assert answer.status_code == 422
        assert says in answer.text
    assert (_only(api)["attempted"], _only(api)["serves"]) == (None, None)


def test_a_name_with_a_nul_is_looked_for_nowhere(api: Api, instance: str) -> None:
    """Not every database can even be asked for it."""
    for method, path in (
        ("GET", "/v1/sessions/%00"),
        ("DELETE", "/v1/tokens/a%00"),
        ("GET", "/v1/sessions/x%00/stream"),
    ):
        answer = api.call(method, path, instance)
        assert (answer.status_code, "there is nothing at this path" in answer.text) == (404, True)


@pytest.mark.parametrize("query", ["%00", "a%00", "%ff", "%ED%A0%80", "%c3"])
def test_a_query_of_other_bytes_than_text_is_refused(api: Api, query: str) -> None:
    """Not every database can even be asked for a NUL, and nothing is kept that nobody has sent."""
    for path in ("/v1/audit?app=", "/schemas/billing?after=", f"{BASE}/config?reveal=true&reason="):
        answer = api.call("GET", f"{path}{query}")
        assert (answer.status_code, "is not UTF-8, or contains a NUL" in answer.text) == (400, True)


def test_only_those_who_may_can_open_report_and_look(api: Api, instance: str) -> None:
    """Somebody who has no business there can't tell a session from none."""
    opened = _open(api, instance)
    path = f"/v1/sessions/{opened['id']}"
    stranger = api.token(Scope.SESSION_WRITE, Scope.CONFIG_READ, bounds=("shop/production",), name="shop")
    reader = api.token(Scope.CONFIG_READ, bounds=("billing/*",), name="reader")
    writer = api.token(Scope.SESSION_WRITE, bounds=("billing/*",), name="writer")
    told = {"revision": 1, "verdict": "APPLIED"}
    many = [{"session": opened["id"], "environment": "billing/production", **told}]
    for token, expected in ((stranger, 404), (reader, 403)):
        assert api.call("POST", "/v1/sessions/", token, json=NEW).status_code == expected
        assert api.call("PATCH", path, token, json=told).status_code == expected
        assert api.call("POST", "/v1/verdicts", token, json=many).status_code == expected
        assert api.call("GET", opened["stream"], token).status_code == expected
    for token, expected in ((stranger, 404), (writer, 403)):
        assert api.call("GET", path, token).status_code == expected
        assert api.call("GET", "/v1/sessions/?environment=billing/production", token).status_code == expected
        assert api.call("GET", f"{BASE}/rollout", token).status_code == expected
    unknown = _json(api, "PATCH", "/v1/sessions/none", stranger, json=told)
    foreign = _json(api, "PATCH", path, stranger, json=told)
    assert foreign["detail"].replace(opened["id"], "none") == unknown["detail"]


def test_an_instance_that_ends_says_so_and_is_gone(api: Api, instance: str) -> None:
    """Nobody has to wait until its lease is over."""
    path = f"/v1/sessions/{_open(api, instance)['id']}"
    reader = api.token(Scope.CONFIG_READ, name="reader")
    assert api.call("DELETE", path, reader).status_code == 403
    assert api.call("DELETE", path, instance).status_code == 204
    assert api.call("DELETE", path, instance).status_code == 404
    assert _json(api, "GET", "/v1/sessions/?environment=billing/production")["sessions"] == []


def test_a_place_that_is_not_there_has_no_list(api: Api, instance: str) -> None:
    """Or a name that is mistyped would look like an environment that nobody follows."""
    _open(api, instance)
    assert api.call("GET", "/v1/sessions/?environment=billing/produktion").status_code == 404


def test_sessions_are_listed_in_pages_and_by_state(api: Api, instance: str) -> None:
    """The oldest instance first."""
    for number in range(3):
        _open(api, instance, instance=INSTANCE[:-1] + str(number))
    path = "/v1/sessions/?environment=billing/production"
    first = _json(api, "GET", f"{path}&limit=2")
    rest = _json(api, "GET", f"{path}&limit=2&after={first['next']}")
    assert [each["instance"][-1] for each in (*first["sessions"], *rest["sessions"])] == ["0", "1", "2"]
    assert rest["next"] is None
    assert len(_json(api, "GET", f"{path}&state=STALE")["sessions"]) == 3
    assert _json(api, "GET", f"{path}&state=FAILED")["sessions"] == []
