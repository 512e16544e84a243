"""Holds the reading of units against what systemd gave to a real process in each published case."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from setpoint.deploys.deployment import Deployment
from setpoint.deploys.systemd.environment import Outside
from setpoint.deploys.systemd.reading import read_units

_CASES = Path(__file__).with_name("cases.jsonl")
_PLACE = re.compile(r"/(?P<path>[^:]+):(?P<line>\d+): ")
_ENV_FILE = re.compile(r": /(?P<path>[^:]+)$")


def test_every_published_case_is_read_as_systemd_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All cases are right, to the byte, with their refusals and warnings; `-s` shows the count."""
    cases = [json.loads(line) for line in _CASES.read_text(encoding="utf-8").splitlines()]
    wrong = [case["name"] for case in cases if not _is_right(case, tmp_path / case["name"])]
    with capsys.disabled():
        print(f"\nsystemd: {len(cases) - len(wrong)}/{len(cases)}", end=" ")  # noqa: T201 - the count is asked for
    assert wrong == []


def _is_right(case: dict[str, Any], root: Path) -> bool:
    for path, content in case["files"].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content.encode() if isinstance(content, str) else base64.b64decode(content["base64"]))
    environment = {
        name: value for name, value in case["command"]["environment"].items() if name not in ("PATH", "LANG")
    }
    deployment = read_units(case["command"]["files"], root, Outside(environment, is_complete=True))
    truth = case["truth"]
    if "error" in truth:
        return deployment.refused
    services = {
        process.name: {given.name: given.value for given in process.variables.values()}
        for process in deployment.processes.values()
    }
    return (
        not deployment.refused and services == truth["services"] and _warns(deployment, root, truth.get("warnings", []))
    )


def _warns(deployment: Deployment, root: Path, warnings: list[str]) -> bool:
    """Return whether there is a problem at the line of each warning, or in the env file that it names."""
    places = [problem.place for problem in deployment.problems if problem.place is not None]
    lines = {(place.file.path, place.file.line_at(place.span.start)) for place in places}
    paths = [place.file.path for place in places]
    for warning in warnings:
        place, env_file = _PLACE.match(warning), _ENV_FILE.search(warning)
        if place is not None and (str(root / place["path"]), int(place["line"])) not in lines:
            return False
        if place is None and env_file is not None:
            if str(root / env_file["path"]) not in paths:
                return False
            paths.remove(str(root / env_file["path"]))
    return True
