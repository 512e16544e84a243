"""`run` starts a command with just the values that were checked, and becomes it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.checking import Completed, run_setpoint
from support.coverage_variables import coverage_variables

CANARY = "kXwvQzmWncRt"
CLASS = """
import os
from typing import Annotated
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from setpoint.contract.guidance import NamesEnvFile

os.environ["SET_BY_IMPORT"] = "1"

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True)
    port: int
    api_key: SecretStr | None = None
    mode: str = "fast"
    env_file: Annotated[str | None, NamesEnvFile(default="own.env")] = None
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of an app with a settings class and a good env file."""
    (tmp_path / "theirs.py").write_text(CLASS)
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "theirs:Settings"\n')
    (tmp_path / "prod.env").write_text("PORT=80\nAPI_KEY='a b'\n")
    return tmp_path


def _variables_of_command(
    folder: Path, content: str, *options: str, environment: Mapping[str, str] | None = None
) -> dict[str, str]:
    (folder / "tried.env").write_text(content)
    done = run_setpoint(
        "run", "-q", "-f", "tried.env", *options, "--", "env", "-0", cwd=folder, environment=environment
    )
    assert (done.returncode, done.stderr) == (0, b""), done
    variables = dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0")[:-1])
    assert variables.pop("PATH") == os.environ["PATH"]
    return {name: value for name, value in variables.items() if name not in coverage_variables()}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {"PORT": "80", "API_KEY": "a b", "MINE": "1"}),
        (["--clean", "--loader", "docker"], {"PORT": "80", "API_KEY": "'a b'"}),
    ],
)
def test_a_command_gets_what_was_checked(folder: Path, options: list[str], expected: dict[str, str]) -> None:
    """And neither what Python nor what the app's own code puts into the environment while it is looked at."""
    content = (folder / "prod.env").read_text()
    assert _variables_of_command(folder, content, *options, environment={"MINE": "1", "PORT": "x"}) == expected


def test_the_apps_own_env_file_is_checked_too(folder: Path) -> None:
    """The app will read it when it starts, so that a fault in it would end the start all the same."""
    (folder / "own.env").write_text(f"MODE=own\nAPI_KEY={CANARY}\n")
    assert _variables_of_command(folder, "PORT=80\n") == {"PORT": "80", "MODE": "own", "API_KEY": CANARY}
    (folder / "own.env").write_text("PORT=x\n")
    assert run_setpoint("run", "-f", "prod.env", "--", "true", cwd=folder).returncode == 0
    assert run_setpoint("run", "--", "true", cwd=folder).returncode == 1


@pytest.mark.parametrize(
    ("content", "words", "status"),
    [
        (f"API_KEY={CANARY}\nPORT=x\n", [], 1),
        (f"PORT=80\nAPI_KYE={CANARY}\n", ["--fail-on", "warning"], 1),
        (f"PORT=80\nAPI_KEY='{CANARY}\n", [], 1),
        ("PORT=80\n", ["-f", "missing.env"], 2),
        ("PORT=80\n", ["--settings", "nowhere:Settings"], 2),
        ("PORT=80\n", ["--loader", "nonsense"], 2),
    ],
)
def test_a_command_is_not_started_with_what_is_wrong(folder: Path, content: str, words: list[str], status: int) -> None:
    """The report goes to standard error, which no secret reaches; standard output belongs to the command."""
    (folder / "bad.env").write_text(content)
    done = run_setpoint("run", "-f", "bad.env", *words, "--", "touch", "started", cwd=folder)
    assert (done.returncode, done.stdout, (folder / "started").exists()) == (status, b"", False)
    assert done.stderr
    assert CANARY[:6] not in done.stderr.decode()


def test_no_secret_is_said_whatever_is_wrong(folder: Path) -> None:
    """The log of a platform is read by many."""
    faults = ["{0}", "={0}", "PORT=x # {0}", "API_KYE={0}", "OTHER={0}", "API_KEY=${{UNSET}}{0}", 'API_KEY="{0}" {0}']
    (folder / "bad.env").write_text("\n".join([*faults, "API_KEY='{0}"]).format(CANARY))
    environment = {"API_KEY": CANARY, "API_KYE": CANARY, "SECRET_TOKEN": CANARY}
    for words in ([], ["--loader", "docker"], ["--loader", "bash"]):
        done = run_setpoint(
            "run", "-f", "bad.env", *words, "--", "env", cwd=folder, environment=environment, stdin=CANARY.encode()
        )
        assert (done.returncode, done.stdout) == (1, b"")
        assert CANARY[:6] not in done.stderr.decode()


def _outcome(folder: Path, *command: str) -> Completed:
    return run_setpoint("run", "-f", "prod.env", "--", *command, cwd=folder)


def test_shells_status_tells_why_a_command_cannot_be_started(folder: Path) -> None:
    """127 is not found, 126 cannot be executed, and 2 is that there is none."""
    (folder / "plain").write_text("no program")
    assert [_outcome(folder, *words).returncode for words in (["no-such-program"], ["./plain"], ["/"], [])] == [
        127,
        126,
        126,
        2,
    ]
    assert _outcome(folder, "no-such-program").stderr == (
        b"error: cannot start `no-such-program`: No such file or directory\n"
    )


def test_a_command_without_a_name_is_blamed_for_it(folder: Path) -> None:
    """The files have nothing to do with it."""
    ended = run_setpoint("run", "-f", "prod.env", "--", "", cwd=folder)
    assert (ended.returncode, ended.stderr) == (2, b"error: the name of the command is empty\n")


def test_words_behind_the_dashes_are_the_commands_own(folder: Path) -> None:
    """Even those that look like options of ours."""
    tell = [sys.executable, "-c", "import sys; print(sys.argv[1:])"]
    assert _outcome(folder, *tell, "--clean", "--", "-f", "x", "run").stdout == b"['--clean', '--', '-f', 'x', 'run']\n"


@pytest.fixture
def started(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command that tells its process id and what it ignores, then waits."""
    tell = "import os, re, signal; status = open('/proc/self/status').read()"
    tell += "\nprint(os.getpid(), re.search(r'SigIgn:\\s*(\\w+)', status)[1], flush=True); signal.pause()"
    program = str(Path(sys.executable).with_name("setpoint"))
    # Without Python's own start-up, which ignores SIGPIPE again, one would see what is handed on.
    shell = 'grep SigIgn /proc/self/status; echo $$; exec "$0" -c "$1"'
    process = subprocess.Popen(
        [program, "run", "-f", "prod.env", "--", "sh", "-c", shell, sys.executable, tell],
        cwd=folder,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_command_is_the_very_process_that_was_started(started: subprocess.Popen[bytes]) -> None:
    """Signals and the exit status are the command's own, and nothing stays in between."""
    assert started.stdout
    ignored = int(started.stdout.readline().split()[1], 16)
    assert not ignored & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1))
    assert int(started.stdout.readline()) == started.pid
    assert int(started.stdout.readline().split()[0]) == started.pid
    started.send_signal(signal.SIGTERM)
    assert started.wait(timeout=30) == -signal.SIGTERM


def test_the_exit_status_is_the_commands_own(folder: Path) -> None:
    """A process manager acts on it."""
    assert _outcome(folder, "sh", "-c", "exit 41").returncode == 41


def _can_be_process_one() -> bool:
    unshare = shutil.which("unshare")
    command = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "true"]
    return unshare is not None and subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_be_process_one(), reason="this machine grants no process namespaces")
def test_in_a_container_the_command_is_process_one(folder: Path) -> None:
    """A container's runtime signals process 1, and takes its exit status for the container's."""
    program = str(Path(sys.executable).with_name("setpoint"))
    namespace = ["unshare", "--user", "--map-root-user", "--pid", "--fork"]
    done = subprocess.run(
        [*namespace, program, "run", "-f", "prod.env", "--", "sh", "-c", "echo $$; exit 7"],
        check=False,
        cwd=folder,
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (7, b"1\n")
