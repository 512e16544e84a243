"""The wheel, installed where the repository is not, and copies of the projects that use it."""

from pathlib import Path

import pytest

from support.app_projects import AppProject, Copies
from support.wheel import build_wheel, install


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    return install(build_wheel(folder), folder / "venv")


@pytest.fixture
def copy(programs: Path, tmp_path: Path) -> Copies:
    return lambda name: AppProject.copied(name, tmp_path / name, programs)
