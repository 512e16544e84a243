"""The steps for CI systems do what the page promises, and the hook for pre-commit too."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.documents import ROOT, Block, blocks
from support.coverage_variables import coverage_variables
from support.prepared_python import prepared_program

GOOD = "PORT=80\n"
BAD = "PORT=x\n"
_STEPS = [
    block for block in blocks(ROOT / "docs" / "guides" / "ci.md") if block.marks.get("ci") in {"github", "gitlab"}
]
_COMMAND = re.compile(r"^\s*- (?:run: )?((?:printf|setpoint|exit) .*)$", re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the folder of a project as the page takes it for granted."""
    (tmp_path / "settings.py").write_text(
        "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int\n"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "settings:Settings"\n')
    (tmp_path / "deploy").mkdir()
    assert _run(tmp_path, "setpoint example .env.example", "") == 0
    return tmp_path


def _run(project: Path, script: str, content: str) -> int:
    (project / "deploy" / "staging.env").write_text(content)
    (project / "compose.yaml").write_text("services: {web: {image: shop, env_file: deploy/staging.env}}\n")
    environment = {
        **coverage_variables(),
        "PATH": f"{prepared_program(project)}:{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(project / "summary.md"),
        "PROD_ENV": content,
    }
    program = ["bash", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(
        program, cwd=project, env=environment, capture_output=True, timeout=60, check=False
    ).returncode


@pytest.mark.parametrize("block", _STEPS, ids=lambda block: f"{block.marks['ci']}-{block.line}")
def test_steps_pass_a_good_file_and_fail_a_bad_one(block: Block, project: Path) -> None:
    """And leave behind the reports that the CI system is told to take."""
    script = "\n".join(_COMMAND.findall(block.text))
    assert script
    assert _run(project, script, GOOD) == 0
    assert _run(project, script, BAD) == 1
    for report in re.findall(r"(?:codequality|junit|sarif_file): (\S+)", block.text):
        assert (project / report).stat().st_size


def test_there_are_steps_for_both_systems() -> None:
    """The pattern that finds steps does find some."""
    assert {block.marks["ci"] for block in _STEPS} == {"github", "gitlab"}


def _hook() -> Iterator[tuple[str, str]]:
    for line in (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            key, _, value = line.removeprefix("- ").strip().partition(": ")
            yield key, value.strip("'")


def test_the_hook_checks_the_files_that_its_arguments_name(project: Path) -> None:
    """pre-commit runs the entry with `args` behind it."""
    hook = dict(_hook())
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("setpoint-check", "system", "false")
    command = f"{hook['entry']} deploy/staging.env"
    assert [_run(project, command, content) for content in (GOOD, BAD)] == [0, 1]


def test_the_hook_runs_when_something_changes_that_it_depends_on() -> None:
    """The settings class is as good a reason as the env file, and so is the file that deploys the app."""
    concerned = [".env", "deploy/.env.production", "deploy/prod.env", "shop/settings.py", "pyproject.toml"]
    concerned += [
        "compose.yaml",
        "docker-compose.prod.yml",
        "k8s/base/web.yaml",
        "deployment.yaml",
        "deploy/app.service",
    ]
    concerned += ["kustomization.yaml", "etc/systemd/system/app.service.d/env.conf"]
    files = re.compile(dict(_hook())["files"])
    assert [
        path for path in [*concerned, "README.md", "environment.yml", "a.envy", "mkdocs.yml"] if files.search(path)
    ] == concerned
