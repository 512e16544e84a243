"""Asks git whether it tracks a file, so that everyone with the repository has it."""

import os
import subprocess
from pathlib import Path

_SECONDS = 10


def is_tracked(path: str) -> bool:
    """Return whether the file at `path` is in the index of a git repository; without git, nothing is."""
    file = Path(path).resolve()
    command = ["git", "ls-files", "--error-unmatch", "--", file.name]
    # A git hook runs with variables that name its own repository by a path relative to another folder.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        ended = subprocess.run(  # noqa: S603 - the name is one word after `--`
            command, cwd=file.parent, env=environment, check=False, capture_output=True, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
