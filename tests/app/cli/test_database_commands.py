"""`python -m config backup`, `restore` and `doctor`, as an operator types them."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.service.tokens import Tokens
from app.store.opening import open_store
from support.checking import Completed, run_config
from support.configuration_service import ADA, Clock
from support.fresh_database import fresh_database
from support.keyed_settings import KEYS


class Installation:
    """A database of a service in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "var" / "setpoint.db"
        self.copy = folder / "copy.db"

    def run(self, *words: str, **variables: str) -> Completed:
        """Run a command on it."""
        own = {"ENV_FILE": "/dev/null", "ENCRYPTION_KEYS": KEYS, "DATABASE_URL": f"sqlite:///{self.database}"}
        return run_config(*words, environment={**own, **variables})


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.database.parent.mkdir(mode=0o700)
    with closing(open_store(fresh_database(made.database.parent), KEYS)) as store:
        Tokens(store, Clock()).first(ADA)
    return made


def test_what_is_backed_up_can_be_restored(installation: Installation) -> None:
    """With the tokens in it: there is a first one already."""
    copy = str(installation.copy)
    done = installation.run("backup", copy, "--json")
    assert (done.returncode, json.loads(done.stdout), done.stderr.decode()) == (
        0,
        {"version": 1, "file": copy},
        f"wrote `{copy}`; it is useless without `ENCRYPTION_KEYS`, which you should back up elsewhere\n",
    )
    for file in installation.database.parent.iterdir():
        file.unlink()
    done = installation.run("restore", copy, "--json")
    assert json.loads(done.stdout) == {"version": 1, "restored": copy}
    assert (done.returncode, done.stderr.decode()) == (0, f"restored `{copy}`; every revision in it was checked\n")
    assert installation.run("init").returncode == 1


def test_nothing_is_overwritten(installation: Installation) -> None:
    """Neither a copy nor a database."""
    copy = str(installation.copy)
    assert installation.run("backup", copy).returncode == 0
    for words, path in (("backup", copy), ("restore", str(installation.database))):
        refused = installation.run(words, copy)
        assert (refused.returncode, refused.stderr.decode()) == (
            2,
            f"error: `{path}` already exists: move it away first\n",
        )


def test_a_copy_that_is_none_is_refused(installation: Installation) -> None:
    """And nothing is put in the place of the database."""
    installation.copy.write_text("no database")
    installation.database.unlink()
    refused = installation.run("restore", str(installation.copy))
    assert (refused.returncode, refused.stderr.decode()) == (
        2,
        f"error: `{installation.copy}` is not a Setpoint database\n",
    )
    assert not installation.database.exists()


def test_a_postgresql_is_backed_up_by_its_own_tools(installation: Installation) -> None:
    """Which know it better."""
    refused = installation.run("backup", str(installation.copy), DATABASE_URL="postgresql://me@localhost/name")
    assert (refused.returncode, refused.stderr.decode()) == snapshot(
        (2, "error: PostgreSQL is backed up and restored by its own tools, `pg_dump` and `pg_restore`\n")
    )


def test_a_safe_installation_passes(installation: Installation) -> None:
    """In words, and as JSON."""
    assert installation.run("doctor").stdout == b"nothing unsafe was found\n"
    found = installation.run("doctor", "--json")
    assert (found.returncode, json.loads(found.stdout)) == (0, {"version": 1, "problems": []})


def test_what_is_unsafe_is_said_with_what_to_do(installation: Installation) -> None:
    """The exit status is that of a check with findings."""
    installation.database.chmod(0o644)
    found = installation.run("doctor")
    path = installation.database
    assert (found.returncode, found.stdout.decode()) == (
        1,
        f"open-file: others can read or write `{path}`\n   = hint: `chmod 600 {path}`\n",
    )
    installation.database.chmod(0o600)
    env_file = installation.folder / "here.env"
    env_file.write_text(f"ENCRYPTION_KEYS={KEYS}\n")
    env_file.chmod(0o640)
    assert installation.run("doctor", ENV_FILE=str(env_file)).stdout.decode() == (
        f"open-file: others can read or write `{env_file}`\n   = hint: `chmod 600 {env_file}`\n"
    )
    installation.database.chmod(0o644)
    (problem,) = json.loads(installation.run("doctor", "--json").stdout)["problems"]
    assert problem == {
        "code": "open-file",
        "message": f"others can read or write `{path}`",
        "hint": f"`chmod 600 {path}`",
    }


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "setpoint.internal"])  # noqa: S104 - it is the case
def test_plain_http_to_other_machines_is_unsafe_unless_a_proxy_is_named(installation: Installation, host: str) -> None:
    """The service knows nothing else of whoever ends TLS for it."""
    found = installation.run("doctor", HOST=host)
    said = f"plain-http: the service listens on `{host}` over plain HTTP: tokens and values can be read on the way"
    hint = "let a proxy end TLS, and name its address in `TRUSTED_PROXIES`; on this machine alone, `HOST=127.0.0.1`"
    assert (found.returncode, found.stdout.decode()) == (1, f"{said}\n   = hint: {hint}\n")


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("127.0.0.2", {}),
        ("::1", {}),
        ("localhost", {}),
        ("::", {"TRUSTED_PROXIES": "10.0.0.0/8"}),
        ("::", {"PUBLIC_URL": "https://setpoint.example"}),
    ],
)
def test_what_nobody_else_can_read_is_safe(installation: Installation, host: str, said: dict[str, str]) -> None:
    """It stays on this machine, or something in front is said to encrypt it."""
    assert installation.run("doctor", HOST=host, **said).returncode == 0


def test_to_examine_what_is_not_there_makes_nothing(installation: Installation) -> None:
    """A doctor with the wrong folder is told so."""
    elsewhere = installation.folder / "elsewhere" / "setpoint.db"
    found = installation.run("doctor", DATABASE_URL=f"sqlite:///{elsewhere}")
    assert (found.returncode, found.stdout.decode().splitlines()[0]) == (
        1,
        f"no-database: there is no `{elsewhere}` yet",
    )
    assert not elsewhere.parent.exists()
