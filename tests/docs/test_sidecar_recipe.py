"""What the recipe for a sidecar says: its command, beside an app that reads its env file on a signal."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.store.testing.examples import OLD_KEY
from docs.documents import ROOT, blocks
from setpoint.cli.main import main
from support.followed_environment import Billing
from support.free_port import free_port
from support.fresh_database import fresh_database
from support.service_over_http import service_over_http
from support.supervised import STRICT
from support.waiting import eventually

_PAGE = ROOT / "docs" / "guides" / "recipes" / "sidecar.md"
_MANIFEST = next(each.text for each in blocks(_PAGE) if each.file == "deployment.yaml")
_POD: dict[str, Any] = yaml.safe_load(_MANIFEST)["spec"]["template"]["spec"]
_APP = """
import json, os, pathlib, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

folder, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])


def read(*_):
    with (folder / "read").open("a") as stream:
        stream.write(json.dumps((folder / "app.env").read_text()) + "\\n")


class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


read()
signal.signal(signal.SIGHUP, read)
(folder / "app.pid").write_text(str(os.getpid()))
HTTPServer(("127.0.0.1", port), Ready).serve_forever()
"""


def test_the_manifest_passes_a_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The containers share what the page says, and neither gets a variable that it does not know."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deployment.yaml").write_text(_MANIFEST)
    (tmp_path / "its_settings.py").write_text(STRICT)
    monkeypatch.syspath_prepend(tmp_path)
    command = re.search(r"`setpoint (check deployment\.yaml .*?)`", _PAGE.read_text())
    assert command
    assert main([*command[1].split(), "--settings", "its_settings:Settings"]) == 0
    (sidecar,), (web,) = _POD["initContainers"], _POD["containers"]
    assert (_POD["shareProcessNamespace"], sidecar["restartPolicy"], sidecar["image"]) == (True, "Always", web["image"])
    assert {"name": "run", "mountPath": "/run/billing"} in sidecar["volumeMounts"]
    assert {"name": "run", "mountPath": "/run/billing"} in web["volumeMounts"]


@contextmanager
def _running(words: list[str], folder: Path, **variables: str) -> Iterator[None]:
    with (folder / "said").open("a") as said:
        process = subprocess.Popen(words, cwd=folder, env={**os.environ, **variables}, stdout=said, stderr=said)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def test_the_app_gets_what_the_sidecar_has_had_accepted(tmp_path: Path) -> None:
    """It reads a new revision after the signal and not before; of one that the class refuses, it never hears."""
    port = str(free_port())
    (tmp_path / "its_settings.py").write_text(STRICT)
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "its_settings:Settings"\n')
    (tmp_path / "app.py").write_text(_APP)
    (sidecar,) = _POD["initContainers"]
    places = {"/run/billing": str(tmp_path), "/var/lib/setpoint": str(tmp_path / "cache"), ":8000/": f":{port}/"}
    words = [*sidecar["command"], *sidecar["args"]]
    for shown, real in places.items():
        words = [each.replace(shown, real) for each in words]
    with service_over_http(fresh_database(tmp_path), OLD_KEY) as service:
        billing = Billing(service.url, service.admin)
        billing.write(POOL_MAX="1")
        sidecar_words = [sys.executable, "-m", *words]
        with _running(sidecar_words, tmp_path, SETPOINT_URL=service.url, SETPOINT_TOKEN=billing.token):
            eventually((tmp_path / "app.env").exists, "the file is there before the app is")
            with _running([sys.executable, "app.py", str(tmp_path), port], tmp_path):
                billing.wait_for("the instance serves revision 1")
                billing.write(POOL_MAX="2")
                billing.wait_for("the instance serves revision 2")
                eventually(lambda: len(_read(tmp_path)) == 2)
                billing.write(POOL_MIN="9", POOL_MAX="3")
                eventually(lambda: "refused revision 3" in billing.rollout)
                assert ["POOL_MAX=1" in _read(tmp_path)[0], "POOL_MAX=2" in _read(tmp_path)[1]] == [True, True]
                assert len(_read(tmp_path)) == 2


def _read(folder: Path) -> list[str]:
    """Return what the app has read, each time."""
    path = folder / "read"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
