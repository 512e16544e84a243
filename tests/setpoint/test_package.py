"""The package loads quickly, needs little, and works from its wheel."""

import ast
import json
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from inline_snapshot import snapshot

import setpoint
import setpoint.client
import setpoint.testing
from support.checking import BACKEND, run
from support.wheel import build_wheel

ROOT = BACKEND.parent


def _modules_after(code: str) -> set[str]:
    """Return the modules that `code` loads, besides those of an idle interpreter."""
    program = [sys.executable, "-c", f"import json, sys\nbefore = set(sys.modules)\n{code}\n"]
    program[2] += "print(json.dumps(sorted(set(sys.modules) - before)))"
    result = run(program, {"PYTHONPATH": str(BACKEND)}, BACKEND)
    assert result.returncode == 0, result.stderr
    loaded: list[str] = json.loads(result.stdout.splitlines()[-1])
    return set(loaded)


def test_importing_the_package_loads_next_to_nothing() -> None:
    """An app imports it at its very start."""
    loaded = _modules_after("import setpoint")
    assert {name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names} == {
        "setpoint",
        "setpoint._version",
    }


def test_the_public_api_is_this() -> None:
    """Nothing else is promised to an app, and each of these names is."""
    assert setpoint.__all__ == snapshot(
        [
            "FileVariables",
            "Guidance",
            "InvalidRuleError",
            "NamesEnvFile",
            "PublicValueError",
            "Severity",
            "Violation",
            "__version__",
            "load",
            "rule",
        ]
    )
    assert all(hasattr(setpoint, name) for name in setpoint.__all__)
    assert setpoint.testing.__all__ == snapshot(["Diagnostic", "Location", "TemporaryEnvironment"])
    assert setpoint.client.__all__ == snapshot(["Following", "follow"])
    assert all(hasattr(setpoint.client, name) for name in setpoint.client.__all__)


def test_the_types_of_the_whole_public_api_are_tried() -> None:
    """What mypy looks at uses each name that is promised."""
    tree = ast.parse((ROOT / "tests" / "typing" / "public_api.py").read_text(encoding="utf-8"))
    used = {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
    }
    assert {*setpoint.__all__, *setpoint.testing.__all__, *setpoint.client.__all__} - used == set()


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_a_command_that_checks_nothing_does_not_load_pydantic(word: str) -> None:
    """It is by far the slowest import."""
    code = f"from setpoint.cli.main import main\ntry: main([{word!r}])\nexcept SystemExit: pass"
    assert "pydantic" not in _modules_after(code)


def test_a_check_loads_nothing_of_a_server() -> None:
    """The library knows no Flask and no Sentry."""
    code = "from setpoint.cli.main import main\nmain(['check', '/dev/null'], settings='config.settings:Settings')"
    parts = {name.partition(".")[0] for name in _modules_after(code)}
    assert parts.isdisjoint({"flask", "gevent", "gunicorn", "sentry_sdk", "werkzeug", "urllib3", "requests"})
    assert "setpoint" in parts


@pytest.mark.parametrize(
    "words", [["diff", "/dev/null", "/dev/null"], ["schema"], ["convert", "/dev/null", "--to", "docker"], ["show"]]
)
def test_a_command_that_has_a_part_in_the_service_speaks_no_http_without_it(words: list[str]) -> None:
    """Importing it takes longer than most of these commands."""
    code = "import sys, io\nfrom setpoint.cli.main import main\nprinted, sys.stdout = sys.stdout, io.StringIO()\n"
    code += f"main({words!r}, settings='config.settings:Settings')\nsys.stdout = printed"
    assert _modules_after(code).isdisjoint({"urllib3", "http.client", "urllib.request"})


def test_the_version_is_told() -> None:
    """Bug reports begin with it."""
    result = run([sys.executable, "-m", "setpoint", "--version"], {"PYTHONPATH": str(BACKEND)}, ROOT)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(b"setpoint 0.")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release does."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_library_alone(wheel: Path) -> None:
    """An app has a `config` of its own, and wants no other."""
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"setpoint"}
    no_code = {name for name in names if name.startswith("setpoint/") and not name.endswith(".py")}
    assert no_code == {"setpoint/py.typed", "setpoint/check/catalogue/rule_data.json"}


def test_the_wheel_needs_no_server(wheel: Path) -> None:
    """What the service needs is a group of the repository, which no wheel can offer."""
    archive = zipfile.ZipFile(wheel)
    name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
    metadata = Parser().parsestr(archive.read(name).decode())
    needed = ["pydantic-settings>=2.16", "pydantic>=2.12", "urllib3>=2.5"]
    # What keeps a command running encrypts the last known good, and compose files are YAML.
    extras = ["cryptography>=46; extra == 'supervise'", "pyyaml>=6.0.3; extra == 'deploys'"]
    assert sorted(metadata.get_all("Requires-Dist") or []) == sorted([*extras, *needed])
    assert sorted(metadata.get_all("Provides-Extra") or []) == ["deploys", "supervise"]


def test_the_wheel_works_where_the_repository_is_not(wheel: Path, tmp_path: Path) -> None:
    """`python -m setpoint` from it, on somebody's class."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    (tmp_path / "theirs.py").write_text(
        "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int\n"
    )
    program = [sys.executable, "-m", "setpoint", "check", "-", "--settings", "theirs:Settings", "--format", "concise"]
    result = run(program, {"PYTHONPATH": str(tmp_path / "installed")}, tmp_path, b"PORT=x\n")
    assert (result.returncode, result.stderr) == (1, b"")
    assert result.stdout.startswith(b"-:1:6: error[SP401] `PORT` is not an integer")
