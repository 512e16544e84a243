"""Shows Setpoint at work: a service, a sample app with three running instances, and a revision that two of them refuse.

All of it lives in a temporary folder, with keys, a database and a login of its own, and ends with Ctrl-C.
"""

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
APP = Path(__file__).resolve().parent / "billing"
PLACE = "billing/production"
USUAL_PORT = 8000
PATIENCE_SECONDS = 60.0
SECONDS_TO_END = 20.0

GOOD = "DATABASE_PASSWORD=correct-horse\nPOOL_MIN=5\nPOOL_MAX=20\n"
BETTER = f"{GOOD}LOG_FORMAT=json\n"
BAD = "DATABASE_PASSWORD=battery-staple\nPOOL_MIN=25\nPOOL_MAX=20\nLOG_FORMAT=json\n"

RELEASES = {"2.17.0": "Release217", "2.18.0": "Settings"}
"""The settings class of each release of the app."""

INSTANCES = ("2.18.0", "2.18.0", "2.17.0")
"""The release of each instance; the old one has not got the check yet, and takes what the others refuse."""


@dataclass(frozen=True)
class Demo:
    """What the demo is made of.

    Attributes:
        folder: Where it keeps everything.
        url: The address of the service.
        token: A token that may do everything, for whoever looks at the pages.
    """

    folder: Path
    url: str
    token: str

    def setpoint(self, *words: str, token: str = "", expected: Container[int] = (0,)) -> str:
        """Run the command and return what it printed."""
        environment = self.environment(token or self.token)
        return _output([sys.executable, "-m", "setpoint", *words], APP, environment, expected)

    def push(self, text: str, message: str, *flags: str, expected: Container[int] = (0,)) -> None:
        """Write the next revision, of what an env file has in it."""
        file = self.folder / "production.env"
        file.write_text(text, encoding="utf-8")
        self.setpoint("push", PLACE, str(file), "-m", message, *flags, expected=expected)

    def wait_for(self, rollout: str) -> None:
        """Wait until that is how the newest revision has come out."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while rollout not in (found := self.setpoint("rollout", "status", PLACE, expected=(0, 1))):
            if time.monotonic() > ends_at:
                sys.exit(f"the instances don't start:\n{found}")
            time.sleep(0.2)

    def environment(self, token: str) -> dict[str, str]:
        """Return what a command or an instance finds in its environment; the login of whoever looks stays out of it."""
        own = {"SETPOINT_URL": self.url, "SETPOINT_TOKEN": token, "XDG_STATE_HOME": str(self.folder)}
        return {**_kept(), **own, "XDG_CONFIG_HOME": str(self.folder), "PYTHONPATH": str(APP)}


def _output(words: Sequence[str], folder: Path, environment: Mapping[str, str], expected: Container[int] = (0,)) -> str:
    """Return what a program prints; end the demo with what it says if it ends in another way than is expected."""
    found = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if found.returncode not in expected:
        sys.exit(f"`{' '.join(words[1:4])}` ended with {found.returncode}:\n{found.stdout}{found.stderr}")
    return found.stdout


@contextmanager
def demo(folder: Path, port: int) -> Iterator[Demo]:
    """Start it all in `folder`, up to the revision that is refused, and end it."""
    url = f"http://127.0.0.1:{port}"
    variables = {
        **_kept(),
        "DATABASE_URL": f"sqlite:///{folder}/setpoint.db",
        "ENCRYPTION_KEYS": f"demo:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "ENV_FILE": os.devnull,
    }
    with ExitStack() as running:
        say("the service starts")
        token = _output([sys.executable, "-m", "config", "init", "--name", "you"], ROOT / "backend", variables)
        gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "run:application"]
        running.enter_context(_program(gunicorn, ROOT / "backend", variables, folder / "service.log"))
        shown = Demo(folder, url, token.strip())
        _wait_for(f"{url}/readyz", folder / "service.log")
        say("`setpoint schema push` gives it the contract of the app, `setpoint push` the first revision")
        for release, name in RELEASES.items():
            contract = ("--settings", f"billing_settings:{name}", "--release", release)
            shown.setpoint("schema", "push", "--app", "billing", *contract)
        shown.push(GOOD, "First configuration")
        say("`setpoint run` starts three instances, which follow it")
        runtime = shown.setpoint("token", "create", "web", "--role", f"runtime@{PLACE}").strip()
        for number, release in enumerate(INSTANCES):
            words, log = _supervised(folder / f"cache-{number}", release), folder / f"{number}.log"
            running.enter_context(_program(words, APP, shown.environment(runtime), log))
        shown.wait_for(f"all {len(INSTANCES)} instances serve revision 1")
        shown.push(BETTER, "Log as JSON, for the new collector", "--wait", "60s")
        say("somebody raises the pool for the sale")
        shown.push(BAD, "Raise the pool for the sale", "--wait", "60s", expected=(1,))
        yield shown


def _supervised(cache: Path, release: str) -> list[str]:
    """Return the command line of an instance."""
    words = [sys.executable, "-m", "setpoint", "run", "--app", "billing", "--environment", "production"]
    words += ["--settle", "1", "--cache", str(cache), "--release", release]
    words += ["--settings", f"billing_settings:{RELEASES[release]}"]
    return [*words, "--", sys.executable, str(APP / "work.py"), RELEASES[release]]


@contextmanager
def _program(words: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """Run a program until the end of the context; Ctrl-C does not reach it, so that it ends in order."""
    with log.open("w") as sink:
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=sink, stderr=sink, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(url: str, log: Path) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 - it is ours
            return
        time.sleep(0.05)
    sys.exit(f"the service does not answer:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _kept() -> dict[str, str]:
    """Return what any program needs of the caller's environment."""
    return {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR", "LANG"}}


def _free_port() -> int:
    """Return the port that `PORT` names, else the usual one, or any other where that is taken."""
    if named := os.environ.get("PORT", ""):
        return int(named)
    for wanted in (USUAL_PORT, 0):
        with socket.socket() as tried, suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", wanted))
            return int(tried.getsockname()[1])
    return USUAL_PORT


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def main() -> None:
    """Run the demo until somebody ends it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt), TemporaryDirectory() as folder, demo(Path(folder), _free_port()) as shown:
        say(f"\nTwo of three instances have refused it. Have a look, and roll back:\n\n  {shown.url}/apps/{PLACE}\n")
        say(f"Sign in with this token, which lives as long as the demo:\n\n  {shown.token}\n")
        say("Ctrl-C ends the demo and leaves nothing behind.")
        signal.pause()


if __name__ == "__main__":
    main()
