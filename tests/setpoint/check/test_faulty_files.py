"""Files with every kind of fault: nothing is missed, nothing invented, nothing leaks, and all formats agree."""

import json
import os
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.cli.main import main
from setpoint.formats.registry import FORMATS
from support.checking import run_setpoint

FOLDER = Path(__file__).parents[1] / "faulty"
EXPECTED: dict[str, dict[str, list[str]]] = json.loads((FOLDER / "expected.json").read_text())
CANARY = "kXwvQzmWncRt"
LONGEST_PIECE = 5
TRIED_ELSEWHERE = {
    "SP001": "no file",
    "SP002": "no file that can be read",
    "SP006": "no settings class",
    "SP007": "rules of an app's own",
    "SP205": "a file of 64 KiB",
    "SP206": "the process environment",
    "SP207": "values of megabytes",
    "SP303": "a class that tells cases apart",
    "SP305": "a class that names its env file",
    "SP408": "an exported contract",
    "SP409": "a class with a source of its own",
    "SP406": "a class that reads other files",
    "SP407": "a class that reads other files",
    "SP506": "the modes of files, which git does not keep",
    "SP507": "files that git tracks, which all of these are",
}
"""The rules for which a file alone is not enough, each with what it takes; their own tests have it."""


@pytest.fixture(autouse=True)
def _in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(FOLDER)
    for name in os.environ.keys() - {"PATH"}:
        monkeypatch.delenv(name)


def _check(capsys: pytest.CaptureFixture[str], name: str, form: str) -> tuple[int, str]:
    options = EXPECTED[name].get("options", [])
    status = main(["check", f"{name}.env", "--settings", "shop:Shop", "--format", form, *options])
    return status, "".join(capsys.readouterr())


def _mark(diagnostic: dict[str, Any]) -> str:
    at = diagnostic["location"]
    place = f"{at['line']}:{at['column']}-{at['end_line']}:{at['end_column']}" if at else "nowhere"
    return f"{place} {' '.join(str(diagnostic[key]) for key in ('severity', 'code', 'name', 'variable'))}"


def _codes(form: str, text: str) -> list[str]:
    """Return the codes that a report of any format names, in its order."""
    if form == "json":
        return [each["code"] for each in json.loads(text)["diagnostics"]]
    if form == "sarif":
        return [each["ruleId"] for each in json.loads(text)["runs"][0]["results"]]
    if form == "gitlab":
        return [each["check_name"].partition(" ")[0] for each in json.loads(text)]
    if form == "junit":
        cases = ET.fromstring(text).iter("testcase")  # noqa: S314 - we have written it
        return [each.get("name", "").partition(" ")[0] for each in cases if each.get("name", "").startswith("SP")]
    if form == "github":
        return [line.partition("title=")[2][:5] for line in text.splitlines() if line.startswith("::")]
    return [line.partition("[")[2][:5] for line in text.splitlines() if "[SP" in line]


def test_there_is_a_file_for_each_expectation() -> None:
    """And the other way round."""
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.env"))
    assert len(EXPECTED) >= 60


def test_every_rule_is_tried() -> None:
    """A rule that no env file breaks proves nothing here; those on deploy files have projects of their own."""
    tried = {found.split()[2] for each in EXPECTED.values() for found in each["findings"]}
    of_env_files = {code for code in CATALOGUE if code.startswith("SP") and not code.startswith("SP7")}
    assert of_env_files - tried == TRIED_ELSEWHERE.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_is_missed_and_nothing_invented(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every finding at its exact place, and no other."""
    status, text = _check(capsys, name, "json")
    report = json.loads(text)
    assert [_mark(each) for each in report["diagnostics"]] == EXPECTED[name]["findings"]
    assert report["exit_status"] == status


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", EXPECTED)
def test_all_formats_agree_and_none_leaks(name: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same status, the same findings in the same order, and no piece of a secret."""
    status, text = _check(capsys, name, form)
    findings = EXPECTED[name]["findings"]
    assert status == int(any(" error " in each for each in findings))
    assert _codes(form, text) == [each.split()[2] for each in findings]
    pieces = (CANARY[at : at + LONGEST_PIECE + 1] for at in range(len(CANARY) - LONGEST_PIECE))
    assert [piece for piece in pieces if piece in text] == []


def test_the_real_command_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """In a process of its own."""
    ended = run_setpoint("check", "everything.env", "--settings", "shop:Shop", cwd=FOLDER)
    assert (ended.returncode, ended.stdout.decode()) == _check(capsys, "everything", "full")
