"""A running server with an env file that tests change: one for all of them, because a start takes longer than most."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.gunicorn_process import GunicornProcess, gunicorn


@pytest.fixture
def own_env_file(tmp_path: Path) -> Path:
    """Return an env file for a server of one test."""
    path = tmp_path / "prod.env"
    path.write_text("SENTRY_ENVIRONMENT=first\n")
    return path


@pytest.fixture(scope="package")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornProcess]:
    """Give a server of two workers, which is left as it was found but for the values that it serves with."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "prod.env").write_text(_content("value-1"))
    variables = {"ENV_FILE": str(folder / "prod.env"), "WEB_CONCURRENCY": "2"}
    with gunicorn(folder / "output", variables) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def server(shared_server: GunicornProcess) -> GunicornProcess:
    """Return the server, whose log begins here."""
    shared_server.wait_for_workers(2)
    shared_server.forget_log()
    return shared_server


@pytest.fixture
def served(server: GunicornProcess) -> str:
    """Return the `SENTRY_ENVIRONMENT` that the server has been given last."""
    return str(server.setting("SENTRY_ENVIRONMENT"))


@pytest.fixture
def changed(served: str) -> str:
    """Return another one, which it has never had."""
    return f"value-{int(served.removeprefix('value-')) + 1}"


@pytest.fixture
def env_file(server: GunicornProcess, served: str) -> Path:
    """Return its env file, which is as the server has read it last."""
    path = server.output.parent / "prod.env"
    path.write_text(_content(served))
    return path


def _content(value: str) -> str:
    return f"SENTRY_ENVIRONMENT={value}\nSENTRY_RELEASE=setpoint@first\n"
