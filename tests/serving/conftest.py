"""A running server with an env file that a test may change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.gunicorn_process import GunicornProcess, gunicorn


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / "prod.env"
    path.write_text("SENTRY_ENVIRONMENT=first\nSENTRY_RELEASE=setpoint@first\n")
    return path


@pytest.fixture
def server(tmp_path: Path, env_file: Path) -> Iterator[GunicornProcess]:
    with gunicorn(tmp_path / "output", {"ENV_FILE": str(env_file)}) as running:
        running.wait_until_ready()
        running.wait_for_workers()
        yield running
