"""Gets the values of the environment from an interpreter of their own, so that the gunicorn master stays empty of them.

The conf executes this file by its path at each load, because a module that the master imported would
stay as it was after a reload. So it imports the standard library alone.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LIMIT_IN_SECONDS = 10.0

# What a parent handed over to this process isn't what this process hands over to its own workers.
_HANDED_OVER = "SETPOINT_ORIGINS"


class RefusedEnvironmentError(SystemExit):
    """The end of a start with this environment; whoever only rehearses a start reads `problems`."""

    def __init__(self, problems: list[str], status: int) -> None:
        super().__init__(status)
        self.problems = problems


def validated_environment(backend: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the server's values, the variables that come from the env file, and all origins.

    Args:
        backend: The folder with `config`.
        environment: What the workers get anyway; it wins over the env file.

    Raises:
        RefusedEnvironmentError: With status 78 for an environment with which nothing can start, after its
            diagnostics were written to standard error; with status 1 if the validation itself failed.
    """
    path = os.pathsep.join(filter(None, (str(backend), environment.get("PYTHONPATH"))))
    own = {name: value for name, value in environment.items() if name != _HANDED_OVER}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", str(Path(__file__).with_name("isolated.py")), "config.handover"],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="backslashreplace",
            env={**own, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            timeout=_LIMIT_IN_SECONDS,
        )
    except subprocess.TimeoutExpired:
        problem = f"the environment could not be read within {_LIMIT_IN_SECONDS:.0f} seconds"
        raise _refusal(problem, os.EX_CONFIG) from None
    if done.returncode == 0:
        handover: dict[str, Any] = json.loads(done.stdout)
        return handover
    if done.returncode == os.EX_CONFIG:
        sys.stderr.write(done.stderr)
        problems: list[str] = json.loads(done.stdout)["problems"]
        raise RefusedEnvironmentError(problems, os.EX_CONFIG)
    problem = f"the environment could not be validated: {done.stderr.strip()}"
    raise _refusal(problem, 1)


def _refusal(problem: str, status: int) -> RefusedEnvironmentError:
    sys.stderr.write(f"error: {problem}\n")
    return RefusedEnvironmentError([problem], status)
