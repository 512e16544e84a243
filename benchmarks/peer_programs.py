"""The programs that people pick instead of Setpoint, and how each one is started on a contract and an env file."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

CONTRACTS = Path(__file__).with_name("peers")
_OURS = Path(sys.executable).parent
_THEIRS = CONTRACTS.parents[1] / ".venv-peers" / "bin"
_NODE = str(_OURS / "node")
_PYTHON = str(_THEIRS / "python")
_DATURE = ["--schema", "settings:Settings", "--source", "type=dature.EnvFileSource,file=.env,strict=error"]
_DATURE_ENVIRONMENT = [*_DATURE, "--source", "type=dature.EnvSource"]

_LOADERS = ("python-dotenv", "docker", "compose", "systemd", "bash", "kubectl", "node")

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Peer:
    """A program that checks env files, with the contract that is written for it.

    Attributes:
        name: What it is called.
        contract: The folder of its contract.
        check: Checks `.env` in the current folder.
        start: The start of an app that uses it; None if it has no part in that.
        starts: Whether it is the program that speaks at the start.
        reports: Checks `.env` and writes the report that the key names.
        check_environment: Checks what a process would read here; None if `check` does it.
        check_loaders: Checks what other programs make of `.env`; None if nothing does.
        origins: Makes the command that says where the value of a variable comes from; None if nothing does.
        winner: A pattern of what `origins` says of the source that a value of `PORT` comes from.
        shadowed: A pattern of what it says of the value in `.env` that lost.
    """

    name: str
    contract: str
    check: Command
    start: Command | None = None
    starts: bool = True
    reports: Mapping[str, Command] = field(default_factory=dict)
    check_environment: Command | None = None
    check_loaders: Command | None = None
    origins: Callable[[str], Command] | None = None
    winner: str = ""
    shadowed: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: its exit status, what it wrote to standard output, and what to standard error."""

    status: int
    result: str
    talk: str

    @property
    def output(self) -> str:
        """Return all that it wrote."""
        return f"{self.result}\n{self.talk}"


def _setpoint() -> Peer:
    command = (str(_OURS / "setpoint"), "check")
    formats = {"GitHub": "github", "GitLab": "gitlab", "JSON": "json", "JUnit": "junit", "SARIF": "sarif"}
    return Peer(
        "Setpoint",
        "pydantic",
        (*command, ".env"),
        start=(sys.executable, "start_with_setpoint.py"),
        reports={name: (*command, "--format", each, ".env") for name, each in formats.items()},
        check_environment=command,
        check_loaders=(*command, *(f"--loader={name}" for name in _LOADERS), ".env"),
        origins=lambda _: (str(_OURS / "setpoint"), "show", "--environment", ".env"),
        winner=r"PORT +9000 +process environment",
        shadowed=r"shadows 8000 from \.env:1",
    )


def _conflint() -> Peer:
    check = (str(_THEIRS / "confl"), "check")
    formats = {"GitHub": "github", "JSON": "json", "JUnit": "junit", "SARIF": "sarif"}
    return Peer(
        "conflint",
        "conflint",
        check,
        reports={name: (*check, "--report", each) for name, each in formats.items()},
        origins=lambda name: (str(_THEIRS / "confl"), "explain", name),
        winner=r"environment",
        shadowed=r"\.env:1:1",
    )


def _evnx() -> Peer:
    check = (str(_THEIRS / "evnx"), "validate", "--strict")
    return Peer(
        "evnx",
        "evnx",
        check,
        reports={"GitHub": (*check, "--format", "github-actions"), "JSON": (*check, "--format", "json")},
    )


def _dature() -> Peer:
    return Peer(
        "dature",
        "dature",
        (str(_THEIRS / "dature"), "validate", *_DATURE),
        start=(_PYTHON, "start.py"),
        check_environment=(str(_THEIRS / "dature"), "validate", *_DATURE_ENVIRONMENT),
        origins=lambda name: (str(_THEIRS / "dature"), "inspect", *_DATURE_ENVIRONMENT, "--field", name.lower()),
        winner=r'"source_file": "env"',
        shadowed=r"shadow|overrid",
    )


def _dynaconf() -> Peer:
    start = (_PYTHON, "settings.py")
    return Peer(
        "dynaconf",
        "dynaconf",
        start,
        start=start,
        origins=lambda name: (str(_THEIRS / "dynaconf"), "-i", "settings.settings", "inspect", "--key", name),
        winner=r'"loader": "env_global"',
        shadowed=r"\.env\b",
    )


def _varlock() -> Peer:
    varlock = (_NODE, str(CONTRACTS / "node_modules" / "varlock" / "bin" / "cli.js"))
    return Peer(
        "varlock",
        "varlock",
        (*varlock, "load"),
        start=(*varlock, "run", "--", "true"),
        reports={"JSON": (*varlock, "load", "--agent", "--format", "json-full")},
        origins=lambda name: (*varlock, "explain", name),
        winner=r"process\.env override \(active\)",
        shadowed=r"from \.env without override",
    )


def _envdrift() -> Peer:
    check = ["validate", ".env", "--schema", "settings:Settings", "--ci", "--no-check-encryption"]
    # An app that envdrift looks after starts with pydantic-settings alone.
    return Peer("envdrift", "pydantic", (str(_THEIRS / "envdrift"), *check), start=(_PYTHON, "start.py"), starts=False)


@cache
def peers() -> tuple[Peer, ...]:
    """Return Setpoint and its peers, as far as they are installed."""
    environs, envalid = (_PYTHON, "settings.py"), (_NODE, "--env-file=.env", "settings.mjs")
    every = (
        _setpoint(),
        _envdrift(),
        _dature(),
        _evnx(),
        _varlock(),
        _dynaconf(),
        Peer("environs", "environs", environs, start=environs),
        Peer("envalid", "envalid", envalid, start=envalid),
        _conflint(),
        Peer("dotenv-linter", "dotenv-linter", (str(_THEIRS / "dotenv-linter"), ".env")),
    )
    return tuple(peer for peer in every if Path(peer.check[0]).exists())


def lay_out(peer: Peer, folder: Path, content: str) -> None:
    """Put the contract of `peer` and an env file with `content` into `folder`."""
    for source in sorted((CONTRACTS / peer.contract).glob("*.*")):
        # Under their real names, the project's own rules for env files would hold for these.
        shutil.copy(source, folder / source.name.replace("dot-", "."))
    (folder / ".env").write_text(content, encoding="utf-8")
    if peer.contract == "envalid":
        (folder / "node_modules").symlink_to(CONTRACTS / "node_modules")


def environment(folder: Path, variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a command in `folder`: small, so that no foreign variable is looked at."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(folder),
        "COLUMNS": "200",
        "NO_COLOR": "1",
        "VARLOCK_TELEMETRY_DISABLED": "1",
        **(variables or {}),
    }


def run(command: Command, folder: Path, variables: Mapping[str, str] | None = None) -> Outcome:
    """Run `command` in `folder`."""
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Outcome(ended.returncode, _plain(ended.stdout, folder), _plain(ended.stderr, folder))


def _plain(written: bytes, folder: Path) -> str:
    """Return what was written without colours, which not everything leaves out, and without the folder's name."""
    return re.sub(r"\x1b\[[0-9;]*m", "", written.decode("utf-8", "replace")).replace(str(folder), "")
