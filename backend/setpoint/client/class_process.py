"""Asks the app's own settings class, in a process of its own: whether it takes an environment, and who it is."""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SECONDS = 60.0
_LONGEST_WORDS = 1_000
_SEVERITIES = {"error": ("error",), "warning": ("error", "warning")}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against an environment.

    Attributes:
        rule: The name of the rule, such as `invalid-value`.
        variable: The variable; empty where it is about several.
        message: What is wrong.
    """

    rule: str
    variable: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the settings class said.

    Attributes:
        reasons: Why it refuses; empty if it accepts.
    """

    reasons: tuple[Reason, ...] = ()

    @property
    def accepted(self) -> bool:
        """Return whether the command may be started so."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class ClassProcess:
    """How to ask the settings classes of an app, in a process of their own.

    Attributes:
        settings: The settings classes to ask, `module:Class` each.
        fail_on: The lowest severity that refuses: `error` or `warning`.
        seconds: How long the answer may take.
        path: Where Python finds the modules, as `PYTHONPATH`; empty for the working directory and what pyproject says.
    """

    settings: Sequence[str]
    fail_on: str = "error"
    seconds: float = SECONDS
    path: str = ""

    def ask(self, environment: Mapping[str, str], *files: str) -> Outcome:
        """Return what the settings class says of a process with this environment, and with `files` under it.

        A class that can't be imported, crashes or hangs accepts nothing: the command would not start either.
        """
        judged = ["--environment", *files] if files else []
        try:
            done = self._run(environment, "check", "--format=json", f"--fail-on={self.fail_on}", *judged)
        except subprocess.TimeoutExpired:
            return unable(f"the settings class did not answer within {self.seconds:.0f} s")
        except OSError as error:  # an environment that is too large for any program, among others
            return unable(f"the settings class can't be asked: {error.strerror}")
        if done.returncode == 0:
            return Outcome()
        if reasons := _reasons(done.stdout, _SEVERITIES[self.fail_on]):
            return Outcome(reasons)
        return unable(_last_line(done.stderr) or f"the check ended with {done.returncode}")

    def digest(self) -> str:
        """Return the digest of the contract of the settings class; empty where it has none, or is several classes."""
        try:
            done = self._run(os.environ, "schema", "/dev/stdout")
            return str(json.loads(done.stdout)["digest"]) if done.returncode == 0 else ""
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
            return ""

    def _run(self, environment: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[bytes]":
        settings = [f"--settings={each}" for each in self.settings]
        return subprocess.run(  # noqa: S603 - the interpreter itself, without a shell
            [sys.executable, "-m", "setpoint", *words, *settings],
            env={**environment, **({"PYTHONPATH": self.path} if self.path else {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=self.seconds,
            check=False,
        )


def unable(message: str) -> Outcome:
    """Return that it could not be asked, which accepts nothing."""
    return Outcome((Reason("unable", "", message),))


def _reasons(content: bytes, severities: Collection[str]) -> tuple[Reason, ...]:
    try:
        found: list[dict[str, Any]] = json.loads(content)["diagnostics"]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(
        Reason(str(each["name"]), str(each.get("variable") or ""), str(each["message"]))
        for each in found
        if each.get("severity") in severities
    )


def _last_line(content: bytes) -> str:
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ")[:_LONGEST_WORDS] if lines else ""
