"""A project gets all commands with the wheel and three lines in its pyproject.toml."""

import json
from pathlib import Path

import pytest

from support.app_projects import NAMES, Copies, faults, leaked
from support.sampled_rows import sampled

REPOSITORY = str(Path(__file__).resolve().parents[2])

FAULTS = {
    "flask_shop": [
        "2:17 error SP401 SHOP_SECRET_KEY",
        "3:16 error SP401 SHOP_LOG_LEVEL",
        "4:17 error SP401 SHOP_CURRENCIES",
        "5:33 error SP401 SHOP_SHIPPING_DAYS",
        "6:15 error SP401 SHOP_VAT_RATE",
        "7:20 error SP401 SHOP_DATABASE__URL",
        "9:1 error SP301 SHOP_DATABASE__POOL_SIZE",
        "10:25 error SP401 SHOP_PAYMENTS__PROVIDER",
        "11:24 error SP102 SHOP_PAYMENTS__API_KEY",
        "12:1 error SP301 SHOP_PAYMENT__WEBHOOK_URL",
        "13:12 error SP401 SHOP_DEBUG",
        "nowhere info SP405 None",
    ],
    "fastapi_tickets": [
        "1:13 error SP401 ENVIRONMENT",
        "2:12 error SP401 JWT_SECRET",
        "3:1 error SP301 BACKEND_CORS_ORIGIN",
        "4:39 error SP401 SENTRY_SAMPLE_RATES",
        "5:17 error SP401 FIRST_SUPERUSER",
        "6:26 error SP403 FIRST_SUPERUSER_PASSWORD",
        "8:15 error SP401 POSTGRES_PORT",
        "10:29 error SP401 ACCESS_TOKEN_EXPIRE_MINUTES",
        "11:10 error SP404 SMTP_TLS",
        "13:1 warning SP301 GRAFANA_TOKEN",
        "nowhere error SP302 POSTGRES_USER",
    ],
    "django_magazine": [
        "1:19 error SP401 DJANGO_SECRET_KEY",
        "2:22 error SP401 DJANGO_ALLOWED_HOSTS",
        "3:16 error SP401 DJANGO_ADMINS",
        "4:18 error SP401 DJANGO_TIME_ZONE",
        "5:14 error SP401 DJANGO_DEBUG",
        "5:14 warning SP402 DJANGO_DEBUG",
        "6:11 error SP401 DB_ENGINE",
        "7:1 error SP101 DB_NAME",
        "8:13 error SP401 DB_PASSWORD",
        "9:14 error SP401 CONN_MAX_AGE",
        "10:15 error SP404 EMAIL_USE_TLS",
    ],
}

ANSWERS = [
    ("flask_shop", "show prod.env", "SHOP_DATABASE__POOL_MAX     20               prod.env:8:1"),
    ("flask_shop", "explain SHOP_PAYMENTS__API_KEY prod.env", "Secret: yes, its value is never shown"),
    ("flask_shop", "diff prod.env bad.env", "- SHOP_DATABASE__POOL_MAX"),
    ("flask_shop", "example", "#SHOP_DATABASE__POOL_MAX=10"),
    ("flask_shop", "docs", "## `SHOP_DATABASE__POOL_MAX`"),
    ("flask_shop", "schema", '    "SHOP_DATABASE__POOL_MAX": ['),
    ("fastapi_tickets", "show prod.env", "JWT_SECRET                   ********                 prod.env:2:1"),
    ("fastapi_tickets", "explain SECRET_KEY prod.env", "Also spelt: JWT_SECRET"),
    ("fastapi_tickets", "diff prod.env bad.env", "- POSTGRES_USER"),
    ("fastapi_tickets", "example", "#ACCESS_TOKEN_EXPIRE_MINUTES=11520"),
    ("fastapi_tickets", "example", "#BACKEND_CORS_ORIGINS="),
    ("fastapi_tickets", "docs", "## `BACKEND_CORS_ORIGINS`"),
    ("fastapi_tickets", "schema", '    "SECRET_KEY": ['),
    ("django_magazine", "show prod.env", "DB_ENGINE             django.db.backends.sqlite3         prod.env:5:1"),
    ("django_magazine", "explain DJANGO_ALLOWED_HOSTS prod.env", "Value: a JSON array"),
    ("django_magazine", "diff prod.env bad.env", "+ EMAIL_USE_SSL"),
    ("django_magazine", "example", "DB_NAME="),
    ("django_magazine", "docs", "## `DJANGO_SECRET_KEY`"),
    ("django_magazine", "schema", '    "case_sensitive": true,'),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_project_says_three_lines(name: str, copy: Copies) -> None:
    """The class, and what in its files belongs to others."""
    _, table = (copy(name).folder / "pyproject.toml").read_text().split("[tool.setpoint]\n")
    assert len(table.splitlines()) == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_project_has_its_own_modules_and_the_wheel_alone(name: str, copy: Copies) -> None:
    """Else the repository would be tested, and `config` would be the service's."""
    project = copy(name)
    code = "import json, sys, setpoint; print(json.dumps([setpoint.__file__, *sys.path]))"
    library, *path = json.loads(project.python("-c", code).stdout)
    assert library.startswith(str(project.programs.parent))
    assert not [each for each in path if each.startswith(REPOSITORY) and not each.endswith("site-packages")]


@pytest.mark.parametrize("name", NAMES)
def test_a_good_file_passes(name: str, copy: Copies) -> None:
    """Whatever the class is made of."""
    result = copy(name).setpoint("check", "prod.env")
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(b"no problems in prod.env")


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_wrong_with_a_file_is_found(name: str, copy: Copies) -> None:
    """Each fault at its place, though the app itself fails with this file when it is imported."""
    project = copy(name)
    project.take("bad.env")
    result = project.setpoint("check", "bad.env", "--format", "json")
    assert (result.returncode, result.stderr) == (1, b"")
    assert faults(result) == FAULTS[name]
    assert leaked(result.stdout.decode(), project) == []


@pytest.mark.parametrize(("name", "command", "line"), sampled(ANSWERS, one_in=2))
def test_every_command_answers(name: str, command: str, line: str, copy: Copies) -> None:
    """Also where the app's own env file is so bad that it can't be imported."""
    project = copy(name)
    project.take("bad.env")
    result = project.setpoint(*command.split())
    assert result.returncode == 0
    assert line in result.stdout.decode().splitlines()
    assert b"Traceback" not in result.stderr
    assert leaked((result.stdout + result.stderr).decode(), project) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_command_is_run_with_a_good_file_alone(name: str, copy: Copies) -> None:
    """The app gets all its values, and starts, or is never started."""
    project = copy(name)
    start = ("--", str(project.programs / "python"), "-c", "import smoke, sys; sys.exit(7)")
    good = project.setpoint("run", "-f", "prod.env", *start)
    assert (good.returncode, good.stderr) == (7, b"")
    bad = project.setpoint("run", "-f", "bad.env", *start)
    assert (bad.returncode, bad.stdout) == (1, b"")
    assert bad.stderr.endswith(b"was not started\n")
    assert leaked(bad.stderr.decode(), project) == []


def test_a_later_env_file_of_the_class_wins(copy: Copies) -> None:
    """`.env.local` holds what differs on one desk, faults of its own included."""
    project = copy("flask_shop")
    project.take("prod.env")
    (project.folder / ".env.local").write_text("SHOP_VAT_RATE=0.25\nSHOP_LOG_LEVEL=loud\n")
    result = project.setpoint("check", "--format", "concise", "-q")
    assert result.stdout.startswith(b".env.local:2:16: error[SP401] `SHOP_LOG_LEVEL` is not one of the allowed values")
    assert result.stdout.count(b"\n") == 1
    shown = " ".join(project.setpoint("show").stdout.decode().split())
    assert "SHOP_LOG_LEVEL loud .env.local:2:1, refused by the settings class shadows warning from .env:3:1" in shown


def test_a_name_that_the_class_forbids_is_found_before_the_start(copy: Copies) -> None:
    """The project ignores `UVICORN_PORT`; a class that forbids what it does not know does not."""
    project = copy("fastapi_tickets")
    settings = project.folder / "app" / "core" / "config.py"
    settings.write_text(settings.read_text().replace('extra="ignore"', 'extra="forbid"'))
    project.take("prod.env")
    assert b"uvicorn_port" in project.python("smoke.py").stderr
    assert faults(project.setpoint("check", "--format", "json")) == ["12:1 error SP301 UVICORN_PORT"]
