"""Asks the app's settings class, in a separate process, whether it accepts an environment."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

SECONDS = 60.0
_SECONDS_ON_ITS_OWN = 5
"""How much longer the process runs if nobody is left to end it."""
_LONGEST_WORDS = 1_000
_LONGEST_OUTPUT, _LONGEST_COMPLAINTS = 4 << 20, 64 << 10
_FATAL = "Fatal Python error: "
_SEVERITIES = {"error": ("error",), "warning": ("error", "warning")}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to refuse an environment.

    Attributes:
        rule: The name of the rule, such as `invalid-value`.
        variable: The variable; empty if it concerns several.
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
        """Return whether the command may be started with it."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class ClassProcess:
    """How to ask the settings classes of an app, in a separate process.

    Attributes:
        settings: The settings classes to ask, `module:Class` each.
        fail_on: The lowest severity that refuses: `error` or `warning`.
        seconds: How long the answer may take.
        path: Where Python finds the modules, as `PYTHONPATH`; empty for the working directory and what pyproject.toml
            says.
    """

    settings: Sequence[str]
    fail_on: str = "error"
    seconds: float = SECONDS
    path: str = ""
    _asked: "set[subprocess.Popen[bytes]]" = field(default_factory=set, repr=False, compare=False)

    def ask(self, environment: Mapping[str, str], *files: str) -> Outcome:
        """Return what the settings class says about a process with this environment, and with `files` under it.

        A class that can't be imported, crashes or hangs accepts nothing: the command would not start either.
        """
        judged = ["--environment", *files] if files else []
        try:
            done = self._run(environment, "check", "--format=json", f"--fail-on={self.fail_on}", *judged)
        except subprocess.TimeoutExpired:
            return unable(f"the settings class did not answer within {self.seconds:.0f} s")
        except OSError as error:  # for example, an environment that is too large for any program
            return unable(f"the settings class can't be asked: {error.strerror}")
        reasons = _reasons(done.output, _SEVERITIES[self.fail_on])
        if done.status == 0 and reasons is not None:  # a class can end the process before it is asked, with any status
            return Outcome()
        return Outcome(reasons) if reasons else unable(_last_line(done.complaints) or _how_it_ended(done.status))

    def digest(self) -> str:
        """Return the digest of the contract of the settings class; empty if there is none, or several classes."""
        try:
            done = self._run(os.environ, "schema", _OUTPUT)
            return str(json.loads(done.output)["digest"]) if done.status == 0 else ""
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
            return ""

    def give_up(self) -> None:
        """End the process that is running: nobody is waiting for its answer any more."""
        for each in tuple(self._asked):
            _clear_away(each)

    def _run(self, environment: Mapping[str, str], *words: str) -> "_Done":
        with _file_in_memory() as output, _file_in_memory() as complaints:
            descriptor = output.fileno()
            path = f"/dev/fd/{descriptor}"
            process = subprocess.Popen(  # noqa: S603 - the interpreter itself, without a shell
                [
                    *(sys.executable, "-m", "setpoint.apart", path, f"{self.seconds + _SECONDS_ON_ITS_OWN:.0f}"),
                    *(path if each == _OUTPUT else each for each in words),
                    *(f"--settings={each}" for each in self.settings),
                ],
                env={**environment, **({"PYTHONPATH": self.path} if self.path else {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                pass_fds=[descriptor],
                process_group=0,
            )
            self._asked.add(process)
            try:
                status = process.wait(self.seconds)
            finally:
                self._asked.discard(process)
                _clear_away(process)
            return _Done(status, _end_of(output, _LONGEST_OUTPUT), _end_of(complaints, _LONGEST_COMPLAINTS))


_OUTPUT = "OUTPUT"
"""A placeholder for the file that a command writes to."""


class _Done(NamedTuple):
    """The result of a process.

    Attributes:
        status: Its exit status; negative for a signal.
        output: What the command printed, without anything that the class printed.
        complaints: What it wrote to standard error.
    """

    status: int
    output: bytes
    complaints: bytes


@contextmanager
def _file_in_memory() -> "Iterator[IO[bytes]]":
    """Provide a file for a process to write to: a pipe would stay open as long as anything that the class starts."""
    with os.fdopen(os.memfd_create("setpoint"), "w+b") if sys.platform == "linux" else TemporaryFile() as stream:
        yield stream


def _end_of(stream: IO[bytes], most: int) -> bytes:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - most))
    return stream.read(most)


def _clear_away(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and whatever the class has started in it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def unable(message: str) -> Outcome:
    """Return an opinion that says that the class could not be asked, which counts as a refusal."""
    return Outcome((Reason("unable", "", message),))


def _reasons(content: bytes, severities: Collection[str]) -> tuple[Reason, ...] | None:
    """Return what a report says; None if it is not a report."""
    try:
        found: list[dict[str, Any]] = json.loads(content)["diagnostics"]
    except (ValueError, KeyError, TypeError):
        return None
    return tuple(
        Reason(str(each["name"]), str(each.get("variable") or ""), str(each["message"]))
        for each in found
        if each.get("severity") in severities
    )


def _last_line(content: bytes) -> str:
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if fatal := [line for line in lines if line.startswith(_FATAL)]:  # what follows it says where, not what
        lines = [fatal[0].removeprefix(_FATAL)]
    return lines[-1].removeprefix("error: ")[:_LONGEST_WORDS] if lines else ""


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"the check was ended by signal {-status}"
    return f"the check ended with {status} before it had an answer"
