from app.domain.identity import Scope
from support.http_api import BASE, Api
from support.small_contract import contract

SECRET = "canary-8d2b-of-a-secret"


def _based_on(number: int) -> dict[str, str]:
    return {"If-Match": f'"{number}"'}


def test_the_history_is_told_from_the_newest_on(api: Api) -> None:
    """In pages; nothing of a value is in it."""
    for number, port in enumerate(("1", "2", "3")):
        api.put({"PORT": port, "API_KEY": SECRET}, based_on=number or None)
    first = api.call("GET", f"{BASE}/revisions?limit=2").get_json()
    rest = api.call("GET", f"{BASE}/revisions?limit=2&before={first['next']}").get_json()
    assert [each["revision"] for each in first["revisions"] + rest["revisions"]] == [3, 2, 1]
    assert rest["next"] is None
    assert SECRET not in str(first)


def test_a_difference_shows_values_but_no_secrets(api: Api) -> None:
    """Of these, that they changed."""
    api.put({"PORT": "1", "API_KEY": SECRET})
    api.put({"PORT": "2", "API_KEY": SECRET + "x", "NAME": "n"}, based_on=1)
    answer = api.call("GET", f"{BASE}/revisions/1...2")
    assert answer.get_json()["changes"] == [
        {"name": "API_KEY", "origin": None, "change": "changed", "secret": True, "before": None, "after": None},
        {"name": "NAME", "origin": None, "change": "added", "secret": False, "before": None, "after": "n"},
        {"name": "PORT", "origin": None, "change": "changed", "secret": False, "before": "1", "after": "2"},
    ]
    assert SECRET not in answer.text


def test_a_rollback_is_a_new_revision(api: Api) -> None:
    """Also back to the first one."""
    api.put({"PORT": "1"})
    api.put({"PORT": "2"}, based_on=1)
    answer = api.call("POST", f"{BASE}/revisions", json={"from": 1}, headers=_based_on(2))
    assert (answer.status_code, answer.get_json()["revision"], answer.get_json()["copied_from"]) == (201, 3, 1)
    assert api.call("GET", f"{BASE}/config").get_json()["variables"]["PORT"]["value"] == "1"


def test_a_rollback_is_tried_first_and_done_against_what_instances_run(api: Api) -> None:
    """And brings back a dangerous name, which somebody has allowed when it was written."""
    api.put({"PORT": "1", "LD_PRELOAD": "/x.so"}, query="?allow_dangerous_names=true")
    api.put({"PORT": "2"}, based_on=1)
    path = f"{BASE}/revisions?live=ignore"
    tried = api.call("POST", f"{path}&dry_run=true", json={"from": 1}, headers=_based_on(2)).get_json()
    assert (tried["revision"], tried["changed"], tried["dry_run"]) == (2, True, True)
    answer = api.call("POST", path, json={"from": 1}, headers=_based_on(2))
    assert (answer.status_code, answer.get_json()["names"]) == (201, ["PORT", "LD_PRELOAD"])


def test_who_has_a_revision_already_gets_no_body(api: Api) -> None:
    """As for the current one, for each representation."""
    api.put({"PORT": "1"})
    for query in ("", "?format=env&loader=docker", "?format=kubernetes"):
        path = f"{BASE}/revisions/1{query}"
        tag = api.call("GET", path).headers["ETag"]
        assert api.call("GET", path, headers={"If-None-Match": tag}).status_code == 304
        assert api.call("GET", path, headers={"If-None-Match": '"1-env-bash"'}).status_code == 200


def test_a_dry_run_where_there_is_none_destroys_nothing(api: Api) -> None:
    """A query that nobody reads is refused."""
    api.put({"PORT": "1"})
    api.put({"PORT": "2"}, based_on=1)
    answer = api.call("POST", f"{BASE}/revisions/1/destroy?dry_run=true", json={"reason": "try"})
    assert (answer.status_code, answer.get_json()["detail"]) == (422, "this call takes no query, and nothing was done")
    assert api.call("GET", f"{BASE}/revisions/1").status_code == 200
    assert api.call("GET", "/readyz?from=a+probe").status_code == 200


def test_destroyed_values_are_gone_and_their_history_stays(api: Api) -> None:
    """The current one can't be destroyed."""
    api.put({"API_KEY": SECRET, "PORT": "1"})
    api.put({"PORT": "2"}, based_on=1)
    reason = {"reason": "it leaked"}
    assert api.call("POST", f"{BASE}/revisions/2/destroy", json=reason).status_code == 409
    gone = api.call("POST", f"{BASE}/revisions/1/destroy", json=reason)
    assert (gone.status_code, gone.get_json()["destroyed"]["reason"]) == (200, "it leaked")
    assert api.call("GET", f"{BASE}/revisions/1").status_code == 410
    assert api.call("GET", f"{BASE}/revisions").get_json()["revisions"][1]["names"] == ["API_KEY", "PORT"]


def test_two_environments_are_compared_by_who_may_read_both(api: Api) -> None:
    """A token of one of them learns nothing of the other."""
    api.put({"PORT": "1"})
    staging = "/v1/apps/billing/environments/staging"
    api.call("PUT", f"{staging}/config", json={"PORT": "2"}, headers={"If-None-Match": "*"})
    compared = api.call("GET", f"{BASE}/diff?with=billing/staging").get_json()
    assert [each["after"] for each in compared["changes"]] == ["2"]
    only = api.token(Scope.CONFIG_READ, bounds=("billing/production",), name="only")
    assert api.call("GET", f"{BASE}/diff?with=billing/staging", token=only).status_code == 404


def test_a_schema_that_the_current_revision_does_not_satisfy_is_refused(api: Api) -> None:
    """Unless it is said that this does not matter."""
    api.put({"NAME": "x", "PORT": "1"})
    stricter = contract(PORT="integer!", NAME="integer")
    path = f"/v1/apps/billing/schemas/{stricter.digest}?release=2.0"
    put = {"data": stricter.document, "content_type": "application/json"}
    refused = api.call("PUT", path, **put)
    assert (refused.status_code, refused.get_json()["errors"][0]["variable"]) == (422, "NAME")
    assert api.call("PUT", f"{path}&compatibility=none", **put).status_code == 200
    assert api.call("GET", "/v1/apps/billing/schemas/current").text == stricter.document
