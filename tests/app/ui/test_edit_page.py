"""`/apps/{app}/{environment}/edit`: an environment's variables as an env file."""

from html import unescape
from typing import Any

import pytest

from app.domain.errors import LimitedError, UnavailableError
from app.domain.identity import Scope
from support.http_api import BASE, Api
from support.visitor import BROWSER, Visitor, words

CANARY = "c4n4ry0fTh3F0rm"
EDIT = "/apps/billing/production/edit"


@pytest.fixture
def editor(api: Api, visitor: Visitor) -> Visitor:
    """Somebody who may read and write, but not reveal."""
    api.put({"PORT": "1", "API_KEY": CANARY})
    return visitor.sign_in(Scope.CONFIG_READ, Scope.CONFIG_WRITE)


def typed(page: Any) -> str:
    """Return what is in the field of the text."""
    return unescape(page.text.partition("</textarea>")[0].rpartition("<textarea")[2].partition(">\n")[2])


def send(editor: Visitor, text: str, base: str = "1", do: str = "save", **more: str) -> Any:
    return editor.post(EDIT, EDIT, text=text, base=base, do=do, **more)


def variables(api: Api) -> dict[str, str]:
    found = api.call("GET", f"{BASE}/config?reveal=true").get_json()["variables"]
    return {name: each["value"] for name, each in found.items()}


def test_an_environment_is_edited_without_its_secrets(api: Api, editor: Visitor) -> None:
    """What stands for one leaves it as it is, and saving leads to the environment."""
    page = editor.get(EDIT)
    assert typed(page) == "PORT=1\nAPI_KEY=setpoint:unchanged\n"
    saved = send(editor, "PORT=2\r\nAPI_KEY=setpoint:unchanged\r\n", message="more room")
    assert (saved.status_code, saved.headers["Location"]) == (303, "/apps/billing/production#content")
    assert variables(api) == {"PORT": "2", "API_KEY": CANARY}
    assert api.call("GET", f"{BASE}/revisions/2").headers["Config-Revision"] == "2"
    assert CANARY not in page.text + saved.text + editor.get(f"{EDIT}.json").text


def test_a_check_says_what_saving_would_do_and_stores_nothing(api: Api, editor: Visitor) -> None:
    """By the button, without a script."""
    page = send(editor, "PORT=2\nAPI_KEY=setpoint:unchanged\n", do="check")
    assert (page.status_code, "nothing is wrong: saving makes revision 2 PORT changed" in words(page)) == (200, True)
    assert variables(api)["PORT"] == "1"


def test_every_problem_is_at_its_line_and_the_text_stays(api: Api, editor: Visitor) -> None:
    """Nothing is stored."""
    text = "PORT=many\nNAME='open\nAPI_KEY=setpoint:unchanged\n"
    page = send(editor, text)
    assert (page.status_code, typed(page)) == (422, text)
    assert "line 1 PORT is not an integer" in words(page)
    assert "line 2 the quote that opens the value of NAME is never closed" in words(page)
    assert variables(api) == {"PORT": "1", "API_KEY": CANARY}


def test_what_somebody_else_wrote_meanwhile_is_shown(api: Api, editor: Visitor) -> None:
    """With the text as it was typed; saving it again is a write over what was shown."""
    api.put({"PORT": "7", "API_KEY": CANARY}, based_on=1)
    text = "PORT=2\nAPI_KEY=setpoint:unchanged\n"
    page = send(editor, text)
    assert (page.status_code, typed(page)) == (412, text)
    assert "revision 2 was written while you were typing" in words(page)
    assert "PORT 1 7" in words(page)
    assert '<input type="hidden" name="base" value="2">' in page.text
    assert send(editor, text, base="2").status_code == 303
    assert variables(api)["PORT"] == "2"


@pytest.mark.parametrize(
    ("error", "status"), [(UnavailableError("busy"), 503), (LimitedError("enough for now", 9), 429)]
)
def test_a_text_that_can_not_be_saved_now_is_not_lost(
    editor: Visitor, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    """The page says why, and has it still."""

    def fail(*_: object, **__: object) -> None:
        raise error

    page = editor.get(EDIT)
    monkeypatch.setattr("app.service.writing.revising.Revising.revise", fail)
    token = page.text.partition('name="form_token" value="')[2].partition('"')[0]
    sent = {"form_token": token, "text": "PORT=2\n", "base": "1", "do": "save"}
    answer = editor.client.post(EDIT, data=sent, headers=BROWSER)
    assert (answer.status_code, typed(answer), str(error) in words(answer)) == (status, "PORT=2\n", True)


def test_a_text_that_somebody_sends_who_is_signed_out_is_not_lost(editor: Visitor) -> None:
    """Or who has signed in anew; another site gets nothing onto the page."""
    text, own = 'PORT="2 & more"\n', {**BROWSER, "Sec-Fetch-Site": "same-origin"}
    sent = {"form_token": "old", "text": text, "base": "1", "do": "save"}
    anew = editor.client.post(EDIT, data=sent, headers=own)
    assert (anew.status_code, typed(anew)) == (400, text)
    editor.post("/sign-out")
    out = editor.client.post(EDIT, data=sent, headers=own)
    assert (out.status_code, typed(out)) == (401, text)
    assert "You are signed out, and nothing was saved Sign in, open the page again" in words(out)
    assert editor.client.post(EDIT, data=sent, headers={**BROWSER, "Sec-Fetch-Site": "cross-site"}).status_code == 303


def test_an_app_without_a_schema_says_so_at_the_text(editor: Visitor) -> None:
    """It gets one by a push, and the text stays meanwhile."""
    unknown = "/apps/shop/production/edit"
    told = editor.post(unknown, EDIT, text="PORT=1\n", do="check")
    assert (told.status_code, typed(told)) == (404, "PORT=1\n")
    assert "has no schema" in words(told)


def test_what_others_approve_is_proposed(api: Api, editor: Visitor) -> None:
    """The button says so."""
    assert api.call("PUT", f"{BASE}/protection", json={"approvals": 1}).status_code == 200
    assert "Propose" in words(editor.get(EDIT))
    proposed = send(editor, "PORT=2\nAPI_KEY=setpoint:unchanged\n", apply_itself="on")
    assert (proposed.status_code, proposed.headers["Location"]) == (303, "/apps/billing/production/proposals/1#content")
    found = api.call("GET", f"{BASE}/proposals/1")
    assert (found.get_json()["applies_itself"], CANARY in found.text) == (True, False)
    assert variables(api)["PORT"] == "1"


def test_it_is_for_who_may_write_and_read(api: Api, editor: Visitor) -> None:
    """Who may not read sees nothing of it, whatever else is allowed."""
    assert Visitor(api).sign_in(Scope.CONFIG_READ, name="reader").get(EDIT).status_code == 403
    assert Visitor(api).sign_in(Scope.CONFIG_WRITE, name="writer").get(EDIT).status_code == 404
    for base in ("one", "9" * 5_000):
        assert send(editor, "PORT=1\n", base=base).status_code == 400
