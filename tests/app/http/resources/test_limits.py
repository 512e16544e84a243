"""`/v1/limits`, and what is answered beyond a limit."""

from typing import Any

import pytest
from inline_snapshot import snapshot
from werkzeug.test import TestResponse

from app.domain.identity import Scope
from app.factory import background_of
from support.http_api import BASE, Api


def _set(api: Api, **wanted: int | None) -> TestResponse:
    return api.call("PUT", "/v1/limits/billing", json=wanted)


def _shown(api: Api, token: str | None = None, query: str = "?app=billing") -> dict[str, Any]:
    answer = api.call("GET", f"/v1/limits{query}", token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found["apps"][0]  # type: ignore[no-any-return]


def test_every_app_has_limits_and_may_have_its_own(api: Api) -> None:
    """What is left out stays, and null takes it back."""
    assert _shown(api)["revisions"] == snapshot(
        {"allowed": 1000, "used": 0, "within_seconds": 3600, "is_own": False, "free_at": None}
    )
    assert _shown(api)["streams"] == snapshot(
        {"allowed": 2000, "used": 0, "within_seconds": None, "is_own": False, "free_at": None}
    )
    assert _set(api, revisions=5, streams=0).status_code == 200
    assert _set(api, streams=7).status_code == 200
    assert _set(api, revisions=None).status_code == 200
    own = {name: (each["allowed"], each["is_own"]) for name, each in _shown(api).items() if name != "app"}
    assert own == {"revisions": (1_000, False), "bytes": (268_435_456, False), "streams": (7, True)}


def test_a_write_beyond_the_limit_is_answered_with_when_to_come_back(api: Api) -> None:
    """In words, as a header, and by the resource of limits."""
    _set(api, revisions=1)
    assert api.put({"PORT": "1"}).status_code == 201
    assert api.put({"PORT": "1"}, based_on=1).status_code == 200  # nothing that counts
    refused = api.put({"PORT": "2"}, based_on=1)
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert "`billing` has used up its limit of 1 revision an hour; there is room again at " in refused.text
    assert 0 < int(refused.headers["Retry-After"]) <= 3_600
    assert _shown(api)["revisions"]["free_at"] is not None
    assert api.put({"PORT": "2"}, based_on=1, query="?dry_run=true").status_code == 200
    back = api.call("POST", f"{BASE}/revisions", json={"from": 1}, headers={"If-Match": '"1"'})
    assert back.status_code == 200  # there is nothing to go back from
    assert _shown(api)["revisions"]["used"] == 1


def test_a_stream_beyond_the_limit_is_answered_with_when_to_come_back(api: Api) -> None:
    """A watcher's as well as an instance's; when one ends, the next one has its place."""
    assert api.put({"PORT": "1"}).status_code == 201
    session = {
        "instance": "01890a5d-ac96-774b-bcce-b302099a8057",
        "environments": ["billing/production"],
        "host": "h",
        "pid": 1,
        "started_at": "2026-11-26T12:00:00Z",
    }
    opened = api.call("POST", "/v1/sessions/", json=session)
    assert opened.status_code == 201, opened.text
    paths = [f"{BASE}/stream", "/v1/stream?environment=billing/production", opened.json["stream"]]  # type: ignore[index]
    _set(api, streams=1)
    for path in paths:
        with api.call("GET", path) as stream:
            assert stream.status_code == 200
            for other in paths:
                refused = api.call("GET", other)
                assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
                assert "`billing` has used up its limit of 1 stream open at once" in refused.text
            assert _shown(api)["streams"]["used"] == 1
    background_of(api.application).leases.beat()
    assert _shown(api)["streams"]["used"] == 0
    assert api.call("GET", "/v1/stream", "").status_code == 200  # of no app


def test_an_app_that_could_change_its_limits_would_have_none(api: Api) -> None:
    """Only who is `admin` of everything may; the app's own people see them, and those of others don't."""
    own_admin = api.token(Scope.ADMIN, bounds=("billing/*",))
    assert api.call("PUT", "/v1/limits/billing", own_admin, json={"revisions": 10}).status_code == 403
    assert _shown(api, own_admin, "")["app"] == "billing"
    runtime = api.token(Scope.SESSION_WRITE, bounds=("billing/production",))
    assert _shown(api, runtime)["app"] == "billing"
    stranger = api.token(Scope.ADMIN, bounds=("shop/*",))
    assert api.call("GET", "/v1/limits?app=billing", stranger).status_code == 404
    assert api.call("GET", "/v1/limits", stranger).json == {"apps": []}
    assert api.call("GET", "/v1/limits", "").status_code == 401


@pytest.mark.parametrize(
    "wanted",
    [{"revisions": -1}, {"revisions": "5"}, {"revisions": 1.5}, {"bytes": 10**16}, {"stream": 1}, [], {"bytes": True}],
)
def test_what_is_no_limit_is_refused(api: Api, wanted: object) -> None:
    """And nothing is set."""
    assert api.call("PUT", "/v1/limits/billing", json=wanted).status_code == 422
    assert api.call("PUT", "/v1/limits/-x", json={"streams": 1}).status_code == 422
    assert not any(each["is_own"] for name, each in _shown(api).items() if name != "app")
