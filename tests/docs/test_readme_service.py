"""The service does what the README says, typed as it is rendered at the root of a fresh clone."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.conftest import MakeRun
from docs.documents import ROOT, blocks
from docs.typing_session import reader_environment

_ORDER = [block for block in blocks(ROOT / "README.md") if block.file or block.language == "shell"]
_LINES = [line for block in _ORDER if not block.file for line in block.text.splitlines()]
_PORT = "8000"


@pytest.fixture
def served(clone: Path, make_run: MakeRun) -> Iterator[Path]:
    """Return the clone with the service running that `make run` starts."""
    with make_run():
        yield clone


def _typed(line: str, clone: Path, port: str) -> Any:
    command = line.replace(f":{_PORT}/", f":{port}/").replace("curl ", "curl --silent --show-error ")
    ended = subprocess.run(
        ["sh", "-c", command], cwd=clone, env=reader_environment(clone), capture_output=True, timeout=60, check=True
    )
    return json.loads(ended.stdout)


def test_the_requests_of_the_readme_are_answered(served: Path, port: str) -> None:
    """With the files that the page has shown before them."""
    answers = []
    for block in _ORDER:
        if block.file:
            (served / block.file).write_text(block.text, encoding="utf-8")
        elif "curl" in block.text:
            answers += [_typed(line, served, port) for line in block.text.splitlines()]
    assert [answer["status"] for answer in answers] == ["ready", "failed"]
    assert [each["code"] for each in answers[1]["diagnostics"]] == ["SP301", "SP401", "SP302"]


def test_the_wheel_of_the_readme_is_built_where_the_page_says(clone: Path) -> None:
    """Without an index, because the builder is one of the pinned packages."""
    (line,) = [line for line in _LINES if "hatchling" in line]
    subprocess.run(
        ["sh", "-c", line], cwd=clone, env=reader_environment(clone), check=True, timeout=60, capture_output=True
    )
    (wheel,) = (clone / "dist").iterdir()
    assert re.fullmatch(r"setpoint-[0-9.]+-py3-none-any\.whl", wheel.name)


def test_every_target_of_make_on_the_readme_exists() -> None:
    """Those that are not typed here set up or test what the tests run in."""
    named = re.findall(r"\bmake ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert named
    assert [name for name in named if f"\n{name}:" not in makefile] == []
