"""An app that reloads in process, as a program of its own: it does what is typed to it, and tells its settings."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.supervised import STRICT
from support.waiting import eventually

PATCH = "from gevent import monkey; monkey.patch_all()"
"""What makes an app one of greenlets."""

APP = """
import json, logging, os, socket, threading
from its_settings import Settings
from setpoint.client import follow

logging.basicConfig(level="INFO", format="%(message)s")
applied = []


class NobodyCatchesThis(BaseException):
    pass


def apply(settings):
    if settings.pool_max == 13:
        raise ValueError(f"no pool of 13 for {settings.api_key}")
    if settings.pool_max == 14:
        raise NobodyCatchesThis  # as gevent's `Timeout` is, no `Exception`
    applied.append(settings.pool_max)


asked = socket.socket(fileno=0).makefile("rw")


def main():
    given = {"cache": "cache", "apply": apply, "release": "1.0"}
    with follow(Settings, app="billing", environment="production", **given) as following:
        ticks, ended = [0], threading.Event()

        def tick():
            while not ended.wait(0.01):
                ticks[0] += 1

        ticking = threading.Thread(target=tick)
        ticking.start()
        for line in asked:
            settings = following.settings
            told = {
                "revision": following.revision,
                "pool_max": settings.pool_max,
                "api_key": settings.api_key,
                "applied": applied,
                "ticks": ticks[0],
                "environment": sorted(name for name in os.environ if name.startswith(("POOL_", "API_"))),
            }
            print(json.dumps(told), file=asked, flush=True)
        ended.set()
        ticking.join()
    left = [each.name for each in threading.enumerate() if each.name.startswith("setpoint-")]
    print(sorted(left), file=asked, flush=True)


main()
"""
"""A settings class, a callback that can fail, a thread beside it that must never stand still."""


@dataclass
class ReloadingApp:
    """The running app.

    Attributes:
        process: The process.
        folder: Where it runs.
        asking: The end of a socket; the other one is its standard input, which no greenlet has to wait for alone.
    """

    process: "subprocess.Popen[bytes]"
    folder: Path
    asking: socket.socket

    def __post_init__(self) -> None:
        self._answers = self.asking.makefile("r")

    @property
    def told(self) -> dict[str, Any]:
        """Return what it goes by now."""
        self.asking.sendall(b"\n")
        line = self._answers.readline()
        assert line, self.said
        return dict(json.loads(line))

    @property
    def said(self) -> str:
        """Return what it has logged so far."""
        return (self.folder / "said").read_text()

    def wait_for(self, revision: int) -> dict[str, Any]:
        """Return what it goes by once that is `revision`."""
        eventually(lambda: self.told["revision"] == revision)
        return self.told

    def end(self) -> str:
        """End it as by the end of its work, and return what it says last: its threads that are still there."""
        self.asking.shutdown(socket.SHUT_WR)
        rest = self._answers.read()
        self.process.wait(timeout=60)
        return rest


@contextmanager
def reloading_app(
    folder: Path, url: str, token: str, *, patch: str = "", settings: str = STRICT
) -> Iterator[ReloadingApp]:
    """Run the app until the end of the context."""
    folder.mkdir(exist_ok=True)
    (folder / "its_settings.py").write_text(settings)
    (folder / "its_app.py").write_text(patch + APP)
    environment = {**os.environ, "SETPOINT_URL": url, "SETPOINT_TOKEN": token}
    ours, its = socket.socketpair()
    ours.settimeout(60)
    with (folder / "said").open("w") as said, ours:
        with its:
            words = [sys.executable, "its_app.py"]
            process = subprocess.Popen(words, cwd=folder, env=environment, stdin=its.fileno(), stderr=said)
        try:
            yield ReloadingApp(process, folder, ours)
        finally:
            process.kill()
            process.wait(timeout=60)
