"""Finds out which release of an app this is."""

import os
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from setpoint.errors import UnableError

_SECONDS = 10


def release_of(root: Path) -> str:
    """Return the release that is checked out at `root`: as git describes it, otherwise the version of the project.

    Raises:
        UnableError: Neither says.
    """
    release = _described(root) or _version(root)
    if release is None:
        message = "the release is not known from git or pyproject.toml; name it with `--release RELEASE`"
        raise UnableError(message)
    return release


def _described(root: Path) -> str | None:
    """Return the nearest tag and the commit, with `-dirty` if there are uncommitted changes; None without git."""
    # A git hook runs with variables that name its own repository by a path relative to another folder.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        ended = subprocess.run(
            ["git", "describe", "--tags", "--always", "--dirty"],  # noqa: S607 - whichever git the user has
            cwd=root,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ended.stdout.strip() or None if ended.returncode == 0 else None


def _version(root: Path) -> str | None:
    import tomllib

    with suppress(OSError, ValueError, KeyError, TypeError, PackageNotFoundError):
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return str(project["version"] if "version" in project else version(project["name"]))
    return None
