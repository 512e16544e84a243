"""Holds the reading of manifests against what kubectl, kustomize and the kubelet make of each published case."""

import json
from pathlib import Path
from typing import Any

import pytest

from setpoint.deploys.kubernetes.reading import read_kubernetes
from support.file_trees import write_tree

_CASES = Path(__file__).with_name("cases.jsonl")


def test_every_published_case_is_read_as_kubernetes_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All cases are right, to the byte and with their refusals; `-s` shows the count."""
    cases = [json.loads(line) for line in _CASES.read_text(encoding="utf-8").splitlines()]
    wrong = [case["name"] for case in cases if not _is_right(case, tmp_path / case["name"])]
    with capsys.disabled():
        print(f"\nkubernetes: {len(cases) - len(wrong)}/{len(cases)}", end=" ")  # noqa: T201 - the count is asked for
    assert wrong == []


def _is_right(case: dict[str, Any], root: Path) -> bool:
    write_tree(root, case["files"])
    deployment = read_kubernetes([str(root / path) for path in case["command"]["files"]], root)
    if "error" in case["truth"]:
        return deployment.refused
    services = {
        process.name: {
            given.name: {"unknown": given.unknown} if given.unknown else given.value
            for given in process.variables.values()
        }
        for process in deployment.processes.values()
    }
    return not deployment.refused and services == case["truth"]["services"]
