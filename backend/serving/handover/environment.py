"""Gets the environment's values from a separate interpreter, so that the master reads no setting."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from serving.handover.handover import Handover

_BACKEND = str(Path(__file__).resolve().parents[2])
_LIMIT_IN_SECONDS = 20

# What a parent handed over to this process isn't what this process hands over to its own workers.
_HANDED_OVER = "SETPOINT_ORIGINS"


class RefusedStartError(SystemExit):
    """Ends a start with this environment; a mere rehearsal reads `problems`."""

    def __init__(self, problems: list[str], status: int) -> None:
        super().__init__(status)
        self.problems = problems


def validated_environment(environment: Mapping[str, str]) -> Handover:
    """Return what a start with this `environment` would hand over to its workers.

    Args:
        environment: What the workers get anyway; it overrides the env file.

    Raises:
        RefusedStartError: With status 78 for an environment with which nothing can start, after its
            diagnostics were written to standard error; with status 1 if the validation itself failed.
    """
    done = _validation(environment)
    if done.returncode == -signal.SIGALRM:
        refuse_start(f"the environment could not be read within {_LIMIT_IN_SECONDS} seconds{_reason(environment)}")
    if done.returncode == os.EX_CONFIG:
        sys.stderr.write(done.stderr)
        problems: list[str] = json.loads(done.stdout)["problems"]
        raise RefusedStartError(problems, os.EX_CONFIG)
    if done.returncode != 0:
        refuse_start(f"the environment could not be validated: {done.stderr.strip()}", 1)
    return Handover.from_json(done.stdout)


def _validation(environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    own = {name: value for name, value in environment.items() if name != _HANDED_OVER}
    return subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-P", "-m", "serving.handover.program", str(_LIMIT_IN_SECONDS)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="backslashreplace",
        env=with_our_modules(own),
        stdin=subprocess.DEVNULL,
    )


def with_our_modules(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` for an interpreter that finds the modules of this service, wherever it is started."""
    path = os.pathsep.join(filter(None, (_BACKEND, environment.get("PYTHONPATH"))))
    return {**environment, "PYTHONPATH": path}


def _reason(environment: Mapping[str, str]) -> str:
    """Return what holds up reading the env file, judging by its kind."""
    path = Path(environment.get("ENV_FILE", ""))
    if path.is_fifo():
        return f": `ENV_FILE` is the pipe `{path}`, and nothing writes to it or closes it"
    return f": `ENV_FILE` is `{path}`" if path.name else ""


def refuse_start(problem: str, status: int = os.EX_CONFIG) -> NoReturn:
    """Write what keeps the server from starting to standard error, and end the start.

    Raises:
        RefusedStartError: With `status`.
    """
    sys.stderr.write(f"error: {problem}\n")
    raise RefusedStartError([problem], status) from None
