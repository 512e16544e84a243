"""Starting gunicorn: with good values, and with bad ones."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.free_port import free_port
from support.gunicorn_process import BACKEND, GUNICORN, GunicornProcess, clean_environment, copy_of_backend, gunicorn
from support.waiting import eventually

CANARY = "cafe0dd5ecre7"
DSN = f"https://{CANARY}@127.0.0.1:9/1"


def _run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run gunicorn where it is to end by itself."""
    environment = clean_environment(**{"ENV_FILE": os.devnull, **variables})
    return subprocess.run(
        [GUNICORN, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def bad_file(tmp_path: Path) -> Path:
    path = tmp_path / "bad.env"
    path.write_text(
        f"SENTRY_DNS={DSN}\nSENTRY_DSN={CANARY}://x\nSENTRY_TRACES_SAMPLE_RATE=ten\nLOG_FORMAT=yaml\n"
        f"SENTRY_ENVIRONMENT='{CANARY}\n"
    )
    return path


def test_a_bad_environment_ends_the_start_with_all_diagnostics(bad_file: Path) -> None:
    """The manager of the process sees status 78, a person sees what `check` would say, and nobody sees a secret."""
    done = _run(BACKEND, ENV_FILE=str(bad_file))
    assert done.returncode == 78
    places = [line.strip() for line in done.stderr.splitlines() if line.strip().startswith("-->")]
    assert [place.rpartition("bad.env")[2] for place in places] == snapshot(
        [":1:1", ":2:12", ":3:27", ":4:12", ":5:20"]
    )
    assert "Traceback" not in done.stderr + done.stdout
    assert CANARY not in done.stderr + done.stdout


def test_without_keys_nothing_starts() -> None:
    """What is stored could not be encrypted; how to make a key is said."""
    done = _run(BACKEND, ENCRYPTION_KEYS="")
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == snapshot("""\
error[SP302]: `ENCRYPTION_KEYS` is required but not set
   = expected `id:key`, or several separated by commas; a key is 32 bytes in base64
   = hint: to get a value: `echo "k1:$(head -c 32 /dev/urandom | base64)"`; keep it away from backups

1 error in /dev/null and the process environment (3 variables, read as python-dotenv reads them)
""")


def test_a_database_that_cannot_be_used_ends_the_start_with_a_sentence() -> None:
    """No traceback, and nothing of the URL."""
    port = str(free_port())  # the default one may be taken
    done = _run(BACKEND, DATABASE_URL="sqlite:////proc/nowhere/setpoint.db", WEB_CONCURRENCY="1", PORT=port)
    assert done.returncode == 3
    assert "error: cannot write the database `/proc/nowhere/setpoint.db`" in done.stderr
    done = _run(BACKEND, DATABASE_URL=f"postgresql://me:{CANARY}@127.0.0.1:9/name", WEB_CONCURRENCY="1", PORT=port)
    assert done.returncode == 3
    assert "error: the database can't be reached or written to" in done.stderr
    assert CANARY not in done.stderr + done.stdout


# Stops the server in the middle of a start, and fails once its worker has been told to stop, too.
_STOPPED_WHILE_IT_FAILS = """
import os, signal, sys, time
told, before = [], signal.getsignal(signal.SIGTERM)
signal.signal(signal.SIGTERM, lambda *args: (told.append(args), before(*args)))
os.kill(os.getppid(), signal.SIGTERM)
while not told:
    time.sleep(0.01)
sys.exit(78)
"""


def test_a_server_that_is_stopped_while_its_start_fails_ends_in_order(tmp_path: Path) -> None:
    """A rollout may be taken back at any moment."""
    backend = copy_of_backend(tmp_path)
    (backend / "run.py").write_text(_STOPPED_WHILE_IT_FAILS)
    done = _run(backend, WEB_CONCURRENCY="1", PORT=str(free_port()))
    assert done.returncode == 0
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.long
def test_several_workers_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    """The first one does, and the others find it done."""
    variables = {"WEB_CONCURRENCY": "4", "DATABASE_URL": f"sqlite:///{tmp_path}/var/setpoint.db"}
    with gunicorn(tmp_path / "output", variables) as server:
        server.wait_for_workers(4)
        assert server.get("/readyz").json == {"status": "ready"}
        assert [line["level"] for line in server.log() if line["level"] not in {"INFO", "DEBUG"}] == []
    assert (tmp_path / "var" / "setpoint.db").stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornProcess]:
    """Give a server that was told some things twice, and logs all that it does."""
    folder = tmp_path_factory.mktemp("told")
    (folder / "prod.env").write_text(
        f"SENTRY_ENVIRONMENT=file\nSENTRY_RELEASE=setpoint@file\nSENTRY_DSN={DSN}\nLOG_LEVEL=DEBUG\n"
    )
    variables = {"ENV_FILE": str(folder / "prod.env"), "SENTRY_ENVIRONMENT": "process", "WEB_CONCURRENCY": "2"}
    with gunicorn(folder / "output", variables, ["--workers", "1"]) as process:
        process.wait_until_ready()
        yield process


def test_a_worker_knows_how_many_there_are_whoever_said_so(server: GunicornProcess) -> None:
    """Not every SQLite is safe for more than one."""
    assert (server.setting("WEB_CONCURRENCY"), len(server.workers())) == (1, 1)


def test_the_process_environment_wins_over_the_env_file(server: GunicornProcess) -> None:
    """And the origin says so, or names the line."""
    settings = server.get("/v1/settings").json["settings"]
    assert settings["SENTRY_ENVIRONMENT"] == snapshot(
        {"value": "process", "secret": False, "origin": {"source": "process-environment"}}
    )
    path = str(server.output.parent / "prod.env")
    assert settings["SENTRY_RELEASE"] == {
        "value": "setpoint@file",
        "secret": False,
        "origin": {"source": "env-file", "path": path, "line": 2, "column": 1},
    }


def test_no_secret_is_in_the_output_at_the_debug_level(server: GunicornProcess) -> None:
    """At this level gunicorn prints its whole configuration, and the environment that it was told to set."""
    assert server.get("/v1/settings").status == 200
    assert "Current configuration" in server.text()
    assert "post_fork" in server.text()
    assert CANARY not in server.text()


def test_an_env_file_that_is_named_has_to_exist(tmp_path: Path) -> None:
    """A misspelt path is no reason to start on defaults."""
    done = _run(BACKEND, ENV_FILE=str(tmp_path / "prod.env"))
    assert (done.returncode, "Traceback" in done.stderr) == (78, False)
    assert "prod.env" in done.stderr


def test_a_value_given_to_gunicorn_is_validated_too() -> None:
    """`gunicorn --env` reaches workers behind the back of the env file, so it is part of the environment."""
    done = _run(BACKEND, "--env", "LOG_FORMAT=yaml")
    assert done.returncode == 78
    assert "`LOG_FORMAT`" in done.stderr


def test_too_few_open_files_for_the_streams_end_the_start() -> None:
    """Beyond the limit connections would hang without a word."""
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 256 && exec "$0"', GUNICORN],
        cwd=BACKEND,
        env=clean_environment(ENV_FILE=os.devnull),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == snapshot(
        (78, "error: `MAX_STREAMS` needs 2384 open files, and the hard limit (`ulimit -Hn`) is 256\n")
    )


def test_broken_code_of_the_settings_ends_the_start_with_its_cause(tmp_path: Path) -> None:
    """What is wrong with the code isn't told as if it were wrong with the environment."""
    backend = copy_of_backend(tmp_path)
    with (backend / "config" / "settings.py").open("a") as settings:
        settings.write(f"\nraise ValueError('{CANARY}')\n")
    done = _run(backend, SHOP_TOKEN=CANARY)
    assert done.returncode == 1
    assert "error: the environment could not be validated: ValueError: ******** (" in done.stderr
    assert "config/settings.py:" in done.stderr
    assert CANARY not in done.stderr + done.stdout


@pytest.mark.parametrize("flag", ["--check-config", "--print-config"])
def test_gunicorn_can_check_and_print_its_configuration_without_a_secret(flag: str, tmp_path: Path) -> None:
    """These flags are typed by people who look at the output."""
    (tmp_path / "prod.env").write_text(f"SENTRY_DSN={DSN}\n")
    done = _run(BACKEND, flag, ENV_FILE=str(tmp_path / "prod.env"))
    assert (done.returncode, done.stderr) == (0, "")
    assert CANARY not in done.stdout


def test_a_person_who_asks_is_told_where_it_listens_and_what_to_try(tmp_path: Path) -> None:
    """`make run` asks; the address is the one that is really listened on, whoever said so."""
    variables = {"SETPOINT_WELCOME": "1", "HOST": "0.0.0.0"}  # noqa: S104 - to see what is said of it
    with gunicorn(tmp_path / "output", variables, opens_its_port=True) as server:
        server.wait_until_ready()
        port = server.address[1]
        told = [line for line in server.text().splitlines() if not line.startswith("{")]
    token = "setpoint token create me --kind person --role admin"
    assert told == [
        f"Setpoint runs at http://0.0.0.0:{port}; press Ctrl-C to stop it.",
        f"In a browser, http://127.0.0.1:{port}/check shows what programs read from an env file.",
        f"All pages are at http://127.0.0.1:{port}; sign in with what `{token}` prints.",
        "In another terminal, after `. .venv/bin/activate`:",
        "  setpoint schema push --app billing",
        '  setpoint push billing/production prod.env -m "first"',
        "  setpoint log billing/production",
        f"  curl http://127.0.0.1:{port}/v1/openapi.json",
    ]


def test_a_person_is_told_at_once_that_the_port_is_taken() -> None:
    """And what to type; a manager of processes has gunicorn try again for a while."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = _run(BACKEND, SETPOINT_WELCOME="1", PORT=str(port))
    problem = f"error: cannot listen on 127.0.0.1:{port}: Address already in use"
    assert (done.returncode, done.stderr) == (78, f"{problem}; `PORT=8001 make run` takes another port\n")


def test_the_master_imports_no_settings_no_app_and_nothing_that_gevent_patches() -> None:
    """An SDK that is imported before the patches delivers nothing, and values are validated in another process."""
    program = (
        "import runpy, sys; runpy.run_path('gunicorn.conf.py');"
        "print(sorted({name.partition('.')[0] for name in sys.modules} &"
        " {'app', 'config', 'flask', 'gevent', 'pydantic', 'run', 'sentry_sdk', 'setpoint', 'urllib3'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=BACKEND,
        env=clean_environment(ENV_FILE=os.devnull),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_a_first_worker_that_cannot_start_ends_the_server(tmp_path: Path) -> None:
    """Gunicorn itself would start a worker that calls `sys.exit` for ever."""
    backend = copy_of_backend(tmp_path)
    (backend / "run.py").write_text("import sys\nsys.exit(78)\n")
    with gunicorn(tmp_path / "output", folder=backend) as server:
        assert server.wait() == 3


@pytest.mark.parametrize("place", ["process", "file"])
def test_an_app_that_cannot_be_loaded_is_logged_without_a_value(tmp_path: Path, place: str) -> None:
    """Nobody has read the settings by then, so that any value of the environment could be a secret."""
    backend = copy_of_backend(tmp_path)
    (backend / "run.py").write_text("import os\nraise ValueError('bad DSN ' + os.environ['SENTRY_DSN'])\n")
    (tmp_path / "prod.env").write_text(f"SENTRY_DSN={DSN}\n")
    variables = {"SENTRY_DSN": DSN} if place == "process" else {"ENV_FILE": str(tmp_path / "prod.env")}
    with gunicorn(tmp_path / "output", variables, folder=backend) as server:
        assert server.wait() == 3
        assert {line["exception.message"] for line in server.messages("The app could not be loaded")} == {
            "bad DSN ********"
        }
        assert CANARY not in server.text()


@pytest.mark.long
def test_a_later_worker_that_cannot_start_leaves_the_others_alone(tmp_path: Path) -> None:
    """Gunicorn itself would end the server: a deployment under way and one worker killed, and nothing is served."""
    backend = copy_of_backend(tmp_path)
    with gunicorn(tmp_path / "output", {"WEB_CONCURRENCY": "2"}, folder=backend) as server:
        server.wait_until_ready()
        killed, survivor = sorted(server.wait_for_workers(2))
        working = (backend / "run.py").read_text()
        (backend / "run.py").write_text("import no_such_module\n")
        os.kill(killed, 9)
        eventually(lambda: "no_such_module" in server.text(), "a worker fails to start")
        assert survivor in server.workers()
        assert server.get("/readyz").status == 200
        (backend / "run.py").write_text(working)
        os.kill(survivor, 9)
        eventually(lambda: survivor not in server.workers() and server.get("/readyz").status == 200, "a new worker")
