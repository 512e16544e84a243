"""What `run --app` refuses at once, and what it does without the service."""

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from setpoint.cli.run import add_arguments
from setpoint.client.known_good import Cache, KnownGood

FOLLOW = ("--app", "billing", "--environment", "production")


def run(folder: Path, *words: str, url: str = "http://127.0.0.1:9") -> "subprocess.CompletedProcess[str]":
    """Type `setpoint run` where nothing is logged in to a service that answers."""
    environment = {**os.environ, "HOME": str(folder), "SETPOINT_URL": url, "SETPOINT_TOKEN": "sp_x" if url else ""}
    command = [sys.executable, "-m", "setpoint", "run", "--cache", str(folder / "cache"), *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--app", "billing", "--", "true"), "use `--app` and `--environment` together"),
        (("--app", "Billing", "--environment", "x", "--", "true"), "is not an environment"),
        ((*FOLLOW, "-f", "prod.env", "--", "true"), "`--file` is for a command that is started once"),
        ((*FOLLOW, "--reload-signal", "HUP", "--", "true"), "use `--reload-signal` and `--env-out` together"),
        ((*FOLLOW, "--reload-signal", "BANG", "--env-out", "x", "--", "true"), "`BANG` is not a signal"),
        ((*FOLLOW, "--settle", "nan", "--", "true"), "must be a number from 0"),
        ((*FOLLOW, "--ready-url", "localhost:8000", "--", "true"), "must be a URL such as `http://"),
        ((*FOLLOW,), "no command is given"),
        ((*FOLLOW, "--", "true"), "and there is no last known good to start with"),
        ((*FOLLOW, "--offline", "--", "true"), "the service is not asked, and there is no last known good"),
    ],
)
def test_what_can_not_be_done_is_a_sentence_and_a_2(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    """Before anything is started."""
    done = run(tmp_path, *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_offline_the_last_known_good_is_started_with_its_age(tmp_path: Path) -> None:
    """Unless it is older than is allowed; no service is asked, so that none has to be known."""
    applied_at = datetime.now(UTC) - timedelta(hours=3)
    Cache(tmp_path / "cache", "billing", "production").save(KnownGood(44, {"GREETING": "hello"}, applied_at))
    words = ("--", "sh", "-c", "echo $GREETING; exit 3")
    done = run(tmp_path, *FOLLOW, "--offline", *words, url="")
    assert (done.returncode, done.stdout) == (3, "hello\n")
    assert "starting with the last known good, revision 44, applied 3 h ago" in done.stderr
    done = run(tmp_path, *FOLLOW, "--offline", "--max-age", "2", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is 3 h old, more than the 2 h that are allowed" in done.stderr


@pytest.mark.parametrize(("command", "status"), [("no-such-program", 127), ("/etc/passwd", 126)])
def test_a_command_that_can_not_be_started_ends_as_in_a_shell(tmp_path: Path, command: str, status: int) -> None:
    """With the reason."""
    Cache(tmp_path / "cache", "billing", "production").save(KnownGood(1, {}, datetime.now(UTC)))
    done = run(tmp_path, *FOLLOW, "--offline", "--", command)
    assert done.returncode == status
    assert f"cannot start `{command}`" in done.stderr


@pytest.mark.parametrize("option", ["--settle", "--grace", "--max-age"])
@pytest.mark.parametrize("word", ["nan", "inf", "-1", "1e300", "soon"])
def test_an_amount_that_no_clock_can_count_is_refused(
    option: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it ends a command that runs by then, or lets it wait for ever."""
    with pytest.raises(SystemExit):
        _parser().parse_args([f"{option}={word}"])
    assert "must be a number from 0 to 1,000,000" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["localhost:8000", "ftp://web/", "http://", "http://web:port/", "http://[::1/"])
def test_what_can_never_get_ready_is_refused(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Or each revision would fail after a minute."""
    with pytest.raises(SystemExit):
        _parser().parse_args(["--ready-url", word])
    assert "must be a URL such as" in capsys.readouterr().err


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser
