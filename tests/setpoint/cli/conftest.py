from collections.abc import Iterator
from pathlib import Path

import pytest

from setpoint.cli.main import main
from support.fresh_database import fresh_database
from support.service_over_http import ServiceOverHttp, service_over_http
from support.typed_commands import GOOD, SETTINGS, Setpoint


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceOverHttp]:
    """The service on SQLite, that nothing was pushed to."""
    with service_over_http(fresh_database(tmp_path)) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an app with a settings class and two env files, where commands are typed."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "billing_settings.py").write_text(SETTINGS)
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "billing"\nversion = "1.0"\n[tool.setpoint]\nsettings = "billing_settings:Billing"\n'
    )
    (folder / "prod.env").write_text(GOOD)
    (folder / "bad.env").write_text("PORT=x\nPOOL_MAX=101\nAPI_KEY=kXwvQzmWncRt\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def setpoint(
    service: ServiceOverHttp, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Setpoint:
    """Return a function that types a command; it returns exit status, standard output and standard error."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project.parent / "configuration"))
    monkeypatch.setenv("SETPOINT_URL", service.url)
    monkeypatch.setenv("SETPOINT_TOKEN", service.admin)
    monkeypatch.syspath_prepend(str(project))

    def run(*words: str) -> tuple[int, str, str]:
        try:
            status = main(list(words))
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *capsys.readouterr()

    return run
