"""Checks env files in this process, and runs the commands in one of their own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic_settings import BaseSettings

from setpoint.check.checking import check
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from support.coverage_variables import coverage_variables
from support.keyed_settings import Settings
from support.prepared_python import is_prepared, run_prepared

Completed = subprocess.CompletedProcess[bytes]

BACKEND = Path(__file__).resolve().parents[2] / "backend"


def checked(
    *contents: str | bytes,
    settings_class: type[BaseSettings] = Settings,
    environment: Mapping[str, str] | None = None,
    ignored: Sequence[str] = (),
    deploy: bool = False,
) -> Report:
    """Return what a check of env files called `1.env`, `2.env` … says."""
    files = tuple(
        parse_env_file(f"{number}.env", content.encode() if isinstance(content, str) else content, {})
        for number, content in enumerate(contents, start=1)
    )
    process = None if environment is None else ProcessEnvironment(environment)
    return check(Subject(SettingsContract.of(settings_class), Gathered(files, process), tuple(ignored)), deploy=deploy)


def marks(report: Report) -> list[str]:
    """Return each finding on a line of its own: place, severity, rule and variable."""
    return [_mark(diagnostic) for diagnostic in report.diagnostics]


def messages(report: Report) -> list[str]:
    """Return what is said about each finding."""
    return [diagnostic.message for diagnostic in report.diagnostics]


def _mark(diagnostic: Diagnostic) -> str:
    at = diagnostic.location
    place = f"{at.path}:{at.line}:{at.column}-{at.end_line}:{at.end_column}" if at else "nowhere"
    return f"{place} {diagnostic.severity} {diagnostic.code} {diagnostic.name} {diagnostic.variable}"


def run_config(
    *words: str, environment: Mapping[str, str] | None = None, cwd: Path = BACKEND, stdin: bytes = b""
) -> Completed:
    """Run `python -m config`, in `backend/` by default, with nothing in the environment but `environment`."""
    return run([sys.executable, "-m", "config", *words], environment, cwd, stdin)


def run_setpoint(*words: str, environment: Mapping[str, str] | None = None, cwd: Path, stdin: bytes = b"") -> Completed:
    """Run `setpoint` in `cwd`, with nothing in the environment but `environment`."""
    return run([str(Path(sys.executable).with_name("setpoint")), *words], environment, cwd, stdin)


def run(command: Sequence[str], environment: Mapping[str, str] | None, cwd: Path, stdin: bytes = b"") -> Completed:
    """Run `command` with nothing in the environment but the way to programs and `environment`.

    Our own commands run in forks of a process that has imported them.
    """
    variables = {"PATH": os.environ["PATH"], **(environment or {})}
    if is_prepared(command, variables):
        return run_prepared(command, variables, cwd, stdin)
    variables = {**coverage_variables(), **variables}
    return subprocess.run(command, check=False, env=variables, cwd=cwd, input=stdin, capture_output=True, timeout=60)
