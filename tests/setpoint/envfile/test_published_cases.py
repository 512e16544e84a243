"""Holds every loader against what the real program read in each published case."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from setpoint.envfile.loaders import LOADERS, LoaderInfo
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import SourceText

_CASES = Path(__file__).with_name("cases.jsonl")
_PATH = "/usr/local/bin:/usr/bin:/bin"
_PATH_OF_SHELLS = "/nonexistent-bin"
_SHELLS = {"bash", "dash"}
_FLAGS = {ProblemKind.NOT_STATIC, ProblemKind.COMMAND_SUBSTITUTION}


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
def test_every_published_case_is_read_as_the_program_reads_it(
    loader: LoaderInfo, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each loader gets all cases right, to the byte and with the refusals; `-s` shows the count."""
    cases = [json.loads(line) for line in _CASES.read_text(encoding="utf-8").splitlines()]
    wrong = [case["name"] for case in cases if not _is_right(loader, case)]
    with capsys.disabled():
        print(f"\n{loader.name}: {len(cases) - len(wrong)}/{len(cases)}", end=" ")  # noqa: T201 - the count is asked for
    assert wrong == []


def _is_right(loader: LoaderInfo, case: dict[str, Any]) -> bool:
    environment = {
        "OUTER": "outer_value",
        "HOME": "/home/app",
        "LANG": "C.UTF-8",
        "PATH": _PATH_OF_SHELLS if loader.name in _SHELLS else _PATH,
    }
    reading = loader.read(_text(case), environment)
    expected = _expected(case["loaders"][loader.name])
    if loader.name in _SHELLS and any(problem.kind in _FLAGS for problem in reading.problems):
        return _agrees_as_far_as_it_goes(reading, expected)
    return _read(loader, reading) == expected


def _text(case: dict[str, Any]) -> str:
    content = case["text"].encode() if "text" in case else base64.b64decode(case["base64"])
    return SourceText.from_bytes("case", content).text


def _expected(truth: dict[str, Any]) -> dict[str, str | None] | None:
    if "error" in truth:
        return None
    return {name: _value(value) for name, value in truth["variables"].items()}


def _value(value: str | dict[str, str] | None) -> str | None:
    if isinstance(value, dict):
        return base64.b64decode(value["b64"]).decode("utf-8", "surrogateescape")
    return value


def _read(loader: LoaderInfo, reading: Reading) -> dict[str, str | None] | None:
    if reading.refused:
        return None
    if loader.name == "python-dotenv":
        return {binding.name: binding.value for binding in reading.bindings}
    return dict(reading.variables)


def _agrees_as_far_as_it_goes(reading: Reading, expected: dict[str, str | None] | None) -> bool:
    """Return whether what the flagged reading knows is right, and nothing is missing that it does not flag."""
    if expected is None:
        return True
    unknown = {binding.name for binding in reading.bindings if binding.value is None}
    known = reading.variables.items() <= expected.items()
    return known and expected.keys() <= reading.variables.keys() | unknown
