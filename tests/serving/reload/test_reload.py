"""Reloading a running server (SIGHUP): what is good is taken over, what is bad is refused."""

import os
import signal
import subprocess
import threading
from http.client import HTTPException
from pathlib import Path
from typing import Self

import pytest
from inline_snapshot import snapshot

from support.gunicorn_process import GUNICORN, Answer, GunicornProcess, clean_environment, copy_of_backend, gunicorn
from support.waiting import eventually


class _SteadyRequests(threading.Thread):
    """Asks for the settings and probes, one after the other, each on a connection of its own."""

    def __init__(self, server: GunicornProcess) -> None:
        super().__init__()
        self.answers: list[Answer] = []
        self.probes: set[int] = set()
        self.failures: list[Exception] = []
        self.enough = threading.Event()
        self._server = server

    def run(self) -> None:
        """Ask until it is enough."""
        while not self.enough.wait(0.05):  # or a reload would have to share its core with them
            try:
                self.answers.append(self._server.get("/v1/settings"))
                self.probes.add(self._server.get("/readyz").status)
            except (OSError, HTTPException) as error:
                self.failures.append(error)

    def wait_for_more(self, number: int = 10) -> None:
        """Wait until `number` more were answered."""
        target = len(self.answers) + number
        eventually(lambda: len(self.answers) >= target, "more answers")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.join()


def test_a_bad_file_and_a_killed_worker_change_nothing_and_a_mended_file_is_taken_over(
    server: GunicornProcess, env_file: Path, served: str, changed: str
) -> None:
    """No request fails but those that the killed worker had in hand, and in the end all workers have the new value."""
    with _SteadyRequests(server) as requests:
        requests.wait_for_more()
        env_file.write_text(f"SENTRY_ENVIRONMENT={changed}\nSENTRY_DNS=x\nSENTRY_TRACES_SAMPLE_RATE=ten\n")
        server.signal(signal.SIGHUP)
        eventually(server.refusals, "the reload is refused")
        assert not requests.failures
        killed = max(server.workers())
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: killed not in server.workers(), "the worker has ended")
        server.wait_for_workers(2)
        requests.wait_for_more()
        assert len(requests.failures) <= 1
        values = {answer.json["settings"]["SENTRY_ENVIRONMENT"]["value"] for answer in requests.answers}
        assert values == {served}
        failed = len(requests.failures)
        env_file.write_text(f"SENTRY_ENVIRONMENT={changed}\nSENTRY_RELEASE=setpoint@first\n")
        server.reload()
        known = len(requests.answers) + 1
        requests.wait_for_more()
        assert len(requests.failures) == failed
        newest = {answer.json["settings"]["SENTRY_ENVIRONMENT"]["value"] for answer in requests.answers[known:]}
        assert newest == {changed}
    assert {answer.status for answer in requests.answers} == {200}
    assert requests.probes == {200}
    [diagnostics] = server.refusals()
    assert [line.partition("prod.env")[2].partition(";")[0] for line in diagnostics] == snapshot(
        [
            ":2:1: error[SP301] no setting reads `SENTRY_DNS`",
            ":3:27: error[SP401] `SENTRY_TRACES_SAMPLE_RATE` is not a number",
        ]
    )


@pytest.mark.long
def test_an_edit_without_a_reload_changes_nothing(
    server: GunicornProcess, env_file: Path, served: str, changed: str
) -> None:
    """Not even in a worker that is started afterwards: there are never two configurations at once."""
    env_file.write_text(f"SENTRY_ENVIRONMENT={changed}\n")
    before = server.workers()
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: not before & server.workers(), "new workers alone")
    server.wait_for_workers(2)
    assert {server.setting("SENTRY_ENVIRONMENT") for _ in range(10)} == {served}


@pytest.mark.long
def test_a_variable_that_is_deleted_from_the_file_is_gone_after_a_reload(
    server: GunicornProcess, env_file: Path, served: str
) -> None:
    """Nothing of an earlier load stays in the environment of the master."""
    assert server.setting("SENTRY_RELEASE") == "setpoint@first"
    env_file.write_text(f"SENTRY_ENVIRONMENT={served}\n")
    server.reload()
    release = server.get("/v1/settings").json["settings"]["SENTRY_RELEASE"]
    assert release["origin"] == {"source": "default"}


@pytest.mark.long
def test_code_that_has_changed_on_disk_is_taken_over_by_master_and_workers(tmp_path: Path) -> None:
    """A master keeps the modules that it has imported, and its workers are forks of it."""
    backend = copy_of_backend(tmp_path)
    with gunicorn(tmp_path / "output", folder=backend) as server:
        server.wait_until_ready()
        server.wait_for_workers()
        for path, old, new in (
            ("observability/logs/record_fields.py", '"logger": record.name', '"logger": f"new {record.name}"'),
            ("serving/worker/refusals.py", "the request cannot be read", "the new code cannot read it"),
            ("serving/reload/guard.py", "reload refused", "new: reload refused"),
        ):
            working = (backend / path).read_text()
            assert old in working
            (backend / path).write_text(working.replace(old, new))
        server.reload()
        server.signal(signal.SIGTTOU)
        eventually(lambda: server.messages("Handling signal: ttou"), "the master has handled a signal")
        loggers = {line["message"].partition(" (pid")[0]: line["logger"] for line in server.log()}
        assert {loggers["Handling signal: ttou"], loggers["Worker ready"]} == {"new gunicorn.error"}
        with server.connect() as connection:
            connection.sendall(b"nonsense\r\n\r\n")
            assert b"the new code cannot read it" in connection.recv(4_096)
        (backend / "run.py").write_text("nonsense(")
        server.signal(signal.SIGHUP)
        eventually(lambda: "new: reload refused" in server.text(), "the new guard refuses a reload")


@pytest.mark.long
def test_two_reloads_at_once_end_with_the_last_value(server: GunicornProcess, env_file: Path, changed: str) -> None:
    """A deployment script that signals twice does no harm."""
    env_file.write_text(f"SENTRY_ENVIRONMENT={changed}\nSENTRY_RELEASE=setpoint@first\n")
    server.signal(signal.SIGHUP)
    eventually(lambda: server.messages("Handling signal: hup"), "the first reload begins")
    server.signal(signal.SIGHUP)
    eventually(lambda: len(server.messages("Hang up: Master")) == 2, "the second reload")
    server.wait_for_workers(2)
    assert server.setting("SENTRY_ENVIRONMENT") == changed
    server.signal(signal.SIGTTIN)
    server.wait_for_workers(3)
    assert server.process.poll() is None
    server.signal(signal.SIGTTOU)
    server.wait_for_workers(2)


@pytest.mark.long
def test_a_successor_is_started_with_the_file_as_it_is_then(tmp_path: Path, own_env_file: Path) -> None:
    """SIGUSR2 reads anew; relative paths are taken from where the master was started, whatever `--chdir` says."""
    backend = copy_of_backend(tmp_path)
    arguments = ["--config", "backend/gunicorn.conf.py", "--chdir", "backend", "--pid", str(tmp_path / "pid")]
    variables = {"ENV_FILE": own_env_file.name}
    started = gunicorn(tmp_path / "output", variables, arguments, folder=backend.parent, opens_its_port=True)
    with started as server:
        server.wait_until_ready()
        own_env_file.write_text("SENTRY_ENVIRONMENT=second\n")
        server.signal(signal.SIGHUP)
        eventually(lambda: server.setting("SENTRY_ENVIRONMENT") == "second", "the reload is done")
        own_env_file.write_text("SENTRY_ENVIRONMENT=third\n")
        server.signal(signal.SIGUSR2)
        eventually(
            lambda: {server.setting("SENTRY_ENVIRONMENT") for _ in range(9)} == {"second", "third"}, "both serve"
        )
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        assert server.setting("SENTRY_ENVIRONMENT") == "third"


@pytest.mark.long
def test_a_server_that_is_told_to_end_does_not_wait_for_a_check(tmp_path: Path) -> None:
    """A manager of processes kills what has not ended in time, so a check under way is given up."""
    backend = copy_of_backend(tmp_path)
    with gunicorn(tmp_path / "output", folder=backend) as server:
        server.wait_until_ready()
        server.wait_for_workers()
        marker = tmp_path / "check is under way"
        (backend / "run.py").write_text(f"import time\nopen({str(marker)!r}, 'w').close()\ntime.sleep(60)\n")
        server.signal(signal.SIGHUP)
        eventually(marker.exists, "the check is under way")
        server.signal(signal.SIGTERM)
        assert server.wait(20) == 0


@pytest.mark.long
def test_a_successor_with_a_bad_environment_leaves_its_predecessor_alone(
    server: GunicornProcess, env_file: Path, served: str
) -> None:
    """SIGUSR2 starts a new master; if that can't start, nothing has happened."""
    env_file.write_text("SENTRY_TRACES_SAMPLE_RATE=ten\n")
    before = server.text()
    server.signal(signal.SIGUSR2)
    refused = "error[SP401]: `SENTRY_TRACES_SAMPLE_RATE`"
    eventually(lambda: refused in server.text().removeprefix(before), "the new master ends")
    eventually(lambda: len(server.workers()) == 2, "it is gone")
    assert server.setting("SENTRY_ENVIRONMENT") == served


@pytest.mark.long
def test_gunicorn_starts_without_the_env_file_of_this_checkout(tmp_path: Path) -> None:
    """The tests would otherwise say one thing on a developer's machine, and another elsewhere."""
    done = subprocess.run(
        [GUNICORN, "--check-config"],
        cwd=copy_of_backend(tmp_path),
        env=clean_environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
