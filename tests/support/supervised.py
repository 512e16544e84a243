"""Commands that `setpoint run --app` keeps running, as tests see them from outside."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60.0

STRICT = """
from pydantic import model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    pool_min: int = 1
    pool_max: int = 5
    api_key: str = ""

    @model_validator(mode="after")
    def ordered(self):
        if self.pool_min > self.pool_max:
            raise ValueError("POOL_MIN must not exceed POOL_MAX")
        return self
"""
"""A settings class with a check that no schema can carry."""

LAX = STRICT.replace("self.pool_min > self.pool_max", "False")
"""Another release of the same app, which has not got that check yet."""

TELLING = """
import json, os, pathlib, signal, sys, time
told = {name: os.environ[name] for name in sorted(os.environ) if name.startswith(("POOL_", "API_", "OLD_"))}
if os.environ.get("POOL_MAX") == "13":
    sys.exit(7)
pathlib.Path("pid").write_text(str(os.getpid()))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.signal(signal.SIGUSR1, lambda *_: sys.exit(42))
with open(sys.argv[1], "a") as stream:
    stream.write(json.dumps(told) + "\\n")
while True:
    time.sleep(0.05)
"""
"""A program that writes down with what it was started; with `POOL_MAX=13` it does not start."""


@dataclass
class Supervised:
    """One `setpoint run --app`.

    Attributes:
        process: The supervisor.
        folder: The project that it runs in.
    """

    process: "subprocess.Popen[str]"
    folder: Path

    @property
    def starts(self) -> list[dict[str, str]]:
        """Return with what the command was started, each time."""
        path = self.folder / "starts"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def said(self) -> str:
        """Return what the supervisor has said so far."""
        return (self.folder / "said").read_text()


@contextmanager
def supervised(
    folder: Path, url: str, token: str, *options: str, settings: str = STRICT, more: Mapping[str, str] | None = None
) -> Iterator[Supervised]:
    """Supervise a program that tells its environment, until the end of the context."""
    folder.mkdir(exist_ok=True)
    (folder / "its_settings.py").write_text(settings)
    (folder / "telling.py").write_text(TELLING)
    (folder / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "its_settings:Settings"\n')
    words = [sys.executable, "-m", "setpoint", "run", "--app", "billing", "--environment", "production"]
    words += ["--settle", "0.3", "--cache", str(folder / "cache"), "--release", "1.0", *options]
    words += ["--", sys.executable, str(folder / "telling.py"), str(folder / "starts")]
    environment = {**os.environ, "SETPOINT_URL": url, "SETPOINT_TOKEN": token, **(more or {})}
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(words, cwd=folder, env=environment, stderr=said, text=True)
        try:
            yield Supervised(process, folder)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=SECONDS)


def pid_of(web: Supervised) -> int:
    """Return the process id of the command that runs, as that has written it down."""
    return int((web.folder / "pid").read_text())


def is_running(pid: int) -> bool:
    """Return whether there is such a process, and not only what is left of one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
