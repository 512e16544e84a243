"""`/v1/webhooks/in`: who says that something is wrong, and what is done about it, once."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from werkzeug.test import TestResponse

from app.domain.identity import Scope
from app.domain.webhooks.signature import TOLERANCE, new_secret
from app.service.webhooks.accepting import MOST_IN_ONE_PLACE
from app.views.authentication import MOST_FAILURES
from support.http_api import BASE, Api

PLACE = "billing/production"
NOT_ACCEPTED = "no valid webhook was sent"
JSON = "application/json"


def _json(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def _made(api: Api, action: str = "rollback") -> dict[str, Any]:
    answer = api.call("POST", "/v1/webhooks/in", json={"environment": PLACE, "action": action})
    assert answer.status_code == 201, answer.text
    return _json(answer)


@pytest.fixture
def api(api: Api) -> Api:
    """The service, with a good revision and a bad one after it."""
    api.put({"PORT": "1"})
    api.put({"PORT": "2"}, 1)
    return api


def _send(
    api: Api,
    made: dict[str, Any],
    body: str = "",
    message_id: str = "msg_1",
    *,
    late: timedelta = timedelta(0),
    content_type: str = JSON,
    **headers: str,
) -> TestResponse:
    """Send what the reference library signs."""
    at = datetime.now(UTC) - late
    signed = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(made["secret"]).sign(message_id, at, body),
    }
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.client.post(made["path"], data=body, content_type=content_type, headers={**signed, **changed})


def _revisions(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _json(api.call("GET", f"{BASE}/revisions"))["revisions"]
    return found


def test_the_revision_before_is_brought_back_and_a_replay_does_nothing_more(api: Api) -> None:
    """It is told the same; the webhook is who did it."""
    made = _made(api)
    body = json.dumps({"message": "error rate 12%", "revision": 2, "labels": {"severity": "page"}})
    answers = [_send(api, made, body) for _ in range(3)]
    assert {(each.status_code, each.text) for each in answers} == {(200, answers[0].text)}
    assert answers[0].json == {"effect": "rolled_back", "environment": PLACE, "revision": 2, "current": 3}
    newest, *older = _revisions(api)
    assert [each["revision"] for each in older] == [2, 1]
    assert (newest["copied_from"], newest["message"]) == (
        1,
        f"rolled back by webhook {made['id']}: error rate 12%",
    )
    assert newest["principal"] == {
        "kind": "machine",
        "issuer": "setpoint",
        "subject": made["id"],
        "name": f"webhook {made['id']}",
    }
    (done,) = [each for each in _json(api.call("GET", "/v1/audit"))["events"] if each["action"] == "config.rollback"]
    assert done["principal"]["subject"] == made["id"]
    assert done["details"] == {"revision": 3, "from": 1}


def test_another_alarm_does_not_undo_the_rollback(api: Api) -> None:
    """Alarms come in crowds; the bad revision is not what comes before a good one."""
    made = _made(api)
    assert _json(_send(api, made))["effect"] == "rolled_back"
    again = _send(api, made, message_id="msg_2")
    assert again.json == {"effect": "nothing", "environment": PLACE, "revision": None, "current": 3}
    assert _revisions(api)[0]["revision"] == 3


def test_an_abort_does_nothing_where_nothing_is_on_trial(api: Api) -> None:
    """However the body looks: an alarm has its own."""
    made = _made(api, "abort")
    for number, (body, content_type) in enumerate(
        [("", JSON), ("status=firing", "application/x-www-form-urlencoded"), ("[1]", JSON), ('{"alerts": []}', JSON)]
    ):
        answer = _send(api, made, body, f"msg_{number}", content_type=content_type)
        assert answer.json == {"effect": "nothing", "environment": PLACE, "revision": None, "current": 2}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (
            '{"revision": 1}',
            409,
            "revision 1 was reported, but `billing/production` is at revision 2; nothing was done",
        ),
        ('{"revision": "newest"}', 422, "the request has problems"),
        ('{"revision": 2, "revision": 1}', 422, "a key is repeated"),
        ('{"message": ["c4n4ry"]}', 422, "the request has problems"),
        ('{"message": "c4n4ry\\u0000"}', 422, "1 problem, and nothing was stored"),
        ('{"message": "c4n4ry', 400, "the body is not JSON in UTF-8, with finite numbers and 32 levels at most"),
    ],
)
def test_what_is_not_understood_is_said_and_can_be_sent_again(api: Api, body: str, status: int, words: str) -> None:
    """A refusal is not what the message has done."""
    made = _made(api)
    refused = _send(api, made, body)
    assert (refused.status_code, _json(refused)["detail"]) == (status, words)
    assert "c4n4ry" not in refused.text
    assert _json(_send(api, made))["effect"] == "rolled_back"


def test_there_has_to_be_something_to_go_back_to(api: Api) -> None:
    """Neither a first revision nor destroyed values are; no sender is told that the webhook is gone."""
    made = _made(api)
    path = f"{BASE}/revisions/1/destroy"
    assert api.call("POST", path, json={"reason": "it held a password"}).status_code == 200
    refused = _send(api, made)
    assert (refused.status_code, "destroyed" in refused.text or "removed" in refused.text) == (409, True)


def test_what_is_not_accepted_looks_alike(api: Api) -> None:
    """An unknown id, another secret, a changed body, a clock that is wrong, and no headers at all."""
    made = _made(api)
    limit = TOLERANCE + timedelta(seconds=5)
    unknown = {**made, "path": "/v1/webhooks/in/whin_0123456789abcdef"}
    at = str(int(datetime.now(UTC).timestamp()))
    refused = [
        _send(api, unknown),
        _send(api, {**made, "path": "/v1/webhooks/in/none"}),
        _send(api, {**made, "secret": new_secret()}),
        _send(api, made, late=limit),
        _send(api, made, late=-limit),
        _send(api, made, webhook_id="msg_2"),
        _send(api, made, webhook_id="msg.1"),
        _send(api, made, webhook_timestamp=f" {at}.0"),
        _send(api, made, webhook_timestamp="-1"),
        _send(api, made, webhook_signature="v1,"),
        _send(api, made, webhook_signature="v1,\xe9"),
        api.client.post(made["path"]),
    ]
    assert {(each.status_code, _json(each)["detail"]) for each in refused} == {(401, NOT_ACCEPTED)}
    assert len({each.headers["WWW-Authenticate"] for each in refused}) == 1
    assert _revisions(api)[0]["revision"] == 2
    assert _send(api, made, late=TOLERANCE - timedelta(seconds=30)).status_code == 200


def test_one_good_signature_among_several_is_enough(api: Api) -> None:
    """A sender that rotates sends one for each of its secrets."""
    made = _made(api)
    at = datetime.now(UTC)
    good, other = (Webhook(each).sign("msg_1", at, "") for each in (made["secret"], new_secret()))
    stamp = str(int(at.timestamp()))
    assert _send(api, made, webhook_timestamp=stamp, webhook_signature=f"{other} v1a,x {good}").status_code == 200


def test_after_a_rotation_both_secrets_are_taken_for_the_grace(api: Api) -> None:
    """And then the new one alone; a message that came before stays what it was."""
    made = _made(api)
    assert _json(_send(api, made))["effect"] == "rolled_back"
    rotated = _json(api.call("POST", f"{made['path']}/rotate?grace=60"))
    assert [_json(_send(api, each))["effect"] for each in (made, rotated)] == ["rolled_back", "rolled_back"]
    newest = _json(api.call("POST", f"{made['path']}/rotate?grace=0"))
    assert [_send(api, each).status_code for each in (made, rotated, newest)] == [401, 401, 200]
    assert api.call("DELETE", made["path"]).status_code == 200
    assert _send(api, newest).status_code == 401


def test_who_tries_too_often_has_to_wait_and_the_sender_does_not(api: Api) -> None:
    """As with tokens."""
    made = _made(api)
    statuses = [_send(api, {**made, "secret": new_secret()}).status_code for _ in range(MOST_FAILURES + 1)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert _send(api, made).status_code == 200


def test_a_large_body_is_refused_before_anything_else(api: Api) -> None:
    """64 KiB is enough to say that something is wrong."""
    assert _send(api, _made(api), "x" * 65_537).status_code == 413


def test_nothing_of_a_body_or_a_secret_is_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Whether it is accepted or not; and a secret is shown when it is made, and by no other route."""
    caplog.set_level(logging.DEBUG)
    made = _made(api)
    body = '{"message": "c4n4ry"}'
    _send(api, {**made, "secret": new_secret()}, body)
    _send(api, made, body)
    told = [api.call("GET", "/v1/webhooks/in"), api.call("GET", "/v1/audit"), api.call("DELETE", made["path"])]
    assert [each.status_code for each in told] == [200, 200, 200]
    assert _json(told[0])["webhooks"] == [{name: text for name, text in made.items() if name != "secret"}]
    assert "c4n4ry" not in caplog.text + told[1].text
    assert made["secret"] not in caplog.text + "".join(each.text for each in told)


def test_it_takes_an_admin_of_the_environment(api: Api) -> None:
    """Who is one elsewhere sees nothing of it; the environment has to be there."""
    made = _made(api)
    wanted = {"environment": PLACE, "action": "abort"}
    tokens = {
        bound: api.token(Scope.ADMIN, bounds=(bound,), name=bound)
        for bound in ("billing/production", "billing/staging", "shop/*")
    }
    lists = {
        bound: len(_json(api.call("GET", "/v1/webhooks/in", token))["webhooks"]) for bound, token in tokens.items()
    }
    assert lists == {"billing/production": 1, "billing/staging": 0, "shop/*": 0}
    accepted = {
        bound: api.call("POST", "/v1/webhooks/in", token, json=wanted).status_code for bound, token in tokens.items()
    }
    assert accepted == {"billing/production": 201, "billing/staging": 404, "shop/*": 404}
    assert api.call("DELETE", made["path"], tokens["billing/staging"]).status_code == 404
    for environment, status in (("billing/nowhere", 404), ("billing", 422)):
        answer = api.call("POST", "/v1/webhooks/in", json={**wanted, "environment": environment})
        assert answer.status_code == status
    for _ in range(MOST_IN_ONE_PLACE - 2):
        _made(api)
    assert api.call("POST", "/v1/webhooks/in", json=wanted).status_code == 409
