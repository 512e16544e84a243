"""`python -m config init`: the first token, shown once, and what a start on this machine needs."""

import json
import os
import stat
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.checking import Completed, run_config
from support.gunicorn_process import copy_of_backend
from support.keyed_settings import KEYS

URL = "http://127.0.0.1:8000"


class Machine:
    """A user's machine, as far as the command knows it."""

    def __init__(self, folder: Path) -> None:
        self.login_file = folder / "own" / "setpoint" / "login.json"
        self.env_file = folder / "here.env"
        self.variables = {
            "XDG_CONFIG_HOME": str(folder / "own"),
            "ENV_FILE": str(self.env_file),
            "DATABASE_URL": f"sqlite:///{folder}/var/setpoint.db",
        }

    def init(self, *words: str, **variables: str) -> Completed:
        """Run the command."""
        return run_config("init", *words, environment={**self.variables, **variables})

    def login(self) -> dict[str, str]:
        """Return the login that is kept."""
        content: dict[str, str] = json.loads(self.login_file.read_text())
        return content


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.env_file.write_text("LOG_FORMAT=text\n")
    return made


def test_the_first_token_is_shown_once(machine: Machine) -> None:
    """On standard output alone, so that a script can take it; whoever comes later is told whom to ask."""
    made = machine.init("--name", "Ada", ENCRYPTION_KEYS=KEYS)
    assert (made.returncode, made.stdout[:3], made.stdout.count(b"\n")) == (0, b"sp_", 1)
    assert made.stderr.decode() == snapshot(
        "the first token of this service, for `Ada`; it may do everything, and is shown only once:\n"
    )
    again = machine.init(ENCRYPTION_KEYS=KEYS)
    assert (again.returncode, again.stdout, again.stderr.decode()) == snapshot(
        (
            1,
            b"",
            (
                "error: this service already has tokens; somebody with `admin` can make new ones;"
                " if nobody has one any more, add `--new-token`\n"
            ),
        )
    )


def test_a_lost_token_is_made_anew_when_that_is_asked_for(machine: Machine) -> None:
    """And the login of this machine with it, where that is what was lost; a name is one line."""
    machine.init("--local")
    lost = machine.login()["token"]
    machine.login_file.unlink()
    again = machine.init("--local", "--new-token")
    assert (again.returncode, "made a new token, and logged in" in again.stderr.decode()) == (0, True)
    assert machine.login()["token"] != lost
    refused = machine.init("--new-token", "--name", "Ada\nadmin")
    assert (refused.returncode, refused.stdout, refused.stderr.decode()) == snapshot(
        (2, b"", "error: the name contains a line break or a control character\n")
    )


def test_a_program_gets_json(machine: Machine) -> None:
    """With whom it is for."""
    made = json.loads(machine.init("--json", "--name", "ci", ENCRYPTION_KEYS=KEYS).stdout)
    assert (made["version"], made["name"], made["token"][:3]) == (1, "ci", "sp_")


def test_without_keys_no_database_is_made(machine: Machine, tmp_path: Path) -> None:
    """What is wrong is said as `check` says it."""
    refused = machine.init()
    assert (refused.returncode, "`ENCRYPTION_KEYS` is required but not set" in refused.stderr.decode()) == (78, True)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://me:c4n4ry@127.0.0.1:9/name", b"the database can't be reached or written to: connection refused"),
        (
            "postgresql://me:c4n4ry@127.0.0.1:9/name?c4n4ry=1",
            b"`DATABASE_URL` has an option that PostgreSQL's client",
        ),
    ],
)
def test_a_database_that_cannot_be_reached_is_a_sentence(machine: Machine, url: str, says: bytes) -> None:
    """Nothing of its URL is in it."""
    unable = machine.init(ENCRYPTION_KEYS=KEYS, DATABASE_URL=url)
    assert (unable.returncode, unable.stdout) == (2, b"")
    assert unable.stderr.startswith(b"error: " + says)
    assert b"c4n4ry" not in unable.stderr


def test_a_local_start_gets_keys_a_token_and_a_login(machine: Machine) -> None:
    """All of it readable by its owner alone; what the file held stays."""
    done = machine.init("--local")
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode() == (
        f"made a key in {machine.env_file}: what is stored is encrypted with it\n"
        f"made the first token, and logged in at {URL} ({machine.login_file})\n"
    )
    first, second = machine.env_file.read_text().splitlines()
    assert (first, second[:22]) == ("LOG_FORMAT=text", "ENCRYPTION_KEYS=local:")
    assert machine.login()["url"] == URL
    assert machine.login()["token"] not in done.stderr.decode()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (machine.env_file, machine.login_file)}
    assert modes == {0o600}


def test_a_local_start_is_repeated_without_harm(machine: Machine) -> None:
    """Nothing is made anew, and nothing is said."""
    machine.init("--local")
    before = machine.env_file.read_bytes(), machine.login_file.read_bytes()
    again = machine.init("--local")
    assert (again.returncode, again.stdout, again.stderr) == (0, b"", b"")
    assert (machine.env_file.read_bytes(), machine.login_file.read_bytes()) == before


def test_a_fresh_clone_gets_its_env_file_from_the_example(machine: Machine, tmp_path: Path) -> None:
    """With the key in the line that waits for it."""
    backend = copy_of_backend(tmp_path)
    del machine.variables["ENV_FILE"]
    assert run_config("init", "--local", environment=machine.variables, cwd=backend).returncode == 0
    text = (backend / ".env").read_text()
    assert text.count("ENCRYPTION_KEYS=") == text.count("\nENCRYPTION_KEYS=local:") == 1
    assert "#SENTRY_DSN=" in text


def test_a_login_follows_the_service_to_another_port(machine: Machine) -> None:
    """Its token is still a token of this service."""
    machine.init("--local")
    token = machine.login()["token"]
    machine.init("--local", PORT="8001", HOST="0.0.0.0")  # noqa: S104 - an address to listen on
    assert machine.login() == {"url": "http://127.0.0.1:8001", "token": token}


def test_a_login_for_another_service_is_kept(machine: Machine) -> None:
    """It may be the only copy of that token; the new one is shown instead."""
    machine.login_file.parent.mkdir(parents=True)
    machine.login_file.write_text(json.dumps({"url": "https://setpoint.example", "token": "sp_other"}))
    os.chmod(machine.login_file, 0o600)  # noqa: PTH101 - as a umask would have it
    done = machine.init("--local")
    assert machine.login()["url"] == "https://setpoint.example"
    assert f"export SETPOINT_URL={URL}\n  export SETPOINT_TOKEN=sp_" in done.stderr.decode()


def test_a_login_that_was_lost_is_no_reason_not_to_start(machine: Machine) -> None:
    """What can be done about it is said."""
    machine.init("--local")
    machine.login_file.unlink()
    again = machine.init("--local")
    assert (again.returncode, again.stderr.decode()) == (
        0,
        f"this service already has tokens: `setpoint login {URL}` with one of them, or add `--new-token`\n",
    )
