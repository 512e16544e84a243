"""`/check`: what programs read in a pasted env file, for anybody."""

import logging
from contextlib import closing
from pathlib import Path

import pytest

from app.contracts.validator import ContractValidator
from app.domain.identity import Scope
from app.factory import Keeping, create_app
from app.store.opening import open_store
from app.store.sqlite.store import SqliteStore
from app.store.testing.examples import OLD_KEY
from app.ui.pages.check import MOST_LINES
from observability.logs.formatters import JsonLineFormatter
from setpoint.envfile.loaders import LOADERS
from support.fresh_database import fresh_database
from support.http_api import Api
from support.keyed_settings import Settings
from support.visitor import BROWSER, Visitor, words

CANARY = "c4n4ry0fTh3P4st3"


def test_anybody_sees_at_once_what_it_is_for(visitor: Visitor) -> None:
    """An example is there, with what came of it; nobody has signed in."""
    page = visitor.get("/check")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "all 7 variables are read differently, and 2 of 12 programs refuse the file" in words(page)
    assert "docker, kubectl, podman and github-env keep the quotes" in words(page)
    assert "node 24 node reads 6 variables" in words(page)
    assert "TITLE Pizza Palace PASSWORD pa COLOR orange" in words(page)
    assert len(page.text) < 40_000
    assert visitor.get("/check.json").get_json()["programs"][0]["values"]["TITLE"] == "********"
    assert "all 7 variables" not in words(visitor.get("/check?empty"))


def test_what_is_pasted_is_shown_as_each_program_reads_it(visitor: Visitor) -> None:
    """Character for character in its field, and with what is wrong at its line."""
    page = visitor.post(
        "/check", "/check", text="\r\nA=' x\r\nB=<b>&amp;\r\n", **{"read-docker": "on", "read-bash": "on"}
    )
    assert page.status_code == 200
    assert "\n\nA=&#39; x\nB=&lt;b&gt;&amp;amp;\n</textarea>" in page.text
    assert "docker reads it as written" in words(page)
    assert "line 2 this is never closed, so the shell reads nothing after this point (as bash reads it)" in words(page)
    assert "python-dotenv" not in words(page).partition("What is read")[2]


def test_of_an_endless_value_its_beginning_is_shown(visitor: Visitor) -> None:
    """A dozen programs read it, and nobody reads it to its end."""
    page = visitor.post(
        "/check", "/check", text=f"A=b{'x' * 100_000}\n", **dict.fromkeys(map("read-{}".format, LOADERS), "on")
    )
    assert "A line 1 bxxx" in words(page)
    assert "xxx… (90,001 more characters)" in words(page)
    assert len(page.text) < 300_000


def test_a_form_of_another_site_is_refused(visitor: Visitor) -> None:
    """As every form."""
    assert visitor.client.post("/check", data={"text": "A=1"}, headers=BROWSER).status_code == 400


def test_a_file_that_would_take_long_is_refused(visitor: Visitor) -> None:
    """In lines and in bytes."""
    page = visitor.post("/check", "/sign-in", text="A=1\n" * (MOST_LINES + 1))
    assert (page.status_code, f"the limit is {MOST_LINES}" in words(page)) == (422, True)
    assert page.text.count("A=1\n") == MOST_LINES + 1
    page = visitor.post("/check", "/sign-in", text="A=1 " * 2_001, **{"read-bash": "on"})
    assert (page.status_code, "bash 5.2 reads 2,001 assignments" in words(page)) == (422, True)
    assert visitor.post("/check", "/sign-in", text="A" * 1_100_000).status_code == 413


def test_a_file_may_be_as_large_as_the_settings_say(tmp_path: Path) -> None:
    """As for `POST /v1/checks`."""
    with closing(open_store(fresh_database(tmp_path), OLD_KEY)) as store:
        assert isinstance(store, SqliteStore)
        application = create_app(Settings(max_check_bytes=100), keeping=Keeping(store, ContractValidator()))
        visitor = Visitor(Api(application, store))
        page = visitor.post("/check", "/sign-in", text="A=" + "x" * 99)
        assert (page.status_code, "the file is larger than 100 bytes" in words(page)) == (413, True)
        assert visitor.post("/check", "/sign-in", text="A=" + "x" * 98).status_code == 200


def test_nothing_of_it_is_in_a_log_or_an_address(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even if the check fails on it: what a form holds is masked wherever it goes."""

    def fail(content: bytes, *_: object) -> object:
        raise ValueError(content)

    lines: list[str] = []
    formatter = JsonLineFormatter()
    monkeypatch.setattr(caplog.handler, "emit", lambda record: lines.append(formatter.format(record)))
    caplog.set_level(logging.DEBUG)
    text = f"PASSWORD='{CANARY}'\nKEY=\"tab\\t{CANARY}\"\nexport A={CANARY} # {CANARY}\n"
    page = visitor.post("/check", "/sign-in", text=text)
    assert (page.request.path, page.request.query_string) == ("/check", b"")
    assert CANARY not in page.text.partition("<body>")[0]
    monkeypatch.setattr("app.service.pages.checker.SourceText.from_bytes", lambda _, content: fail(content))
    assert visitor.post("/check", "/sign-in", text=text).status_code == 500
    assert any("ValueError" in line for line in lines)
    assert CANARY not in "".join(lines)


def test_who_has_signed_in_checks_against_a_schema(visitor: Visitor) -> None:
    """Of an app that the token may read; others are not there."""
    visitor.sign_in(Scope.CONFIG_READ, bounds=("billing/*",))
    assert "billing (1.0)" in words(visitor.get("/check"))
    page = visitor.post("/check", "/sign-in", text="PORT=many\n", app="billing")
    assert "PORT is not an integer" in words(page)
    assert visitor.post("/check", "/sign-in", text="PORT=1\n", app="shop").status_code == 404


def test_a_service_that_others_reach_wants_a_sign_in(tmp_path: Path) -> None:
    """It would work for strangers."""
    with closing(open_store(fresh_database(tmp_path), OLD_KEY)) as store:
        assert isinstance(store, SqliteStore)
        application = create_app(Settings(host="0.0.0.0"), keeping=Keeping(store, ContractValidator()))  # noqa: S104
        visitor = Visitor(Api(application, store))
        assert visitor.get("/check").headers["Location"] == "/sign-in?next=/check"
