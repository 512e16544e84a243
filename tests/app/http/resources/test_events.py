"""Server-Sent Events over the real store: what a watcher gets, and when it is told to look anew."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.identity import Scope
from support.http_api import BASE, Api

STREAM = f"{BASE}/stream"


def _events(api: Api, path: str, token: str | None = None, last: str | None = None) -> Iterator[dict[str, Any]]:
    headers = {"Last-Event-ID": last} if last else {}
    answer = api.call("GET", path, token=token, headers=headers)
    assert answer.status_code == 200, answer.text
    try:
        for chunk in answer.iter_encoded():
            for block in chunk.decode().split("\n\n"):
                found = dict(line.split(": ", 1) for line in block.splitlines() if line.partition(": ")[1])
                if "event" in found:
                    yield {**found, "data": json.loads(found["data"])}
    finally:
        answer.close()


def _until(events: Iterator[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    found = []
    for event in events:
        found.append(event)
        if event["event"] == name:
            return found
    raise AssertionError(name)


def test_a_watcher_that_begins_is_told_where_it_is(api: Api) -> None:
    """Hello, then a bookmark at the newest event."""
    api.put({"PORT": "1"})
    events = _events(api, STREAM)
    assert [each["event"] for each in _until(events, "bookmark")] == ["hello", "bookmark"]
    events.close()  # type: ignore[attr-defined]  # it is a generator


def test_a_watcher_gets_each_revision_once_and_in_order(api: Api) -> None:
    """Thin events: the number, never a value."""
    events = _events(api, STREAM)
    _until(events, "bookmark")
    for number in range(3):
        api.put({"PORT": str(number), "API_KEY": "canary-1c4e"}, based_on=number or None)
    got = [next(events) for _ in range(3)]
    assert [(each["event"], each["data"]["revision"], each["data"]["environment"]) for each in got] == [
        ("revision", 1, "production"),
        ("revision", 2, "production"),
        ("revision", 3, "production"),
    ]
    assert "canary" not in str(got)
    assert "canary" not in api.call("GET", "/v1/audit").text + api.call("GET", f"{BASE}/revisions").text
    sequences = [each["data"]["sequence"] for each in got]
    assert sequences == sorted(set(sequences))


def test_a_watcher_that_comes_back_misses_nothing(api: Api) -> None:
    """From the `id` of the last event that it has seen."""
    api.put({"PORT": "1"})
    last = _until(_events(api, STREAM), "bookmark")[-1]["id"]
    api.put({"PORT": "2"}, based_on=1)
    api.put({"PORT": "3"}, based_on=2)
    got = _until(_events(api, STREAM, last=last), "bookmark")
    assert [each["data"].get("revision") for each in got if each["event"] == "revision"] == [2, 3]


@pytest.mark.parametrize("change", [("1", "deadbeef"), ("999999", "00000000"), ("91",), ("abc",)])
def test_a_watcher_of_another_history_is_told_to_read_anew(api: Api, change: tuple[str, ...]) -> None:
    """After a restore or a failover the same number is another event; and what is no position is in none."""
    api.put({"PORT": "1"})
    got = _until(_events(api, STREAM, last="-".join(change)), "bookmark")
    assert [each["event"] for each in got] == ["hello", "reset", "bookmark"]


def test_one_stream_follows_several_environments_and_no_others(api: Api) -> None:
    """A token has to allow each of them."""
    path = "/v1/stream?environment=billing/production&environment=billing/staging"
    events = _events(api, path)
    _until(events, "bookmark")
    for environment in ("development", "staging", "production"):
        path_of_it = f"/v1/apps/billing/environments/{environment}/config"
        api.call("PUT", path_of_it, json={"PORT": "1"}, headers={"If-None-Match": "*"})
    assert [next(events)["data"]["environment"] for _ in range(2)] == ["staging", "production"]
    only = api.token(Scope.CONFIG_READ, bounds=("billing/production",), name="only")
    assert api.call("GET", path, token=only).status_code == 404


def test_the_stream_of_a_revoked_token_ends(api: Api) -> None:
    """It says why, so that the client does not come back with it."""
    token = api.token(Scope.CONFIG_READ, name="watcher")
    events = _events(api, STREAM, token=token)
    _until(events, "bookmark")
    api.call("DELETE", f"/v1/tokens/{token.split('_')[1]}")
    assert next(events) == {"event": "goaway", "data": {"reason": "token"}}


def test_the_stream_of_a_rotated_token_ends_with_its_grace(api: Api) -> None:
    """Also one that was opened while the token had no end."""
    token = api.token(Scope.CONFIG_READ, name="watcher")
    events = _events(api, STREAM, token=token)
    _until(events, "bookmark")
    api.call("POST", f"/v1/tokens/{token.split('_')[1]}/rotate?grace=1")
    assert next(events) == {"event": "goaway", "data": {"reason": "token"}}
    assert api.call("GET", STREAM, token=token).status_code == 401


def test_a_stream_is_no_place_for_strangers(api: Api) -> None:
    """The quiet one is."""
    assert api.call("GET", STREAM, token="").status_code == 401
    assert api.call("GET", "/v1/stream?environment=billing/production", token="").status_code == 401
    assert api.call("GET", "/v1/stream?environment=x", token=None).status_code == 422
    api.client.get("/v1/stream").close()


def test_a_misspelt_environment_is_no_stream_of_heartbeats(api: Api) -> None:
    """Nobody would notice that nothing comes."""
    for query in ("enviroment=billing/production", "environment=billing", "environment=", "a=b"):
        assert api.call("GET", f"/v1/stream?{query}").status_code == 422
    assert api.call("GET", f"{STREAM}?environment=billing/staging").status_code == 422
