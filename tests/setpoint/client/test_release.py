"""Which release of an app a contract belongs to, where nobody says."""

import os
import subprocess
from pathlib import Path

import pytest

from setpoint.client.release import release_of
from setpoint.errors import UnableError


def _git(folder: Path, *words: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    subprocess.run(command, cwd=folder, check=True, env=environment, capture_output=True)


def test_git_describes_what_is_checked_out(tmp_path: Path) -> None:
    """What is not committed yet belongs to no release that anybody else could have."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.0"\n')
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "first")
    _git(tmp_path, "tag", "v7")
    assert release_of(tmp_path) == "v7"
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.1"\n')
    assert release_of(tmp_path) == "v7-dirty"


@pytest.mark.parametrize(
    ("project", "release"),
    [
        ('[project]\nname = "billing"\nversion = "1.0"\n', "1.0"),
        ('[project]\nname = "pytest"\ndynamic = ["version"]\n', pytest.__version__),
    ],
)
def test_without_git_it_is_the_version_of_the_project(tmp_path: Path, project: str, release: str) -> None:
    """As in a container image; a version that is worked out is that of what is installed."""
    (tmp_path / "pyproject.toml").write_text(project)
    assert release_of(tmp_path) == release


@pytest.mark.parametrize("project", ["", "[project", "project = 1", '[project]\nname = "no-such-thing-here"\n'])
def test_where_nothing_tells_it_says_what_to_name(tmp_path: Path, project: str) -> None:
    """Every schema belongs to a release."""
    (tmp_path / "pyproject.toml").write_text(project)
    with pytest.raises(UnableError, match="name it with `--release RELEASE`"):
        release_of(tmp_path)
