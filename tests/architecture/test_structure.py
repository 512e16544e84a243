"""The tree keeps the shape that the architecture page describes."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
LONGEST_FILE = {"backend": 300, "benchmarks": 340, "tests": 340}
LONGER_FILES: set[str] = set()
MOST_MODULES = 20
LONGEST_FUNCTION = 25
LOADED_BY_PATH = {
    "backend/serving/reload/conf_file.py",  # gunicorn takes a file for its configuration, which no import finds
}
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


def test_the_picture_of_the_architecture_shows_every_room() -> None:
    """The folders of the backend, of the service and of the library, in one list with a sentence each."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = page.split("```\nbackend/\n")[1].split("```")[0].splitlines()
    shown = {line.split()[0].rstrip("/") for line in picture if line.split()[0].endswith("/")}
    setpoint = BACKEND / "setpoint"
    folders = [BACKEND, BACKEND / "app", setpoint, setpoint / "check", setpoint / "envfile"]
    rooms = [room.name for each in folders for room in each.iterdir() if (room / "__init__.py").exists()]
    assert shown == {*rooms}
    assert all(len(line.split(maxsplit=1)) > 1 for line in picture)


def test_nothing_is_made_into_code() -> None:
    """What a contract or an env file says is never compiled: no call does it, and no library is there for that."""
    called = {
        node.func.id
        for path in _sources("backend")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called.isdisjoint({"eval", "exec", "compile"})
    locked = (ROOT / "requirements" / "server.txt").read_text(encoding="utf-8")
    assert not re.findall(r"^(?:fastjsonschema|datamodel-code-generator)==", locked, re.MULTILINE)


def test_the_root_of_the_path_holds_the_way_in_alone() -> None:
    """Modules beside the parts would belong to none of them."""
    assert {path.name for path in BACKEND.glob("*.py")} == {"run.py", "gunicorn.conf.py"}


def test_a_file_is_short_and_its_name_says_something() -> None:
    """Long files hold more than one responsibility, and vague names invite more."""
    files = {str(path.relative_to(ROOT)): path for path in _sources("backend", "tests", "benchmarks")}
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    too_long = {name for name, text in texts.items() if text.count("\n") > LONGEST_FILE[name.partition("/")[0]]}
    assert too_long == LONGER_FILES
    assert [name for name, path in files.items() if path.stem in NAMES_THAT_SAY_NOTHING] == []
    described = {name: text for name, text in texts.items() if not name.startswith("tests/")}
    unsaid = [name for name, text in described.items() if not ast.get_docstring(ast.parse(text))]
    assert unsaid == [], "say in one sentence what the file is for"


def test_every_test_says_in_a_docstring_what_it_stands_for() -> None:
    """A test whose point nobody can tell gets changed until it passes."""
    assert [f"{path}::{node.name}" for path, node in _tests() if not ast.get_docstring(node)] == []


def test_no_installed_package_takes_the_name_of_a_part() -> None:
    """A package `config` in the environment would win over ours wherever `backend/` stands behind it on the path."""
    ours = {"app", "config", "observability", "serving"}
    assert ours & packages_distributions().keys() == set()


def test_a_folder_can_be_taken_in_at_a_glance() -> None:
    """Who looks for something reads the list of names; a longer one is to be split."""
    modules = Counter(str(path.parent.relative_to(ROOT)) for path in _sources("backend") if path.stem != "__init__")
    assert {folder for folder, number in modules.items() if number > MOST_MODULES} == set()


def test_nearly_all_functions_are_short() -> None:
    """The length that nine in ten stay below; a few have to hold a long table or a grammar."""
    lengths = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in _sources("backend")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert quantiles(lengths, n=10)[-1] <= LONGEST_FUNCTION


def test_every_import_can_be_seen() -> None:
    """What is loaded by its path is hidden from the layers that import-linter checks."""
    hidden = ("runpy", "run_path", "spec_from_file_location", "SourceFileLoader")
    found = {str(path.relative_to(ROOT)) for path in _sources("backend") if _names(path) & set(hidden)}
    assert found == LOADED_BY_PATH


def test_the_garbage_collector_is_left_alone() -> None:
    """A trick with it saves milliseconds, and costs whoever wonders later why memory grows."""
    assert [str(path) for path in _sources("backend") if "gc" in _names(path)] == []


@cache
def _names(path: Path) -> set[str]:
    """Return what a module imports, calls and asks for by name."""
    names = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.alias | ast.ImportFrom):
            names |= {*((node.name if isinstance(node, ast.alias) else node.module) or "").split(".")}
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
    return names
