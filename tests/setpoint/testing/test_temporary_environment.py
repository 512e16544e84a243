import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint import load
from setpoint.testing import Diagnostic, TemporaryEnvironment
from support.checking import BACKEND


class Settings(BaseSettings):
    """What an app would have."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    port: int
    api_key: SecretStr = SecretStr("")


def _told(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str | None]]:
    return [(each.code, each.variable) for each in diagnostics]


def test_only_the_variables_of_the_test_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's shell exports decides no test."""
    monkeypatch.setenv("API_KEY", "the developer's own")
    with TemporaryEnvironment({"PORT": "80"}):
        assert {"PORT", "PATH"} <= os.environ.keys() <= {"HOME", "LANG", "LC_ALL", "PATH", "PORT", "TMPDIR", "TZ"}
        assert load(Settings).api_key.get_secret_value() == ""


def test_everything_is_as_before_afterwards_even_if_the_test_fails() -> None:
    """Variables that it set, removed or changed, and the working directory."""
    variables, folder = dict(os.environ), Path.cwd()
    with suppress(ZeroDivisionError), TemporaryEnvironment({"PATH": "/nowhere"}) as environment:
        os.environ["LEFT_BEHIND"] = "1"
        del os.environ["PATH"]
        os.chdir("/")
        raise ZeroDivisionError
    assert (dict(os.environ), Path.cwd(), environment.path.exists()) == (variables, folder, False)


def test_one_inside_another_gives_the_outer_one_back() -> None:
    """A fixture and a `with` block can meet."""
    with TemporaryEnvironment({"PORT": "1"}) as outer, TemporaryEnvironment({"PORT": "2"}) as inner:
        assert (Settings().port, Path.cwd()) == (2, inner.path)
        inner.__exit__(None, None, None)
        assert (os.environ["PORT"], Path.cwd()) == ("1", outer.path)


def test_a_check_looks_at_what_a_start_here_would_read() -> None:
    """The variables and the env file, which the class names."""
    with TemporaryEnvironment({"API_KEY": "x"}) as environment:
        assert _told(environment.check(Settings)) == [("SP302", "PORT")]
        environment.write(".env", "PORT=eighty\n")
        (found,) = environment.check(Settings)
        assert found.location
        assert (found.name, found.location.path, found.location.line) == ("invalid-value", ".env", 1)
        environment.write(".env", "PORT=80\n")
        assert environment.check(Settings) == ()


def test_a_check_of_files_looks_at_them_alone_as_the_program_reads_them() -> None:
    """Docker keeps quotes, and takes nothing from the environment."""
    with TemporaryEnvironment({"API_KEY": "x"}) as environment:
        first, second = environment.write("a.env", 'PORT="80"\n'), environment.write("deploy/b.env", b"API_KEY=\xff\n")
        assert environment.check(Settings, first) == ()
        assert _told(environment.check(Settings, "a.env", loader="docker")) == [("SP401", "PORT")]
        assert ("SP003", None) in _told(environment.check(Settings, first, second))


def test_the_project_of_the_test_counts_unless_there_is_one_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that other programs read are no findings, in a test as before a deploy."""
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nignore-variables = ["AWS_*"]\n')
    monkeypatch.chdir(tmp_path)
    with TemporaryEnvironment() as environment:
        environment.write(".env", "PORT=80\nAWS_REGION=eu-north-1\n")
        assert environment.check(Settings, ".env") == ()
        environment.write("pyproject.toml", '[tool.setpoint]\nignore-variables = ["GCP_*"]\n')
        assert _told(environment.check(Settings, ".env")) == [("SP301", "AWS_REGION")]


def test_nothing_is_written_outside() -> None:
    """A slip in a path never touches the project."""
    with TemporaryEnvironment() as environment, pytest.raises(ValueError, match="is outside the temporary"):
        environment.write("../.env", "PORT=80")


def test_it_needs_no_pytest() -> None:
    """Whoever tests with unittest has it as well."""
    code = "import sys, setpoint.testing; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=BACKEND, timeout=60, check=False).returncode == 0


def test_the_fixture_is_one_line_away(tmp_path: Path) -> None:
    """As the page says, in a project of its own."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["setpoint.testing.pytest_plugin"]\n')
    (tmp_path / "test_it.py").write_text(
        "import os\n\n\ndef test_it(temporary_environment):\n"
        "    temporary_environment.write('.env', 'A=1')\n    assert os.listdir() == ['.env']\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", str(tmp_path)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout.splitlines()[-1].startswith("1 passed")) == (0, True), ended
