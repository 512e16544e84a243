"""Fixtures that run the observed app under a real gunicorn, and tell what left it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.keyed_settings import KEYS
from support.observed_scenario import Outcome, played_scenario
from support.sentry_receiver import SentryReceiver, running_receiver

_HERE = Path(__file__).parent
_BACKEND = _HERE.parents[1] / "backend"


@dataclass(frozen=True)
class ObservedService:
    """The observed app while it runs.

    Attributes:
        port: Where it listens.
        process: gunicorn's master.
        log: The file that standard output goes to.
    """

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection; the caller closes it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: str | None = None) -> int:
        """Make a request over a connection of its own, read the whole answer, and return its status."""
        with closing(self.connect()) as connection:
            connection.request(method, path, body, dict(headers or {}))
            with connection.getresponse() as response, suppress(http.client.IncompleteRead, ConnectionError):
                response.read()
            return response.status

    def end(self) -> int:
        """Send SIGTERM, wait for the end, and return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def lines(self) -> list[dict[str, Any]]:
        """Return all log lines; every one has to be JSON."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@contextmanager
def _running_service(
    directory: Path, environment: Mapping[str, str], *flags: str, app: str = "observed_app:application"
) -> Iterator[ObservedService]:
    """Run an app; the socket is handed over listening, so nobody has to wait until it is up."""
    log = directory / "stdout"
    with (
        socket.create_server(("127.0.0.1", 0), backlog=64) as listener,
        log.open("wb") as output,
        (directory / "stderr").open("wb") as errors,
    ):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--config", str(_HERE / "observed_gunicorn.py")),
                *("--bind", f"fd://{listener.fileno()}", *flags, app),
            ],
            cwd=_BACKEND,
            env={**_quiet_environment(), "PYTHONPATH": f"{_BACKEND}:{_HERE}:{_HERE.parent}", **environment},
            stdout=output,
            stderr=errors,
            pass_fds=[listener.fileno()],
        )
        try:
            yield ObservedService(listener.getsockname()[1], process, log)
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(timeout=30)


def _quiet_environment() -> dict[str, str]:
    """Return the environment without anything that a developer may have set for the service, but with keys."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("SENTRY_", "LOG_"))}
    return {**others, "ENCRYPTION_KEYS": KEYS}


@pytest.fixture(scope="session")
def running_service() -> Callable[..., AbstractContextManager[ObservedService]]:
    return _running_service


@pytest.fixture(scope="session")
def outcome(
    tmp_path_factory: pytest.TempPathFactory, running_service: Callable[..., AbstractContextManager[ObservedService]]
) -> Iterator[Outcome]:
    with played_scenario(tmp_path_factory.mktemp("observed"), running_service) as played:
        yield played


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[SentryReceiver]:
    with running_receiver(tmp_path) as started:
        yield started
