"""Holds an exported contract to what `Settings()` itself takes, for the whole catalogue of settings classes."""

import os
import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

import pytest

from setpoint.check.checking import check
from setpoint.contract.document.admission import admit
from setpoint.contract.document.compiled import CompiledContract
from setpoint.contract.document.exported import settings_class_of
from setpoint.contract.document.manifest import settings_manifest
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.subject import Subject
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from support.differential.case import Case
from support.differential.catalogue.index import CASES

_TRIED = 30
_REFUSALS = {"SP302", "SP401", "SP404", "SP409"}


def _environments(case: Case) -> Iterator[dict[str, str]]:
    """Yield what may be in the process environment."""
    dice = random.Random(case.reference)  # noqa: S311 - the same ones each time
    for _ in range(_TRIED):
        chosen = {name: dice.choice([None, *each.good, *each.good, *each.bad]) for name, each in case.texts.items()}
        yield {name: text for name, text in chosen.items() if text is not None}


def _takes(case: Case, variables: Mapping[str, str]) -> bool:
    try:
        with mock.patch.dict(os.environ, variables, clear=True):
            case.settings()
    except (Exception, SystemExit):  # noqa: BLE001 - code of the class may raise anything
        return False
    return True


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.settings.__name__)
def test_what_a_class_takes_its_contract_takes(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the class does by itself: sources of its own, files, validators. The service lets the contract in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["app"])
    for path, content in {**case.files, **{path: texts[0] for path, texts in case.varied.items()}}.items():
        if content is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(content)
    document = admit(settings_manifest(SettingsContract.of(case.settings)).encode())
    compiled, contract = CompiledContract(document), SettingsContract.of(settings_class_of(document, "contract.json"))
    for variables in _environments(case):
        if _takes(case, variables):
            assert compiled.values(variables) is not None, variables
            report = check(Subject(contract, Gathered(environment=ProcessEnvironment(variables))))
            assert [each.message for each in report.diagnostics if each.code in _REFUSALS] == [], variables
