"""Asks the app's own settings class, in a process of its own, whether it takes an environment."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SECONDS = 60.0
_REFUSED = 1
_LONGEST_WORDS = 1_000


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
        report: What it said as `check` tells it to people.
    """

    reasons: tuple[Reason, ...] = ()

    @property
    def accepted(self) -> bool:
        """Return whether the command may be started so."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Trial:
    """How to ask.

    Attributes:
        settings: The settings classes to ask, `module:Class` each; those of the project if there are none.
        files: Env files that are judged with the environment on top.
        seconds: How long the answer may take.
    """

    settings: Sequence[str] = ()
    seconds: float = SECONDS

    def ask(self, environment: Mapping[str, str], *files: str) -> Outcome:
        """Return what the settings class says of a process with this environment, and with `files` under it.

        A class that can't be imported, crashes or hangs accepts nothing: the command would not start either.
        """
        words = [sys.executable, "-m", "setpoint", "check", "--format", "json"]
        words += [f"--settings={each}" for each in self.settings]
        words += ["--environment", *files] if files else []
        try:
            done = subprocess.run(  # noqa: S603 - the interpreter itself, without a shell
                words,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _failed(f"the settings class did not answer within {self.seconds:.0f} s")
        if done.returncode == 0:
            return Outcome()
        if done.returncode == _REFUSED and (reasons := _reasons(done.stdout)):
            return Outcome(reasons)
        return _failed(_last_line(done.stderr) or f"the check ended with {done.returncode}")


def _failed(message: str) -> Outcome:
    return Outcome((Reason("unable", "", message),))


def _reasons(content: bytes) -> tuple[Reason, ...]:
    try:
        found: list[dict[str, Any]] = json.loads(content)["diagnostics"]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(
        Reason(str(each["name"]), str(each.get("variable") or ""), str(each["message"]))
        for each in found
        if each.get("severity") == "error"
    )


def _last_line(content: bytes) -> str:
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ")[:_LONGEST_WORDS] if lines else ""
