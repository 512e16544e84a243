"""Rehearses a start of the server in a throwaway process, so that a reload is known to succeed before it happens."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from serving.handover.environment import with_our_modules

LIMIT_IN_SECONDS = 30.0
"""The longest rehearsal: the master waits for it, and does nothing else in the meantime.

It takes some two seconds of a core, and a container may have a tenth of one.
"""

_LOOK_UP_EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class MasterStart:
    """How a master was started.

    Attributes:
        arguments: Its `sys.argv`.
        directory: Its working directory before gunicorn changed to another.
        environment: Its environment before gunicorn changed it.
        addresses: Where it listens, which a start need not open again.
        interpreter: The Python that it runs on.
    """

    arguments: list[str]
    directory: str
    environment: Mapping[str, str]
    addresses: list[str]
    interpreter: str = sys.executable


@dataclass(frozen=True)
class Rehearsed:
    """The result of a rehearsal.

    Attributes:
        problems: Why a start would fail, each in one line that holds no value; none if it would succeed.
        handover: What the rehearsal handed over, as JSON, for the conf to read.
    """

    problems: tuple[str, ...]
    handover: str | None = None


def rehearse(
    start: MasterStart, limit: float = LIMIT_IN_SECONDS, interrupted: Callable[[], bool] = lambda: False
) -> Rehearsed | None:
    """Start everything that a master started, except the server itself, and say whether that works.

    Args:
        start: What to rehearse.
        limit: Seconds after which a start counts as failed.
        interrupted: Called now and then; returns whether the result no longer matters.

    Returns:
        The result; None if it was interrupted.
    """
    words = (str(limit), json.dumps(start.addresses))
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [start.interpreter, "-P", "-m", "serving.reload.preflight", *words, *start.arguments],
            cwd=start.directory,
            env=with_our_modules(start.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return Rehearsed((f"a rehearsal could not be started: {error.strerror}",))
    try:
        said = _read_to_the_end(process, limit, interrupted)
    except _InterruptedRehearsalError:
        return None
    finally:
        _end(process)
    return _rehearsed(said, limit)


class _InterruptedRehearsalError(Exception):
    """The result of a rehearsal no longer matters."""


def _read_to_the_end(process: subprocess.Popen[bytes], limit: float, interrupted: Callable[[], bool]) -> bytes | None:
    """Return everything that `process` says; None if it has not finished in time."""
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    pipe = process.stdout.fileno()
    deadline = time.monotonic() + limit
    said = b""
    while (left := deadline - time.monotonic()) > 0:
        if interrupted():
            raise _InterruptedRehearsalError
        if select.select([pipe], [], [], min(left, _LOOK_UP_EVERY_SECONDS))[0]:
            piece = os.read(pipe, 65_536)
            if not piece:
                return said
            said += piece
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End `process` and what it may have started; it leads a process group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _rehearsed(said: bytes | None, limit: float) -> Rehearsed:
    if said is None:
        return Rehearsed((f"a start takes longer than {limit:g} seconds",))
    try:
        answer = json.loads(said)
        return Rehearsed(tuple(answer["problems"]), answer["handover"])
    except ValueError:
        return Rehearsed(("a rehearsal ended without an answer",))
