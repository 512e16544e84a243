"""The bad example of each rule is what the rule reports, and the good one is not."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType

import pytest

from docs.rule_data import rule_data
from setpoint.application.deploys.checking import check_deploys
from setpoint.application.deploys.services import WantedDeploy
from setpoint.application.wanted import Wanted
from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.check.catalogue.rule_documentation import GENERATED, Example, RuleDocumentation, documented_rules
from setpoint.check.checking import check_together
from setpoint.contract.settings_class import SettingsContract
from setpoint.generate.rules_reference import EXAMPLE_DEPLOYS, EXAMPLE_FILE, EXAMPLE_SETTINGS
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.deploys import DeployRequest, recognised_kind
from setpoint.sources.env_file import DEFAULT_LOADER, parse_env_file
from setpoint.sources.gathered import Gathered
from support.checking import BACKEND
from support.prepared_python import prepared_program

RULES = documented_rules()


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("example", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the page of rules shows."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "example.py").write_text(EXAMPLE_SETTINGS)
    (folder / "prod.env").write_text(EXAMPLE_FILE)
    for path, text in EXAMPLE_DEPLOYS.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    (folder / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "example:Settings"\n')
    return folder


@pytest.fixture(scope="module")
def contract(folder: Path) -> SettingsContract:
    """Return the settings class of the page."""
    return SettingsContract.of(_module(folder / "example.py").Settings)


@cache
def _codes_of_command(command: str, folder: Path) -> frozenset[str]:
    assert command.count("setpoint check") == 1
    typed = command.replace("setpoint check", "setpoint check --format json")
    environment = {"PATH": f"{prepared_program(folder.parent)}:{os.environ['PATH']}"}
    ended = subprocess.run(
        ["sh", "-c", typed], cwd=folder, env=environment, capture_output=True, timeout=60, check=False
    )
    return frozenset(each["code"] for each in json.loads(ended.stdout)["diagnostics"])


def _files_of_deploy(text: str) -> dict[str, str]:
    """Return the files that an example about a deploy consists of: each begins with a comment that is its path."""
    _, *parts = re.split(r"(?m)^# ([\w./-]+\.(?:yaml|service|env|conf))$\n", text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _codes_of_deploy(files: dict[str, str], folder: Path) -> frozenset[str]:
    here = Path(mkdtemp(dir=folder))
    for path, text in files.items():
        (here / path).parent.mkdir(parents=True, exist_ok=True)
        (here / path).write_text(text, encoding="utf-8")
    project = Project(here, ("example:Settings",), pythonpath=(folder,))
    paths = (str(here / next(iter(files))),)
    request = DeployRequest(recognised_kind(paths), paths, knows_caller=True)
    report = check_deploys(Wanted(project.settings), (WantedDeploy(request),), project)
    return frozenset(each.code for each in report.diagnostics)


def _codes(example: Example, contract: SettingsContract, folder: Path) -> frozenset[str]:
    """Return which rules report something in `example`."""
    if example.text.startswith("$ "):
        return _codes_of_command(example.text.removeprefix("$ "), folder)
    if deploy := _files_of_deploy(example.text):
        return _codes_of_deploy(deploy, folder)
    content = f"{example.text}\n".encode()
    subjects = [
        Subject(contract, Gathered((parse_env_file("example.env", content, {}, loader),)))
        for loader in example.loaders or (DEFAULT_LOADER,)
    ]
    return frozenset(each.code for each in check_together(subjects).diagnostics)


def test_the_generated_data_of_the_rules_is_up_to_date() -> None:
    """`make generate` writes it anew."""
    assert GENERATED.read_text(encoding="utf-8") == rule_data()
    assert [each.documentation for _, each in sorted(CATALOGUE.items())] == list(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_bad_example_is_reported(rule: RuleDocumentation, contract: SettingsContract, folder: Path) -> None:
    """An example that is not reported explains another rule."""
    assert rule.bad is not None, "give its docstring a `Bad:` and a `Good:`"
    assert rule.code in _codes(rule.bad, contract, folder)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_good_example_is_not_reported(rule: RuleDocumentation, contract: SettingsContract, folder: Path) -> None:
    """Neither for the rule nor for any other; only what is required is left out to keep examples short."""
    assert rule.good is not None, "give its docstring a `Bad:` and a `Good:`"
    assert rule.good != rule.bad
    assert _codes(rule.good, contract, folder) <= {"SP302"} - {rule.code}


def test_the_page_of_rules_is_up_to_date() -> None:
    """`make generate` writes it anew."""
    program = [sys.executable, "-m", "config", "rule", "--format", "markdown"]
    ended = subprocess.run(program, cwd=BACKEND, capture_output=True, timeout=60, check=True)
    page = BACKEND.parent / "docs" / "reference" / "rules.md"
    assert page.read_text(encoding="utf-8") == ended.stdout.decode()
