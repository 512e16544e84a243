"""Asks long-lived processes, so that no example costs the start of an interpreter."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from support.differential.case import Case
from support.differential.situation import Situation

_TESTS = Path(__file__).resolve().parents[2]
_PATHS = [str(_TESTS.parent / "backend"), str(_TESTS)]


class Process:
    """One process that answers one kind of question.

    Attributes:
        asked: How many situations it was asked about.
    """

    def __init__(self, question: str, folder: Path) -> None:
        self.asked = 0
        self._question = question
        environment = {"PYTHONPATH": ":".join(_PATHS), "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-m", "support.differential.process", str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder
        )

    def ask(self, case: Case, situations: Sequence[Situation]) -> list[Any]:
        """Return the answer for each of `situations`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {
            "question": self._question,
            "class": case.reference,
            "situations": [each.for_process() for each in situations],
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answers = self._process.stdout.readline()
        assert answers, f"the process has ended with {self._process.wait()}"
        self.asked += len(situations)
        found: list[Any] = json.loads(answers)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)
