"""The whole story with real processes: the service with two workers, and three gunicorn apps that are supervised."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
import urllib3

from support.configuration_service import first_token
from support.followed_environment import Billing
from support.gunicorn_process import GUNICORN, GunicornProcess, gunicorn
from support.supervised import STRICT
from support.waiting import eventually

APP = """
from its_settings import Settings

settings = Settings()


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{settings.pool_min} {settings.pool_max}".encode()]
"""
RELOADED = STRICT.replace("(BaseSettings):", '(BaseSettings):\n    model_config = {"env_file": "app.env"}')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything is."""
    return tmp_path_factory.mktemp("story")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[GunicornProcess]:
    """The service as it is deployed."""
    with gunicorn(folder / "service", {"WEB_CONCURRENCY": "2"}, ["run:application"]) as running:
        running.wait_for_workers(2)
        yield running


@pytest.fixture(scope="module")
def billing(service: GunicornProcess, folder: Path) -> Billing:
    """An environment of it."""
    return Billing(f"http://127.0.0.1:{service.address[1]}", first_token(f"sqlite:///{folder}/setpoint.db"))


@pytest.fixture(scope="module")
def apps(billing: Billing, folder: Path, free_ports: list[int]) -> Iterator[list[int]]:
    """Three apps, the last of which takes what the others refuse; each has a port."""
    billing.write(POOL_MIN="1", POOL_MAX="5", API_KEY="k")
    lax = RELOADED.replace("self.pool_min > self.pool_max", "False")
    with ExitStack() as stack:
        for number, (port, settings) in enumerate(zip(free_ports, (RELOADED, RELOADED, lax), strict=True)):
            app = supervised_app(folder / f"web-{number}", billing.url, billing.token, port, settings)
            stack.enter_context(app)
        billing.wait_for("all 3 instances serve revision 1")
        yield free_ports


@contextmanager
def supervised_app(folder: Path, url: str, token: str, port: int, settings: str = RELOADED) -> Iterator[None]:
    """Supervise a gunicorn app on `port`, which reads a changed env file after a signal."""
    folder.mkdir()
    (folder / "its_settings.py").write_text(settings)
    (folder / "its_app.py").write_text(APP)
    (folder / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "its_settings:Settings"\n')
    words = [sys.executable, "-m", "setpoint", "run", "--app", "billing", "--environment", "production"]
    words += [
        "--release",
        "1.8",
        "--settle",
        "2",
        "--cache",
        str(folder / "cache"),
        "--ready-url",
        f"http://127.0.0.1:{port}/",
    ]
    words += ["--reload-signal", "HUP", "--env-out", str(folder / "app.env")]
    words += ["--", GUNICORN, "--bind", f"127.0.0.1:{port}", "its_app:application"]
    environment = {**os.environ, "SETPOINT_URL": url, "SETPOINT_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1"}
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(words, cwd=folder, env=environment, stderr=said)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0, (folder / "said").read_text()


class Visitors:
    """Ask all apps the whole time, count what comes back, and note with which settings each has served."""

    def __init__(self, ports: list[int]) -> None:
        self.answers: Counter[str] = Counter()
        self.served: dict[int, set[str]] = {port: set() for port in ports}
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(port,)) for port in ports]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, port: int) -> None:
        while not self._ended.wait(0.1):
            try:
                answer = urllib3.request("GET", f"http://127.0.0.1:{port}/", retries=False, timeout=30)
                self.answers[str(answer.status)] += 1
                self.served[port].add(answer.data.decode())
            except urllib3.exceptions.HTTPError as error:
                self.answers[type(error).__name__] += 1


def _served(port: int) -> str:
    return urllib3.request("GET", f"http://127.0.0.1:{port}/", timeout=60).data.decode()


@pytest.mark.long
def test_two_of_three_refuse_and_no_request_fails(billing: Billing, apps: list[int]) -> None:
    """Also while the revision that all of them take is applied."""
    before = billing.write(POOL_MIN="1", POOL_MAX="5", API_KEY="j")
    billing.wait_for(f"all 3 instances serve revision {before}")
    with Visitors(apps) as visitors:
        bad = billing.write(POOL_MIN="9", POOL_MAX="5", API_KEY="k")
        billing.wait_for(
            f"2 of 3 instances refused revision {bad}: POOL_MIN must not exceed POOL_MAX; still serving {before}"
        )
        assert [_served(port) for port in apps[:2]] == ["1 5", "1 5"]
        good = billing.write(POOL_MIN="2", POOL_MAX="6", API_KEY="k")
        billing.wait_for(f"all 3 instances serve revision {good}")
        eventually(lambda: [_served(port) for port in apps] == ["2 6", "2 6", "2 6"])
    assert set(visitors.answers) == {"200"}


@pytest.mark.long
def test_a_canary_that_fails_is_rolled_back_by_itself(
    billing: Billing, service: GunicornProcess, apps: list[int]
) -> None:
    """Nobody but canaries ever serves its revision, no request fails, and a good one goes on where workers are new."""
    before = billing.write(POOL_MIN="1", POOL_MAX="5", API_KEY="k")
    billing.wait_for(f"all 3 instances serve revision {before}")
    with Visitors(apps) as visitors:
        bad = billing.tried("canary=2&bake=60", POOL_MIN="9", POOL_MAX="5", API_KEY="k")
        eventually(lambda: billing.rollout.endswith(f"; all 3 instances serve revision {before}"))
        assert re.fullmatch(
            rf"revision {bad} was rolled back: [12] of 2 canaries refused it: POOL_MIN must not exceed POOL_MAX; .*",
            billing.rollout,
        )
        eventually(lambda: {_verdict(each) for each in billing.sessions} == {("APPLIED", before)})
        assert all(visitors.served[port] == {"1 5"} for port in apps[:2])
        good = billing.tried("canary=1&bake=2", POOL_MIN="2", POOL_MAX="6", API_KEY="k")
        eventually(lambda: "bakes" in billing.rollout)
        service.signal(signal.SIGHUP)
        billing.wait_for(f"all 3 instances serve revision {good}")
        billing.number = good
    assert set(visitors.answers) == {"200"}


def _verdict(session: dict[str, Any]) -> tuple[str, int]:
    return session["attempted"]["verdict"], session["attempted"]["revision"]
