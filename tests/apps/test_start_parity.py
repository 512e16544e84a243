"""What a check finds is what a start refuses, with the same codes and words."""

import json

import pytest

from support.app_projects import NAMES, Copies, leaked
from support.sampled_rows import sampled

STARTS = [
    ("flask_shop", "-m flask --app shop.web run"),
    ("flask_shop", "-m gunicorn --check-config shop.web:app"),
    ("fastapi_tickets", "smoke.py"),
    ("django_magazine", "manage.py check"),
]

ANSWERS = {
    "flask_shop": {"currencies": ["EUR", "SEK"], "pool": [5, 20], "provider": "stripe"},
    "fastapi_tickets": {
        "project": "Tickets",
        "origins": ["https://tickets.example", "https://admin.tickets.example"],
        "database": "db.internal",
    },
    "django_magazine": {"time_zone": "Europe/Stockholm", "engine": "django.db.backends.sqlite3"},
}

FAULTS = [
    ("flask_shop", {"SHOP_DATABASE__POOL_MIN": "30"}, "error[SP404]: pool_min must not exceed pool_max"),
    ("flask_shop", {"SHOP_PAYMENTS__API_KEY": None}, "error[SP404]: stripe needs an api_key"),
    (
        "flask_shop",
        {"SHOP_CURRENCIES": "EUR,SEK"},
        "error[SP401]: `SHOP_CURRENCIES` in the process environment is not valid JSON",
    ),
    (
        "flask_shop",
        {"SHOP_SECRET_KEY": "zQ7Sj14k"},
        "error[SP401]: `SHOP_SECRET_KEY` in the process environment is too short",
    ),
    ("fastapi_tickets", {"JWT_SECRET": None}, "error[SP302]: `JWT_SECRET` is required but not set"),
    (
        "fastapi_tickets",
        {"JWT_SECRET": None, "SECRET_KEY": "zQ7Ek95m"},
        "error[SP401]: `SECRET_KEY` in the process environment is too short",
    ),
    ("fastapi_tickets", {"FIRST_SUPERUSER_PASSWORD": "letmein"}, "error[SP404]: FIRST_SUPERUSER_PASSWORD must not be"),
    (
        "fastapi_tickets",
        {"POSTGRES_PORT": "0"},
        "error[SP401]: `POSTGRES_PORT` in the process environment is too small",
    ),
    ("django_magazine", {"DJANGO_ALLOWED_HOSTS": "[]"}, "error[SP404]: DJANGO_ALLOWED_HOSTS must name a host"),
    (
        "django_magazine",
        {"DB_PASSWORD": "zQ7Kw82mTr90Lx"},
        "error[SP401]: `DB_PASSWORD` in the process environment is invalid",
    ),
    (
        "django_magazine",
        {"DB_ENGINE": "sqlite"},
        "error[SP401]: `DB_ENGINE` in the process environment is not one of the allowed values",
    ),
    ("django_magazine", {"DB_NAME": None, "DB_NAMES": "x"}, "error[SP301]: no setting reads `DB_NAMES`"),
]

# python-dotenv says so itself when `flask run` reads the file.
READ_BY_FLASK = b"python-dotenv could not parse statement starting at line 11\n"


BOTH_WAYS = """\
import importlib, pathlib, tomllib, setpoint
project = tomllib.loads(pathlib.Path("pyproject.toml").read_text())
module, _, name = project["tool"]["setpoint"]["settings"].partition(":")
settings_class = getattr(importlib.import_module(module), name)
assert settings_class().model_dump() == setpoint.load(settings_class).model_dump()
"""


@pytest.mark.parametrize("name", NAMES)
def test_what_is_loaded_is_what_the_class_reads_by_itself(name: str, copy: Copies) -> None:
    """From its env file, its secrets directory and the environment, empty values included."""
    project = copy(name)
    lines = [line for line in (project.folder / "prod.env").read_text().splitlines() if "UVICORN" not in line]
    (project.folder / ".env").write_text("\n".join(lines))
    result = project.python("-c", BOTH_WAYS, environment={"POSTGRES_DB": "", "DB_NAME": "other"})
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize("name", NAMES)
def test_an_app_starts_and_answers_in_a_good_environment(name: str, copy: Copies) -> None:
    """With one line changed, it is the same app."""
    project = copy(name)
    project.adopt()
    result = project.python("smoke.py", environment=project.environment("prod.env"))
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(result.stdout) == ANSWERS[name]


@pytest.mark.parametrize(("name", "words"), STARTS)
def test_a_start_refuses_an_env_file_with_the_words_of_a_check(name: str, words: str, copy: Copies) -> None:
    """To the last byte, whoever starts the app, and whoever else has read the file before it."""
    project = copy(name)
    project.adopt()
    project.take("bad.env")
    check = project.setpoint("check")
    start = project.python(*words.split())
    assert (check.returncode, start.returncode, start.stdout) == (1, 78, b"")
    assert start.stderr.removeprefix(READ_BY_FLASK) == check.stdout
    assert leaked(start.stderr.decode(), project) == []


def test_a_server_whose_worker_is_refused_gives_up(copy: Copies) -> None:
    """A worker that ends with another status is replaced by gunicorn for ever, and no start would ever have failed."""
    project = copy("flask_shop")
    project.take("bad.env")
    check = project.setpoint("check")
    options = ("--no-control-socket", "--workers=1", "--bind=127.0.0.1:0")
    server = project.python("-m", "gunicorn", *options, "shop.web:app")
    assert (server.returncode, server.stdout) == (3, b"")
    assert check.stdout in server.stderr
    assert b"Traceback" not in server.stderr
    assert leaked(server.stderr.decode(), project) == []


@pytest.mark.parametrize(("name", "changes", "words"), sampled(FAULTS, one_in=3))
def test_a_start_refuses_an_environment_with_the_words_of_a_check(
    name: str, changes: dict[str, str | None], words: str, copy: Copies
) -> None:
    """One fault in an environment that is good but for it."""
    project = copy(name)
    project.adopt()
    changed = project.environment("prod.env") | changes
    environment = {key: value for key, value in changed.items() if value is not None}
    check = project.setpoint("check", environment=environment)
    start = project.python("smoke.py", environment=environment)
    assert (check.returncode, start.returncode, start.stdout) == (1, 78, b"")
    assert words in start.stderr.decode()
    assert start.stderr == check.stdout
    assert leaked(start.stderr.decode(), project) == []
    assert "letmein" not in start.stderr.decode()
