"""A settings class is found by name, also in a module that fails because of bad settings."""

import json
import sys
from pathlib import Path

import pytest

from support.checking import Completed, run, run_setpoint

HEAD = """\
import sys
from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings
import setpoint


class Settings(BaseSettings):
    api_key: SecretStr
    port: int = 1
"""
ODD = """\
from dataclasses import dataclass


@dataclass
class Odd:
    port: "1 / 0"
"""
"""A class whose annotations can't be looked at, of which libraries have some."""
AHEAD = '    at: "Path | None" = None\n'
"""A setting whose type is imported for type checkers alone."""
CANARY = "kX9vQ2mW7c"


def _check(folder: Path, module: str, reference: str = "theirs:Settings") -> Completed:
    (folder / "theirs.py").write_text(module)
    (folder / "a.env").write_text(f"API_KEY={CANARY}\nPORT={CANARY}\n")
    environment = {"API_KEY": CANARY, "PORT": CANARY + "x"}
    return run_setpoint(
        *("check", "a.env", "--settings", reference, "--format", "concise"), environment=environment, cwd=folder
    )


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "SETTINGS = Settings()\n",
        "SETTINGS = setpoint.load(Settings)\n",
        "print('talk', Settings.__name__)\n",
        "try:\n    Settings()\nexcept ValueError as error:\n    print(error)\n    sys.exit(f'bad: {error}')\n",
        "try:\n    Settings()\nexcept ValueError as error:\n    raise RuntimeError(str(error)) from error\n",
        "import logging\ntry:\n    Settings()\nexcept ValueError:\n    logging.exception('bad')\n",
        "import warnings\nwarnings.warn('old')\n",
        "def start():\n    return Settings()\nstart()\n",
    ],
)
def test_a_module_that_builds_its_settings_can_be_checked(tmp_path: Path, tail: str) -> None:
    """Nothing that it prints or raises under the caller's environment gets out."""
    result = _check(tmp_path, HEAD + tail)
    assert result.returncode == 1
    assert (
        result.stdout.decode().splitlines()[0]
        == "a.env:2:6: error[SP401] `PORT` is not an integer; expected an integer"
    )
    assert result.stderr == b""
    assert CANARY not in result.stdout.decode()


def test_a_module_that_ends_before_there_is_a_class_is_said_to_do_that(tmp_path: Path) -> None:
    """It would be no help that it has no such class."""
    result = _check(tmp_path, f"import sys\n\nsys.exit({CANARY!r})\n{HEAD}")
    assert result.returncode == 2
    said = result.stdout.decode()
    assert said.startswith("error[SP006] cannot import `theirs`: SystemExit at ")
    assert "theirs.py:3" in said
    assert CANARY not in said


NESTED = """\
from pydantic import BaseModel
from pydantic_settings import BaseSettings


class Db(BaseSettings, env_prefix="DB_"):
    name: str
    port: int = 1


class Settings(BaseSettings):
    debug: bool = False
    db: Db = Db({given})


settings = Settings()
"""


@pytest.mark.parametrize("callers", [{}, {"DB_NAME": CANARY, "DB_PORT": "7"}], ids=["nothing is set", "all is set"])
@pytest.mark.parametrize(
    ("given", "content", "found"),
    [
        ("", "DB_NAME=a\nDEBUG=maybe\n", ["a.env:2:7: error[SP401] `DEBUG` is neither true nor false"]),
        (
            "",
            "DB_PORT=x\n",
            ["a.env:1:9: error[SP401] `DB_PORT` is not an integer", "error[SP302] `DB_NAME` is required"],
        ),
        ("", "DB_NAME=a\nDB_PROT=1\n", ["a.env:2:1: error[SP301] no setting reads `DB_PROT`"]),
        ("name='given'", "DB_PORT=3\n", []),
        ("name='given'", "DB_PORT=x\n", ["a.env:1:9: error[SP401] `DB_PORT` is not an integer"]),
    ],
)
def test_settings_that_are_made_in_the_body_of_a_class_are_made_anew_of_what_is_checked(
    tmp_path: Path, callers: dict[str, str], given: str, content: str, found: list[str]
) -> None:
    """Whether or not the caller's environment is enough to import the module, and with the same arguments."""
    (tmp_path / "theirs.py").write_text(NESTED.replace("{given}", given))
    (tmp_path / "a.env").write_text(content)
    words = ("check", "a.env", "--settings", "theirs:Settings", "--format", "concise")
    ended = run_setpoint(*words, environment=callers, cwd=tmp_path)
    said = ended.stdout.decode().splitlines()
    assert [line[: len(start)] for line, start in zip(said, found, strict=False)] == found
    assert (ended.returncode, len(said)) == (1 if found else 0, len(found) + 1)
    for command in ("example", "docs", "schema", "show"):
        environment = {**callers, "DB_NAME": CANARY}
        shown = run_setpoint(command, "--settings", "theirs:Settings", environment=environment, cwd=tmp_path)
        assert command == "show" or CANARY not in shown.stdout.decode()


def test_a_class_is_found_where_a_module_that_is_imported_fails(tmp_path: Path) -> None:
    """Packages often show their settings under a shorter name."""
    (tmp_path / "inner.py").write_text(HEAD + "SETTINGS = Settings()\n")
    assert _check(tmp_path, "from inner import Settings\n").returncode == 1


def test_types_that_are_named_ahead_are_found_after_a_failure(tmp_path: Path) -> None:
    """The failed module is forgotten by Python, and its names with it."""
    tail = "    mode: Mode = None\nclass Mode(str): ...\nSETTINGS = Settings()\n"
    module = f"from __future__ import annotations\n{HEAD}{tail}"
    assert b"Traceback" not in _check(tmp_path, module).stderr


@pytest.mark.parametrize(
    ("module", "reference", "message"),
    [
        ("", "nowhere:Settings", "cannot import `nowhere`: ModuleNotFoundError: No module named 'nowhere'"),
        (
            "import nowhere\n",
            "theirs:Settings",
            "cannot import `theirs`: ModuleNotFoundError: No module named 'nowhere'",
        ),
        (HEAD, "theirs:Other", "`theirs` has no settings class `Other`"),
        (HEAD, "theirs:sys", "`theirs` has no settings class `sys`"),
        (HEAD, "theirs:Settings.port", "`theirs` has no settings class `Settings.port`"),
        (HEAD + ODD, "theirs:Odd", "`theirs` has no settings class `Odd`"),
        (HEAD + AHEAD, "theirs:Settings", "`theirs:Settings` is annotated with `Path`, which is not defined"),
        (HEAD + AHEAD + "Settings()\n", "theirs:Settings", "`theirs:Settings` is annotated with `Path`, which is not"),
        (ODD + "raise KeyError\n", "theirs:Settings", "cannot import `theirs`: KeyError at "),
        (HEAD, "theirs", "`theirs` is not a settings class"),
        (HEAD, ":Settings", "`:Settings` is not a settings class"),
        (HEAD, ".theirs:Settings", "`.theirs:Settings` is not a settings class"),
        ("def (:\n", "theirs:Settings", "cannot import `theirs`: SyntaxError at "),
        (f"raise ImportError('{CANARY}')\n", "theirs:Settings", "cannot import `theirs`: ImportError at "),
        (f"raise KeyError('{CANARY}')\n", "theirs:Settings", "cannot import `theirs`: KeyError at "),
        ("import os\nos.environ['NOT_SET']\n", "theirs:Settings", "cannot import `theirs`: KeyError at "),
        ("nonsense\n", "theirs:Settings", "cannot import `theirs`: NameError: name 'nonsense' is not defined"),
    ],
)
def test_a_class_that_cannot_be_had_is_no_pass(tmp_path: Path, module: str, reference: str, message: str) -> None:
    """It says why and what to do, and shows no traceback and no value."""
    result = _check(tmp_path, module, reference)
    text = result.stdout.decode()
    assert (result.returncode, result.stderr) == (2, b"")
    assert text.startswith(f"error[SP006] {message}")
    assert "; " in text.splitlines()[0]
    assert CANARY not in text


DEFERRED = """\
from pydantic import Field
from pydantic_settings import BaseSettings


class Odd:
    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        print({canary!r})
        raise {error}({canary!r})


class Settings(BaseSettings, defer_build=True):
    port: int = 1
    odd: {annotation}
"""


@pytest.mark.parametrize(
    ("annotation", "error"),
    [("Odd = 1", "RuntimeError"), ("Odd = 1", "SystemExit"), ("str = Field('', pattern='[')", "SchemaError")],
)
def test_a_type_that_fails_when_it_is_built_is_found_when_the_class_is_used(
    tmp_path: Path, annotation: str, error: str
) -> None:
    """A class may put that off; nothing that the type prints or raises gets out, and an example needs none of it."""
    result = _check(tmp_path, DEFERRED.format(canary=CANARY, error=error, annotation=annotation))
    assert (result.returncode, result.stderr) == (1, b"")
    assert f"error[SP404] a validator fails with {error}" in result.stdout.decode()
    example = run_setpoint("example", "--settings", "theirs:Settings", cwd=tmp_path)
    assert (example.returncode, example.stderr) == (0, b"")
    assert CANARY not in f"{result.stdout.decode()}{example.stdout.decode()}"


def test_a_class_that_cannot_be_had_has_the_status_unable(tmp_path: Path) -> None:
    """A program that reads the report sees it, too."""
    report = json.loads(run_setpoint("check", "--settings", "a:B", "--format", "json", cwd=tmp_path).stdout)
    assert (report["status"], report["exit_status"], report["settings"]) == ("unable", 2, "a:B")


def test_without_a_class_it_says_how_to_name_one(tmp_path: Path) -> None:
    """It is the first thing that a new user sees."""
    result = run_setpoint("check", cwd=tmp_path)
    assert result.returncode == 2
    assert b"`--settings MODULE:CLASS`" in result.stdout


def test_their_own_module_config_wins_over_any_other(tmp_path: Path) -> None:
    """`config` is what most apps call it, this service included."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "__init__.py").write_text(HEAD)
    (tmp_path / "a.env").write_text("PORT=x\n")
    result = run_setpoint("check", "--settings", "config:Settings", "a.env", "--format", "concise", cwd=tmp_path)
    assert b"`API_KEY` is required" in result.stdout


def test_a_project_is_checked_from_any_of_its_folders(tmp_path: Path) -> None:
    """Its pyproject.toml says where the class is."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "theirs.py").write_text(HEAD)
    (tmp_path / "flat.py").write_text(HEAD)
    (tmp_path / "deep").mkdir()
    for settings in ("theirs:Settings", "flat:Settings"):
        (tmp_path / "pyproject.toml").write_text(
            f'[tool.setpoint]\nsettings = "{settings}"\npythonpath = ["src"]\nignore-variables = ["AWS_*"]\n'
        )
        result = run_setpoint("check", "-", "-q", cwd=tmp_path / "deep", stdin=b"API_KEY=a\nAWS_REGION=eu\n")
        assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


@pytest.mark.parametrize("command", ["example", "docs"])
def test_the_generators_find_classes_in_the_same_way(tmp_path: Path, command: str) -> None:
    """They need no good environment either."""
    (tmp_path / "theirs.py").write_text(HEAD + "SETTINGS = setpoint.load(Settings)\n")
    good = run_setpoint(command, "--settings", "theirs:Settings", cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, b"")
    assert b"API_KEY" in good.stdout
    bad = run_setpoint(command, "--settings", "theirs:Other", cwd=tmp_path)
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert bad.stderr.startswith(b"error: `theirs` has no settings class `Other`; ")


def test_it_runs_as_a_module_with_any_python_path(tmp_path: Path) -> None:
    """`python -m setpoint` is the same command."""
    (tmp_path / "theirs.py").write_text(HEAD)
    program = [sys.executable, "-m", "setpoint", "check", "-", "--settings", "theirs:Settings", "-q"]
    result = run(program, {"PYTHONSAFEPATH": "1"}, tmp_path, b"API_KEY=a\n")
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("from pydantic import BaseSettings as Old", "PydanticImportError"),
        ("import json; json.loads('{')", "JSONDecodeError"),
        ("SecretStr.no_such_method", "AttributeError"),
    ],
)
def test_a_failure_inside_a_library_is_placed_where_the_app_asks_for_it(tmp_path: Path, line: str, kind: str) -> None:
    """Nobody can change the line of the library."""
    done = _check(tmp_path, f"from pydantic import SecretStr\n{line}\n")
    assert f"{kind} at {tmp_path}/theirs.py:2" in done.stdout.decode()
