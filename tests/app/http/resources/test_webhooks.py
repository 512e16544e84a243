"""`/v1/webhooks`: who is told, and what was sent."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.domain.identity import Scope
from support.http_api import Api

URL = "https://example.com/hook"


def _json(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def _made(api: Api, **wanted: Any) -> dict[str, Any]:
    answer = api.call("POST", "/v1/webhooks", json={"url": URL, **wanted})
    assert answer.status_code == 201, answer.text
    return _json(answer)


def test_a_secret_is_shown_when_it_is_made_and_never_again(api: Api) -> None:
    """After that, by no route."""
    made = _made(api, bound="billing/*", events=["revision.refused"])
    path = f"/v1/webhooks/{made['id']}"
    rotated = _json(api.call("POST", f"{path}/rotate?grace=0"))
    secrets = {made.pop("secret"), rotated.pop("secret")}
    assert len(secrets) == 2
    assert all(each.startswith("whsec_") for each in secrets)
    assert rotated == made
    assert made == {
        "id": made["id"],
        "url": URL,
        "bound": "billing/*",
        "events": ["revision.refused"],
        "created_at": made["created_at"],
        "disabled_at": None,
        "disabled_because": None,
    }
    told = [
        api.call("GET", "/v1/webhooks"),
        api.call("POST", f"{path}/enable"),
        api.call("POST", f"{path}/ping"),
        api.call("GET", f"{path}/deliveries"),
        api.call("DELETE", path),
        api.call("GET", "/v1/audit"),
    ]
    assert [each.status_code for each in told] == [200, 200, 202, 200, 200, 200]
    assert not any(secret in each.text for secret in secrets for each in told)
    assert api.call("GET", "/v1/webhooks").json == {"webhooks": []}


def test_what_is_on_its_way_can_be_looked_up(api: Api) -> None:
    """The newest first, without attempts yet."""
    made = _made(api)
    api.put({"PORT": "1"})
    ping = _json(api.call("POST", f"/v1/webhooks/{made['id']}/ping"))["delivery"]
    first, second = _json(api.call("GET", f"/v1/webhooks/{made['id']}/deliveries"))["deliveries"]
    assert (first["id"], first["event"], first["environment"], first["revision"]) == (ping, "ping", None, None)
    assert (second["event"], second["environment"], second["revision"]) == ("revision.created", "billing/production", 1)
    assert {(each["state"], *each["attempts"]) for each in (first, second)} == {("waiting",)}


@pytest.mark.parametrize(
    ("wanted", "about", "code"),
    [
        ({"url": "http://example.com"}, "url", "url-not-allowed"),
        ({"url": "https://10.0.0.1/"}, "url", "url-not-allowed"),
        ({"bound": "billing"}, "bound", "bound-not-allowed"),
        ({"events": ["revision.deleted"]}, "events", "enum"),
        ({"secret": "whsec_mine"}, None, "extra-forbidden"),
    ],
)
def test_what_can_not_be_a_webhook_is_refused(api: Api, wanted: dict[str, Any], about: str | None, code: str) -> None:
    """With what is wrong."""
    answer = api.call("POST", "/v1/webhooks", json={"url": URL, **wanted})
    assert answer.status_code == 422
    assert [(each["variable"], each["code"]) for each in _json(answer)["errors"]] == [(about, code)]


def test_who_is_not_admin_of_all_that_is_told_does_not_see_it(api: Api) -> None:
    """It is as if there were none."""
    made = _made(api)
    token = api.token(Scope.ADMIN, bounds=("billing/*",), name="grace")
    assert api.call("GET", "/v1/webhooks", token=token).json == {"webhooks": []}
    assert api.call("GET", f"/v1/webhooks/{made['id']}/deliveries", token=token).status_code == 404
    assert api.call("POST", "/v1/webhooks", token=token, json={"url": URL}).status_code == 403
