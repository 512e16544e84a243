"""The tree keeps the shape that the architecture page describes."""

import ast
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
LONGEST_FILE = 400
NAMES_THAT_SAY_NOTHING = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}


def _sources(*folders: str) -> list[Path]:
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts
    )


def _tests() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in _sources("tests"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield str(path.relative_to(ROOT)), node


def test_every_part_of_the_backend_has_a_layer() -> None:
    """A folder that import-linter does not know could import anything."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    folders = {path.name for path in BACKEND.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    assert folders == set(contracts["root_packages"])


def test_the_root_of_the_path_holds_the_way_in_alone() -> None:
    """Modules beside the parts would belong to none of them."""
    assert {path.name for path in BACKEND.glob("*.py")} == {"run.py", "gunicorn.conf.py"}


@pytest.mark.parametrize(
    "path", _sources("backend", "tests", "benchmarks"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_file_is_short_and_its_name_says_something(path: Path) -> None:
    """Long files hold more than one responsibility, and vague names invite more."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    assert path.stem not in NAMES_THAT_SAY_NOTHING
    assert ast.get_docstring(ast.parse(text)) or "tests" in path.parts, "say in one sentence what the file is for"


def test_every_test_says_in_a_docstring_what_it_stands_for() -> None:
    """A test whose point nobody can tell gets changed until it passes."""
    assert [f"{path}::{node.name}" for path, node in _tests() if not ast.get_docstring(node)] == []


def test_no_installed_package_takes_the_name_of_a_part() -> None:
    """A package `config` in the environment would win over ours wherever `backend/` stands behind it on the path."""
    ours = {"app", "config", "observability", "serving"}
    assert ours & packages_distributions().keys() == set()
