"""What the guide on following shows works: an app in Python, one in JavaScript, and the requests that are typed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docs.documents import ROOT, blocks
from support.followed_environment import Billing
from support.fresh_database import fresh_database
from support.service_over_http import service_over_http
from support.waiting import eventually

_BLOCKS = list(blocks(ROOT / "docs" / "guides" / "follow.md"))
_FILES = {block.file: block.text for block in _BLOCKS if block.file}
_NODE = str(Path(sys.executable).with_name("node"))


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[Billing]:
    """The service with an app that has a schema and a revision."""
    with service_over_http(fresh_database(tmp_path)) as service:
        made = Billing(service.url, service.admin)
        made.write(POOL_MIN="1", POOL_MAX="5", API_KEY="k")
        yield made


def _environment(billing: Billing) -> dict[str, str]:
    return {**os.environ, "SETPOINT_URL": billing.url, "SETPOINT_TOKEN": billing.token, "XDG_STATE_HOME": "/nowhere"}


@contextmanager
def _started(billing: Billing, folder: Path, *command: str) -> Iterator[None]:
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            command, cwd=folder / "shop", env=_environment(billing), stdout=said, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


@pytest.mark.parametrize("command", [(sys.executable, "worker.py"), (_NODE, "follow.mjs")], ids=["python", "node"])
def test_the_apps_of_the_guide_follow_and_answer(billing: Billing, tmp_path: Path, command: tuple[str, ...]) -> None:
    """What their check refuses is not served, and the service hears why."""
    with _started(billing, tmp_path, *command):
        billing.wait_for("the instance serves revision 1")
        billing.write(POOL_MIN="9", POOL_MAX="5", API_KEY="k")
        billing.wait_for("1 of 1 instance refused revision 2: POOL_MIN must not exceed POOL_MAX; still serving 1")
        billing.write(POOL_MIN="2", POOL_MAX="6", API_KEY="k")
        billing.wait_for("the instance serves revision 3")


def test_a_program_in_another_language_opens_its_session_anew(billing: Billing, tmp_path: Path) -> None:
    """When the service has forgotten it, and has gone on meanwhile."""
    with _started(billing, tmp_path, _NODE, "follow.mjs"):
        billing.wait_for("the instance serves revision 1")
        (session,) = billing.sessions
        billing.call("DELETE", f"/v1/sessions/{session['id']}", headers={"Authorization": f"Bearer {billing.token}"})
        billing.write(POOL_MIN="2", POOL_MAX="6", API_KEY="k")
        billing.wait_for("the instance serves revision 2")
        assert billing.sessions[0]["id"] != session["id"]


def test_what_is_typed_with_curl_is_answered(billing: Billing, tmp_path: Path) -> None:
    """Line by line, in a shell that ends with the first request that fails."""
    (script,) = (block.text for block in _BLOCKS if block.language == "shell" and "curl" in block.text)
    command = ["sh", "-e", "-c", script]
    ended = subprocess.run(
        command, cwd=tmp_path, env=_environment(billing), capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    eventually(lambda: "event: bookmark" in (tmp_path / "events").read_text() or not billing.sessions)
    assert '"value":"k"' in ended.stdout.replace(" ", "")
    states = [word for word in ("FAILED", "SYNCED") if f'"state":"{word}"' in ended.stdout.replace(" ", "")]
    assert states == ["FAILED", "SYNCED"]
    assert billing.sessions == []
