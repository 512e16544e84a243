"""What the guide on webhooks shows works: its receiver takes what is sent to a webhook that is made as it says."""

import json
import os
import shlex
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.place import Place
from app.domain.webhooks.outgoing import Message, Topic
from app.receivers.sending import WebhookSender
from app.service.webhooks.announcing import announce
from app.service.webhooks.delivering import Delivering, encoded
from docs.documents import ROOT, blocks
from setpoint.cli.main import main
from support.configuration_service import CONTRACT, Clock, Service
from support.fresh_database import fresh_database
from support.service_over_http import service_over_http
from support.waiting import eventually

_BLOCKS = list(blocks(ROOT / "docs" / "guides" / "webhooks.md"))
_CREATE, _ACCEPT, _SOUND = (each.text for each in _BLOCKS if each.language == "shell")
_EXAMPLE, _REACTION = (each.text for each in _BLOCKS if each.language == "json")
_RECEIVER, _ALARM = (next(each.text for each in _BLOCKS if each.file == name) for name in ("receiver.py", "alarm.py"))
_AT = datetime(2026, 11, 26, 15, 4, 5, 123_000, tzinfo=UTC)
_ROLLED_BACK = Message(Topic.ROLLED_BACK, _AT, Place("billing", "production"), 45, {"still_served": 44})


def test_the_example_is_what_is_sent() -> None:
    """To the letter, but for spaces."""
    assert json.loads(encoded(_ROLLED_BACK)) == json.loads(_EXAMPLE)


def test_the_receiver_of_the_guide_takes_what_is_sent(
    tmp_path: Path, port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the secret that the command prints, and of the events that it names; an unsigned request is refused."""
    (tmp_path / "receiver.py").write_text(_RECEIVER.replace("8099", port))
    words = shlex.split(_CREATE.replace("https://hooks.example.com/setpoint", f"http://127.0.0.1:{port}/"))
    with service_over_http(fresh_database(tmp_path)) as service:
        monkeypatch.setenv("SETPOINT_URL", service.url)
        monkeypatch.setenv("SETPOINT_TOKEN", service.admin)
        assert main(words[1:]) == 0
        secret = capsys.readouterr().out.strip()
        said = tmp_path / "said"
        with said.open("w") as output:
            receiver = subprocess.Popen(
                [sys.executable, "receiver.py"],
                cwd=tmp_path,
                env={**os.environ, "WEBHOOK_SECRET": secret},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            eventually(lambda: _listens(int(port)))
            _tell(service.store)
            delivering = Delivering(service.store, WebhookSender(allow_private=True), lambda: datetime.now(UTC))
            assert delivering.deliver_due() == 1
            eventually(lambda: "revision.rolled_back" in said.read_text())
            eventually(lambda: not delivering.busy)
        finally:
            receiver.kill()
            receiver.wait()
        assert main(["webhooks", "list", "--json"]) == 0
        (webhook,) = json.loads(capsys.readouterr().out)
        assert main(["webhooks", "deliveries", webhook["id"], "--json"]) == 0
        (delivery,) = json.loads(capsys.readouterr().out)
    assert (delivery["state"], [each["status"] for each in delivery["attempts"]]) == ("delivered", [204])
    assert "{'app': 'billing', 'environment': 'production', 'revision': 45, 'still_served': 44}" in said.read_text()


def test_the_alarm_of_the_guide_takes_a_revision_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the secret and at the address that the command prints; the answer is the one that is shown."""
    (tmp_path / "alarm.py").write_text(_ALARM)
    with service_over_http(fresh_database(tmp_path)) as service:
        kept = Service(service.store, Clock())
        kept.push(CONTRACT)
        for port in ("1", "2"):
            kept.write(PORT=port)
        monkeypatch.setenv("SETPOINT_URL", service.url)
        monkeypatch.setenv("SETPOINT_TOKEN", service.admin)
        assert main(shlex.split(_ACCEPT)[1:]) == 0
        secret, told = capsys.readouterr()
        monkeypatch.setenv("WEBHOOK_SECRET", secret.strip())
        monkeypatch.setenv("WEBHOOK_URL", service.url + told.split()[3])
        sound = [sys.executable, *shlex.split(_SOUND)[1:]]
        said = subprocess.run(sound, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == json.loads(_REACTION)


def _tell(store: Any) -> None:
    created = Message(Topic.CREATED, datetime.now(UTC), Place("billing", "production"), 45)
    for message in (_ROLLED_BACK, created):
        store.write(lambda found, message=message: announce(found, message))


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
