"""`/apps/{app}/variables`, and one value for who has a reason to see it."""

import json

from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.identity import Scope
from setpoint.contract.document.manifest import settings_manifest
from setpoint.contract.settings_class import SettingsContract
from support.http_api import Api
from support.visitor import Visitor, words

CANARY = "c4n4ry0fTh3M4tr1x"
REVEAL = "/apps/billing/production/variables/API_KEY/reveal"
READ_AND_REVEAL = (Scope.CONFIG_READ, Scope.CONFIG_REVEAL)


def reveals(api: Api) -> list[dict[str, object]]:
    events = api.call("GET", "/v1/audit?app=billing").get_json()["events"]
    return [each["details"] for each in events if each["action"] == "config.reveal"]


def test_environments_are_side_by_side(api: Api, visitor: Visitor) -> None:
    """With types and readers; the same as JSON; and no secret."""
    api.put({"PORT": "1", "API_KEY": CANARY, "NAME": "Pizza"})
    visitor.sign_in(Scope.CONFIG_READ)
    page = visitor.get("/variables/billing")
    assert "PORT an integer 1 1.0 (current)" in words(page)
    assert "API_KEY a string • secret 1.0" in words(page)
    listed = visitor.get("/variables/billing.json")
    assert {row["name"]: row["cells"][0]["state"] for row in listed.get_json()["rows"]}["DEBUG"] == "default"
    assert CANARY not in page.text + listed.text


class Sends(BaseModel):
    """How mail is sent."""

    host: str = "localhost"
    sender: str


class MayMail(BaseSettings):
    """Mails if it is told how."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    mail: Sends | None = None
    spare: Sends


def test_what_a_model_needs_that_may_be_absent_is_not_missing(api: Api, visitor: Visitor) -> None:
    """It is said when it is needed; what is needed in any case is missing."""
    api.put({"PORT": "1", "API_KEY": CANARY})
    document = settings_manifest(SettingsContract.of(MayMail))
    pushed = f"/v1/apps/billing/schemas/{json.loads(document)['digest']}?compatibility=none&release=2.0"
    assert api.call("PUT", pushed, data=document, content_type="application/json").status_code == 200
    visitor.sign_in(Scope.CONFIG_READ)
    said = words(visitor.get("/variables/billing"))
    assert "MAIL__SENDER a string; required if another part of MAIL is set not set" in said
    assert "SPARE__SENDER a string ✕ missing" in said


def test_a_value_is_revealed_for_a_reason_and_hidden_again(api: Api, visitor: Visitor) -> None:
    """By a button, and by itself; the audit log has the reason before anybody sees the value."""
    api.put({"PORT": "1", "API_KEY": CANARY})
    visitor.sign_in(*READ_AND_REVEAL)
    assert REVEAL in visitor.get("/variables/billing").text
    asked = visitor.get(REVEAL)
    assert (CANARY in asked.text, reveals(api)) == (False, [])
    shown = visitor.post(REVEAL, REVEAL, reason="the gateway refuses us")
    assert CANARY in shown.text
    assert CANARY not in shown.text.partition("<body>")[0]
    assert shown.headers["Refresh"] == "60; url=/variables/billing"
    assert (shown.headers["Cache-Control"], shown.request.path) == ("no-store", REVEAL)
    assert reveals(api) == [{"revision": 1, "names": ["API_KEY"], "reason": "the gateway refuses us"}]
    assert CANARY not in visitor.get(REVEAL).text + visitor.get(f"{REVEAL}.json").text


def test_without_a_reason_nothing_is_revealed(api: Api, visitor: Visitor) -> None:
    """The page asks again."""
    api.put({"PORT": "1", "API_KEY": CANARY})
    visitor.sign_in(*READ_AND_REVEAL)
    page = visitor.post(REVEAL, REVEAL, reason=" ")
    assert (page.status_code, "a reason is required; the audit log keeps it" in words(page)) == (422, True)
    assert (CANARY in page.text, reveals(api)) == (False, [])


def test_who_may_not_reveal_is_offered_nothing(api: Api, visitor: Visitor) -> None:
    """And gets nothing by the address."""
    api.put({"PORT": "1", "API_KEY": CANARY})
    visitor.sign_in(Scope.CONFIG_READ)
    assert REVEAL not in visitor.get("/variables/billing").text
    assert visitor.get(REVEAL).status_code == 403
    assert visitor.post(REVEAL, "/check", reason="why not").status_code == 403


def test_what_is_not_there_and_what_is_hidden_look_alike(api: Api, visitor: Visitor) -> None:
    """An app, an environment and a variable."""
    api.put({"PORT": "1", "API_KEY": CANARY})
    visitor.sign_in(*READ_AND_REVEAL, bounds=("billing/production",))
    for path in ("/variables/shop", REVEAL.replace("production", "staging"), REVEAL.replace("API_KEY", "KEY")):
        assert visitor.get(path).status_code == 404, path
