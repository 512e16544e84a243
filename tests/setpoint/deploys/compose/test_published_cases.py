"""Holds the reader of compose files against what docker compose 2.40.3 made of each published case."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from setpoint.deploys.compose.reading import read_compose
from setpoint.deploys.deployment import Deployment, DeployProblem
from setpoint.deploys.deployment import DeployProblemKind as Kind

_CASES = [json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()]
_ERRORS = {
    "schema": {Kind.INVALID_STRUCTURE},
    "duplicate-key": {Kind.DUPLICATE_KEY},
    "yaml": {Kind.NOT_YAML},
    "interpolation": {Kind.INVALID_INTERPOLATION},
    "required-variable": {Kind.REQUIRED_VARIABLE},
    "env-file-syntax": {Kind.REFUSED_ENV_FILE},
    "env-file-missing": {Kind.MISSING_ENV_FILE},
    "is-directory": {Kind.UNREADABLE_FILE},
    "extends": {Kind.BAD_EXTENDS},
    "file-missing": {Kind.MISSING_FILE},
    "include-conflict": {Kind.BAD_INCLUDE},
    "undefined": {Kind.UNDEFINED_NAME},
    "no-image": {Kind.NO_IMAGE},
    "empty": {Kind.EMPTY_COMPOSE_FILE},
    "no-file": {Kind.NO_COMPOSE_FILE},
}
_UNSET = {Kind.UNDEFINED_VARIABLE, Kind.EATEN_DOLLAR}


def test_every_published_case_is_read_as_docker_compose_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Values, names without a value, refusals with their reason, and warnings; `-s` shows the count."""
    wrong = [case["name"] for case in _CASES if not _is_right(case, tmp_path / case["name"])]
    with capsys.disabled():
        print(f"\ncompose: {len(_CASES) - len(wrong)}/{len(_CASES)}", end=" ")  # noqa: T201 - the count is asked for
    assert wrong == []


def _is_right(case: dict[str, Any], root: Path) -> bool:
    project = root / "proj"
    project.mkdir(parents=True)
    for path, content in case["files"].items():
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else base64.b64decode(content["base64"]))
    command = case["command"]
    deployment = read_compose(
        project,
        command["files"],
        env_files=command["env_file"] or (),
        profiles=command["profiles"],
        environment=command["environment"],
    )
    return _agrees(deployment, case["truth"])


def _agrees(deployment: Deployment, truth: dict[str, Any]) -> bool:
    if "error" in truth:
        reasons = {problem.kind for problem in deployment.problems if problem.refuses}
        return reasons == _ERRORS[truth["error"]] and not deployment.processes
    services = {
        process.name: {given.name: given.value for given in process.variables.values()}
        for process in deployment.processes.values()
    }
    warnings = [warning for problem in deployment.problems for warning in _warnings(problem)]
    return not deployment.refused and services == truth["services"] and warnings == truth.get("warnings", [])


def _warnings(problem: DeployProblem) -> list[str]:
    """Return what docker compose itself says of `problem`; of most it says nothing."""
    assert problem.place is None or problem.place.span.end <= len(problem.place.file.text)
    if problem.kind is Kind.OBSOLETE_VERSION:
        assert problem.place is not None
        gone = "the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion"
        return [f"{problem.place.file.path}: {gone}"]
    if problem.kind not in _UNSET:
        return []
    assert problem.place is not None
    names = re.findall(r"\$\{?([A-Za-z_]\w*)", problem.place.span.of(problem.place.file.text))
    return [f'The "{names[-1]}" variable is not set. Defaulting to a blank string.']
