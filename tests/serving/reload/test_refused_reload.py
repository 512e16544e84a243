"""Reloads that would fail: they are refused, and nothing changes."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.gunicorn_process import REFUSED, GunicornProcess, copy_of_backend, gunicorn
from support.waiting import eventually

CANARY = "cafe0dd5ecre7"


@pytest.fixture(scope="module")
def breakable_backend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_backend(tmp_path_factory.mktemp("breakable"))


@pytest.fixture(scope="module")
def breakable_server(breakable_backend: Path) -> Iterator[GunicornProcess]:
    with gunicorn(breakable_backend.parent / "output", {"SHOP_TOKEN": CANARY}, folder=breakable_backend) as running:
        running.wait_until_ready()
        running.wait_for_workers()
        yield running


def _in_one_folder(lines: list[str], backend: Path) -> list[str]:
    """Return `lines` without the places of this checkout and this machine."""
    short = [re.sub(r"\(\S*?/site-packages/", "(…/", line) for line in lines]
    return [re.sub(r"(gunicorn/\w+\.py):\d+", r"\1:…", line.replace(str(backend), "…")) for line in short]


@pytest.mark.parametrize(
    ("file", "broken", "expected"),
    [
        ("gunicorn.conf.py", "workers = (\n", "SyntaxError: '(' was never closed (…/gunicorn.conf.py:1)"),
        (
            "gunicorn.conf.py",
            f"wsgi_app = 'run'\nworker_class = '{CANARY}'\n",
            (
                "gunicorn does not accept `worker_class`: "
                "RuntimeError: class uri '********' invalid or not found (…/gunicorn/util.py:…)"
            ),
        ),
        (
            "gunicorn.conf.py",
            f"timeout = '{CANARY}'\n",
            (
                "gunicorn does not accept `timeout`: "
                "ValueError: invalid literal for int() with base 0: '********' (…/gunicorn/config.py:…)"
            ),
        ),
        ("gunicorn.conf.py", "import sys\nsys.exit(5)\n", "it ended with status 5"),
        ("run.py", f"import sys\nsys.exit('{CANARY}')\n", "it ended with status 1"),
        ("run.py", "import nothing\n", "ModuleNotFoundError: No module named 'nothing' (…/run.py:1)"),
        ("run.py", f"raise ValueError('{CANARY}')\n", "ValueError: ******** (…/run.py:1)"),
        (
            "run.py",
            "wrong_name = 1\n",
            "AppImportError: Failed to find attribute 'application' in 'run'. (…/gunicorn/util.py:…)",
        ),
        ("run.py", "import os\nos.kill(os.getpid(), 9)\n", "a rehearsal ended without an answer"),
        (
            "serving/worker/draining.py",
            "import nothing\n",
            "ModuleNotFoundError: No module named 'nothing' (…/serving/worker/draining.py:1)",
        ),
        ("serving/reload/preflight.py", "nonsense(\n", "a rehearsal ended without an answer"),
        (
            "observability/logs/configuration.py",
            "nonsense\n",
            "NameError: name 'nonsense' is not defined (…/observability/logs/configuration.py:1)",
        ),
        (
            "config/settings.py",
            "import nothing\n",
            (
                "the environment could not be validated: "
                "ModuleNotFoundError: No module named 'nothing' (…/config/settings.py:1)"
            ),
        ),
    ],
)
def test_what_would_not_start_is_refused_in_one_line_without_values(
    breakable_server: GunicornProcess, breakable_backend: Path, file: str, broken: str, expected: str
) -> None:
    """The master and its workers are those from before, and go on."""
    server, path = breakable_server, breakable_backend / file
    workers, refusals, working = server.workers(), len(server.refusals()), path.read_text()
    path.write_text(broken)
    try:
        server.signal(signal.SIGHUP)
        eventually(lambda: len(server.refusals()) > refusals, "the reload is refused")
    finally:
        path.write_text(working)
    assert _in_one_folder(server.refusals()[-1], breakable_backend) == [expected]
    assert server.workers() == workers
    assert server.get("/readyz").status == 200
    assert CANARY not in server.text()


@pytest.mark.long
def test_a_conf_that_breaks_after_its_check_is_refused_as_well(tmp_path: Path, own_env_file: Path) -> None:
    """The moment between check and use is the one that a deployment under way can hit."""
    backend = copy_of_backend(tmp_path)
    conf = backend / "gunicorn.conf.py"
    working = conf.read_text()
    with gunicorn(tmp_path / "output", {"ENV_FILE": str(own_env_file)}, folder=backend) as server:
        server.wait_until_ready()
        workers = server.wait_for_workers()
        conf.write_text(f"{working}\nPath(__file__).write_text('nonsense(')\n")
        server.signal(signal.SIGHUP)
        eventually(server.refusals, "the reload is refused")
        assert server.refusals() == [["the conf has changed since it was checked"]]
        assert (server.workers(), server.setting("SENTRY_ENVIRONMENT")) == (workers, "first")
        conf.write_text(working)
        own_env_file.write_text("SENTRY_ENVIRONMENT=second\n")
        server.reload()
        assert server.setting("SENTRY_ENVIRONMENT") == "second"


def test_text_logs_hold_every_diagnostic_in_one_line_too(tmp_path: Path, own_env_file: Path) -> None:
    """LOG_FORMAT=text is for people, who have the same question."""
    with gunicorn(tmp_path / "output", {"ENV_FILE": str(own_env_file), "LOG_FORMAT": "text"}) as server:
        server.wait_until_ready()
        own_env_file.write_text("SENTRY_DNS=x\nMAX_STREAMS=many\n")
        server.signal(signal.SIGHUP)
        eventually(lambda: REFUSED in server.text(), "the reload is refused")
        [line] = [line for line in server.text().splitlines() if REFUSED in line]
        assert "`SENTRY_DNS`" in line
        assert "`MAX_STREAMS`" in line


@pytest.mark.long
def test_a_database_that_cannot_be_reached_refuses_the_reload(tmp_path: Path) -> None:
    """The new workers would find it so; the sentence names nothing of the URL."""
    env_file = tmp_path / "prod.env"
    env_file.write_text(f"DATABASE_URL=sqlite:///{tmp_path}/setpoint.db\n")
    with gunicorn(tmp_path / "output", {"ENV_FILE": str(env_file), "DATABASE_URL": ""}) as running:
        running.wait_until_ready()
        running.wait_for_workers()
        env_file.write_text(f"DATABASE_URL=postgresql://me:{CANARY}@127.0.0.1:9/name\n")
        running.signal(signal.SIGHUP)
        eventually(running.refusals, "a refused reload")
        assert running.refusals() == [["the database can't be reached or written to: connection refused"]]
        assert running.get("/readyz").status == 200
        assert CANARY not in running.text()
