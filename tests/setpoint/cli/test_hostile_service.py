"""Commands end with a sentence and leave the terminal alone, whatever answers them."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.cli.main import main
from setpoint.client import connection
from setpoint.text.escape import UNPRINTABLE
from support.canned_server import canned, canned_server
from support.typed_commands import GOOD, SETTINGS

Typed = Callable[..., tuple[int, str]]

COMMANDS = [
    ["apps"],
    ["environments", "billing"],
    ["schema", "push", "--app", "billing", "--release", "1"],
    ["push", "billing/production", "prod.env"],
    ["pull", "billing/production", "--output", "pulled.env"],
    ["pull", "billing/production", "--format", "kubernetes"],
    ["log", "billing/production"],
    ["diff", "billing/production@1...2"],
    ["diff", "billing/production", "billing/staging"],
    ["rollback", "billing/production", "--to", "1"],
    ["revisions", "destroy", "billing/production", "1", "--reason", "leaked"],
    ["push", "billing/production", "prod.env", "--propose"],
    ["environments", "protect", "billing/production"],
    ["proposals", "list", "billing/production"],
    ["proposals", "show", "billing/production", "1"],
    ["proposals", "approve", "billing/production", "1", "0123456789ab"],
    ["proposals", "refuse", "billing/production", "1"],
    ["proposals", "apply", "billing/production", "1"],
    ["token", "list"],
    ["token", "create", "ci", "--scope", "admin"],
    ["token", "rotate", "0123456789ab"],
    ["token", "revoke", "0123456789ab"],
    ["keys", "status"],
    ["keys", "rotate"],
    ["audit"],
    ["proposals", "withdraw", "billing/production", "1"],
    ["extend", "billing/production", "shared/ports"],
    ["promote", "billing/staging", "billing/production"],
    ["import", "billing/production", "printed.json"],
    ["import", "billing/production", "printed.json", "--apply"],
    ["rollout", "status", "billing/production"],
    ["rollout", "promote", "billing/production"],
    ["rollout", "abort", "billing/production"],
    ["rollout", "plan", "billing/production"],
    ["sessions", "billing/production"],
    ["trust", "list"],
    ["trust", "put", "x", "--issuer", "https://h", "--audience=a", "--subject=s", "--sign-in", "--role", "viewer"],
    ["trust", "remove", "ci"],
    ["webhooks", "list"],
    ["webhooks", "create", "https://h"],
    ["webhooks", "accept", "billing/production", "--action", "rollback"],
    ["webhooks", "rotate", "0123456789ab"],
    ["webhooks", "enable", "0123456789ab"],
    ["webhooks", "ping", "0123456789ab"],
    ["webhooks", "delete", "0123456789ab"],
    ["webhooks", "deliveries", "0123456789ab"],
    ["limits", "show", "billing"],
    ["limits", "set", "billing", "--revisions", "5"],
]
JSON_COMMANDS = [[*words, "--json"] for words in COMMANDS if "--output" not in words and "--format" not in words]

EVIL = "\x1b[2J\x9b1m\u202e\r\n\x07evil"
PERSON = {"kind": "person", "name": EVIL, "subject": EVIL}
ROW = {
    "id": EVIL,
    "name": EVIL,
    "label": EVIL,
    "message": EVIL,
    "principal": PERSON,
    "change": EVIL,
    "before": EVIL,
    "after": EVIL,
    "action": EVIL,
    "app": EVIL,
    "environment": EVIL,
    "scopes": [EVIL],
    "bounds": [EVIL],
    "details": {EVIL: EVIL, "names": [EVIL]},
    "revision": 1,
    "created_at": EVIL,
    "updated_at": EVIL,
    "expires_at": EVIL,
    "destroyed": {"reason": EVIL},
    "copied_from": EVIL,
    "environments": [{"name": EVIL, "revision": EVIL, "schema_digest": EVIL}],
}
LISTS = {
    key: [ROW] for key in ("apps", "environments", "revisions", "changes", "tokens", "keys", "events", "proposals")
}
REFUSAL = {"detail": EVIL, "errors": [{"variable": EVIL, "code": EVIL, "message": EVIL, "hint": EVIL}]}

PROPOSAL = {"proposal": EVIL, "digest": EVIL, "state": EVIL, "approvals": EVIL, "ended": {"reason": EVIL}}
EVERYTHING = {**ROW, **PROPOSAL, **LISTS, "token": EVIL, "unchecked": [EVIL], "changed": True}
ANSWERS = {
    "controls": canned("200 OK", "application/json", json.dumps(EVERYTHING)),
    "a refusal with controls": canned("422 Unprocessable", "application/problem+json", json.dumps(REFUSAL)),
    "a failure with controls": canned("500 Failed", "application/problem+json", json.dumps(REFUSAL)),
    "an empty object": canned("200 OK", "application/json", "{}"),
    "numbers": canned("200 OK", "application/json", json.dumps(dict.fromkeys([*EVERYTHING, "pending"], 7))),
    "lists of numbers": canned("200 OK", "application/json", json.dumps({key: [7] for key in EVERYTHING})),
    "no JSON": canned("200 OK", "application/json", "{"),
    "a page": canned("200 OK", "text/html", "<h1>\x1b[2J</h1>"),
    "an empty page": canned("204 No Content", "text/html", ""),
    "a redirect": canned("302 Found", "text/html", "", f"Location: http://{'x' * 100}/\x1b[2J"),
}

NO_ANSWERS = ANSWERS.keys() - {"controls", "numbers", "lists of numbers"}
"""Those that no command takes for a success."""


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Typed:
    """Return a function that types a command for the service at a URL; it returns the status and all that it says."""
    (tmp_path / "hostile_settings.py").write_text(SETTINGS)
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "hostile_settings:Billing"\n')
    (tmp_path / "prod.env").write_text(GOOD)
    (tmp_path / "printed.json").write_text('{"PORT": "8080"}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("SETPOINT_TOKEN", "sp_0123456789ab_kXwvQzmWncRt")

    def run(url: str, *words: str) -> tuple[int, str]:
        monkeypatch.setenv("SETPOINT_URL", url)
        status = main(list(words))
        return status, "".join(capsys.readouterr())

    return run


@pytest.mark.parametrize("answer", ANSWERS)
def test_nothing_that_a_service_answers_steers_the_terminal_or_ends_in_a_traceback(typed: Typed, answer: str) -> None:
    """Every command, with every answer."""
    with canned_server(ANSWERS[answer]) as server:
        for words in (*COMMANDS, *JSON_COMMANDS):
            status, said = typed(server.url, *words)
            assert status in {0, 1, 2}, words
            assert status or answer not in NO_ANSWERS, words
            assert not re.search(UNPRINTABLE, said.replace("\n", "")), words
            assert "kXwvQzmWncRt" not in said


def test_a_service_that_is_down_is_one_sentence_for_every_command(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a 2: nothing was refused; that it is tried again is seen elsewhere, and takes its time."""
    monkeypatch.setattr(connection, "_RETRIES", 0)
    with canned_server(b"") as server:
        url = server.url
    for words in COMMANDS:
        assert typed(url, *words) == (2, f"error: cannot reach the service at `{url}`: connection refused\n")
