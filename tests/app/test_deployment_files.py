import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from config.settings import Settings
from setpoint.contract.settings_class import SettingsContract
from support.gunicorn_process import BACKEND, gunicorn
from support.keyed_settings import KEYS

ROOT = Path(__file__).resolve().parents[2]
PYTHONS_OWN = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}

Instruction = tuple[str, str]


def instructions() -> list[Instruction]:
    """Return the instructions of the Dockerfile, each with its arguments as one text."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).split("\n")
    pairs = [line.partition(" ") for line in lines if line.strip()]
    return [(name, arguments.strip()) for name, _, arguments in pairs]


def of(name: str) -> list[str]:
    """Return the arguments of every instruction `name`."""
    return [arguments for each, arguments in instructions() if each == name]


def set_variables() -> dict[str, str]:
    """Return the environment that the image sets."""
    words = [word for arguments in of("ENV") for word in shlex.split(arguments)]
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def health_check() -> list[str]:
    """Return the command that tells whether a container is healthy."""
    (arguments,) = of("HEALTHCHECK")
    command: list[str] = json.loads(arguments.partition(" CMD ")[2])
    assert command[0] == "python"
    return [sys.executable, *command[1:]]


def test_the_process_in_the_image_is_not_root() -> None:
    """By number, and nothing makes it root again after that."""
    user = of("USER")[-1]

    assert re.fullmatch(r"[1-9][0-9]{3,}:[1-9][0-9]{3,}", user)
    assert [name for name, _ in instructions()].index("USER") > max(
        at for at, (name, _) in enumerate(instructions()) if name == "RUN"
    )


def test_the_image_holds_what_is_named_and_nothing_else() -> None:
    """Every source exists and is let through by `.dockerignore`, which names what may be copied, and no env file."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    sources = [words[0] for words in map(shlex.split, of("COPY")) if not words[0].startswith("--from=")]

    assert of("ADD") == []
    assert all((ROOT / source).exists() and f"!{source}" in ignored for source in sources)
    assert {"*", "**/.env*", "**/*.env", "**/*.env.*"} <= set(ignored)


def test_no_secret_is_in_a_layer() -> None:
    """Neither as a variable nor as an argument of the build; what is set are settings that exist."""
    variables = {variable.name: variable for variable in SettingsContract.of(Settings).variables}
    ours = set_variables().keys() - PYTHONS_OWN

    assert of("ARG") == []
    assert [name for name in ours if variables[name].secret] == []


def test_the_settings_of_the_image_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts with no other variable than keys given."""
    monkeypatch.setattr(os, "environ", {**set_variables(), "ENCRYPTION_KEYS": KEYS})

    assert (Settings().host, Settings().port) == ("0.0.0.0", int(of("EXPOSE")[0]))  # noqa: S104 - inside a container


def test_the_database_is_in_a_volume_that_the_process_may_write() -> None:
    """By default: a database in the folder of the code would end with the container, or could not be made at all."""
    (volume,), user = of("VOLUME"), of("USER")[-1]
    owner, _, group = user.partition(":")
    path = Settings.model_fields["database_url"].default.get_secret_value().removeprefix("sqlite:///")

    assert str((PurePosixPath(of("WORKDIR")[-1]) / path).parent) == volume
    assert any(f"--owner={owner} --group={group}" in run and run.endswith(volume) for run in of("RUN"))
    assert "**/var/" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")


def test_what_is_installed_is_pinned_by_hash() -> None:
    """The lock that the image installs is the one of the service."""
    (install,) = [arguments for arguments in of("RUN") if "pip install" in arguments]

    assert "--require-hashes" in install
    assert "requirements/server.txt /tmp/requirements.txt" in of("COPY")
    assert "-r /tmp/requirements.txt" in install


def test_the_server_gets_the_signals_of_the_container() -> None:
    """A shell in between would keep SIGTERM to itself, and streams would be cut without `goaway`."""
    assert json.loads(of("CMD")[-1]) == ["gunicorn", "run:application"]
    assert of("STOPSIGNAL") == ["SIGTERM"]
    assert of("ENTRYPOINT") == []


def test_the_process_file_starts_a_healthy_service(tmp_path: Path) -> None:
    """The command of `Procfile` in a shell, asked by the image's own health check."""
    name, _, command = (ROOT / "Procfile").read_text(encoding="utf-8").strip().partition(": ")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    shell = ("sh", "-c", f'{command} "$@"', "sh")

    with gunicorn(tmp_path / "output", {"PATH": path}, folder=ROOT, program=shell) as server:
        server.wait_until_ready()
        environment = {
            **os.environ,
            "ENV_FILE": os.devnull,
            "ENCRYPTION_KEYS": KEYS,
            "PORT": str(server.address[1]),
            "HTTP_PROXY": "http://127.0.0.1:9",
        }
        asked = subprocess.run(health_check(), cwd=BACKEND, env=environment, timeout=30, check=False)

        assert (name, asked.returncode, server.setting("HOST")) == ("web", 0, "0.0.0.0")  # noqa: S104 - as deployed


def test_a_service_that_does_not_answer_is_not_healthy() -> None:
    """Whatever keeps it from answering."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        own = {"ENV_FILE": os.devnull, "ENCRYPTION_KEYS": KEYS, "PORT": str(nobody.getsockname()[1])}
        environment = {**os.environ, **own}
        asked = subprocess.run(
            health_check(), cwd=BACKEND, env=environment, capture_output=True, text=True, timeout=30, check=False
        )

    assert (asked.returncode, "there is no answer on 127.0.0.1:" in asked.stderr) == (1, True)
