"""The commands `show` and `explain`: where each value comes from, and what is in its way."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.checking import run_config, run_setpoint

FILE = """\
SENTRY_DSN=https://key@sentry.example/1
PORT=80
PORT=x
log_level=DEBUG
HOST=
ENV_FILE=other.env
SENTRY_ENVIRONMENT=" blue"
UNKNOWN_NAME=canary
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two env files and a key."""
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "config.settings:Settings"\n')
    (tmp_path / "base.env").write_text("LOG_LEVEL=ERROR\nWEB_CONCURRENCY=3\n")
    (tmp_path / "prod.env").write_text(FILE)
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef\n")
    return tmp_path


def test_show_says_where_each_value_comes_from_and_what_it_shadows(folder: Path) -> None:
    """One line a setting in the order of the class, and one for each value that does not count."""
    done = run_setpoint("show", "base.env", "prod.env", "--environment", cwd=folder, environment={"PORT": "81"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == snapshot("""\
ENCRYPTION_KEYS            (missing)             required but not set
DATABASE_URL               ********              default
SENTRY_DSN                 ********              prod.env:1:1
SENTRY_TRACES_SAMPLE_RATE  0.1                   default
SENTRY_ENVIRONMENT         " blue"               prod.env:7:1, refused by the settings class
SENTRY_RELEASE             setpoint@0.1.0        default
LOG_FORMAT                 json                  default
LOG_LEVEL                  DEBUG                 prod.env:4:1 as log_level
                           shadows ERROR from base.env:1:1
EXCEPTION_TEXT             masked                default
HOST                       127.0.0.1             default
                           not "" from prod.env:5:1: empty counts as unset
PORT                       81                    process environment
                           shadows x from prod.env:3:1
                           shadows 80 from prod.env:2:1
WEB_CONCURRENCY            3                     base.env:2:1
MAX_STREAMS                2000                  default
STREAM_MAX_AGE             1800                  default
APP_REVISIONS_PER_HOUR     1000                  default
APP_BYTES_PER_HOUR         268435456             default
APP_STREAMS                2000                  default
WEBHOOKS_ALLOW_PRIVATE     false                 default
TRUSTED_PROXIES            (unset)               default
PUBLIC_URL                 (unset)               default
OIDC_ISSUER                (unset)               default
OIDC_CLIENT_ID             (unset)               default
OIDC_CLIENT_SECRET         (unset)               default
OIDC_SCOPES                openid profile email  default
MAX_CHECK_BYTES            1048576               default
ENV_FILE                   (unset)               default
                           not other.env from prod.env:6:1: it is read from the process environment only
no setting reads UNKNOWN_NAME at prod.env:8:1
""")


def test_show_marks_what_the_settings_class_refuses(folder: Path) -> None:
    """Nobody is to take such a value for the one that the process has."""
    done = run_setpoint("show", "prod.env", cwd=folder)
    (line,) = (each for each in done.stdout.decode().splitlines() if each.startswith("PORT "))
    assert line.split(maxsplit=2) == ["PORT", "x", "prod.env:3:1, refused by the settings class"]


def test_show_marks_a_shadowed_value_at_which_a_source_fails(tmp_path: Path) -> None:
    """What takes precedence is good; the class refuses to start all the same."""
    (tmp_path / "mine.py").write_text(
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_file='.env')\n"
        "    ports: list[int] = []\n"
    )
    (tmp_path / ".env").write_text("PORTS=[80\n")
    done = run_setpoint("show", "--settings", "mine:Settings", cwd=tmp_path, environment={"PORTS": "[80]"})
    assert [" ".join(line.split()) for line in done.stdout.decode().splitlines()] == [
        "PORTS [80] process environment",
        "shadows [80 from .env:1:1, still refused by the settings class",
    ]


def test_show_says_of_no_variable_that_it_is_missing_if_a_source_fails(tmp_path: Path) -> None:
    """The source might have set it."""
    (tmp_path / "mine.py").write_text(
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(secrets_dir='mine.py')\n"
        "    port: int\n"
    )
    done = run_setpoint("show", "--settings", "mine:Settings", cwd=tmp_path)
    assert done.stdout.decode() == "PORT  (unknown)  not known, because a source fails\n"


def test_no_value_is_known_if_the_sources_cannot_be_made(tmp_path: Path) -> None:
    """A default would be a guess, and nobody looked at the env file."""
    (tmp_path / "mine.py").write_text(
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_file='.env')\n"
        "    port: int = 1\n"
        "    @classmethod\n"
        "    def settings_customise_sources(cls, **_):\n"
        "        raise OSError\n"
    )
    (tmp_path / ".env").write_text("PORT=80\n")
    done = run_setpoint("show", "--settings", "mine:Settings", cwd=tmp_path)
    assert [" ".join(line.split()) for line in done.stdout.decode().splitlines()] == [
        "PORT (unknown) not known, because a source fails",
        "not 80 from .env:1:1: no source could be asked",
    ]
    assert done.stderr.decode() == "note: a source of the settings class fails, which `setpoint check` explains\n"
    told = run_setpoint("explain", "--settings", "mine:Settings", "PORT", cwd=tmp_path).stdout.decode()
    assert "PORT is not known, because a source fails\n" in told


def test_show_without_a_file_shows_what_a_process_would_read_here(folder: Path) -> None:
    """The environment over the env file that it names."""
    done = run_setpoint("show", cwd=folder, environment={"ENV_FILE": "base.env", "WEB_CONCURRENCY": "9"})
    lines = done.stdout.decode().splitlines()
    assert [line.split() for line in lines if line.startswith(("LOG_LEVEL", "WEB_CONCURRENCY"))] == [
        ["LOG_LEVEL", "ERROR", "base.env:1:1"],
        ["WEB_CONCURRENCY", "9", "process", "environment"],
    ]
    assert "shadows 3 from base.env:2:1" in lines[lines.index(next(each for each in lines if "WEB_" in each)) + 1]


def test_show_reads_as_the_program_that_is_named(folder: Path) -> None:
    """Quotes are a part of the value for docker."""
    done = run_setpoint("show", "prod.env", "--loader", "docker", cwd=folder)
    assert 'SENTRY_ENVIRONMENT         " blue"' in done.stdout.decode()


SWALLOWED = b"HOST=a\nSENTRY_ENVIRONMENT='x\nWEB_CONCURRENCY=5\nLOG_LEVEL='INFO'\n"


def test_show_reads_what_a_process_would_and_recovers_nothing(folder: Path) -> None:
    """What an unclosed quote swallows is no value: of files, as a program that is named, and in a start here."""
    (folder / "quote.env").write_bytes(SWALLOWED)
    words = [("show", "quote.env"), ("show", "quote.env", "--loader", "python-dotenv"), ("show",)]
    done = [run_setpoint(*each, cwd=folder, environment={"ENV_FILE": "quote.env"}).stdout.decode() for each in words]
    counting = [
        [line.split()[:3] for line in each.splitlines() if "WEB_CONC" in line or "HOST" in line] for each in done
    ]
    assert counting == [[["HOST", "a", "quote.env:1:1"], ["WEB_CONCURRENCY", "2", "default"]]] * len(words)


def test_show_reads_files_in_the_encoding_that_the_class_names(tmp_path: Path) -> None:
    """As `check` does, with and without naming the program."""
    head = "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    name: str = ''\n"
    (tmp_path / "own.py").write_text(f"{head}    model_config = {{'env_file_encoding': 'latin-1'}}\n")
    (tmp_path / "a.env").write_bytes("NAME=café\n".encode("latin-1"))
    for words in [(), ("--loader", "python-dotenv")]:
        done = run_setpoint("show", "a.env", "--settings", "own:Settings", *words, cwd=tmp_path)
        assert (done.stdout.decode(), done.stderr) == ("NAME  café  a.env:1:1\n", b"")


def test_show_as_json_holds_the_same(folder: Path) -> None:
    """Origins are as in `GET /v1/settings`."""
    done = run_setpoint("show", "base.env", "prod.env", "--format", "json", cwd=folder)
    content = json.loads(done.stdout)
    shown = {each["name"]: each for each in content["variables"]}
    assert (content["version"], content["settings"]) == (1, "config.settings:Settings")
    assert shown["SENTRY_DSN"]["value"] == "********"
    assert shown["LOG_LEVEL"] == {
        "name": "LOG_LEVEL",
        "setting": "log_level",
        "secret": False,
        "required": False,
        "refused": False,
        "value": "DEBUG",
        "origin": {"source": "env-file", "path": "prod.env", "line": 4, "column": 1},
        "merged": [],
        "shadowed": [{"value": "ERROR", "origin": {"source": "env-file", "path": "base.env", "line": 1, "column": 1}}],
    }
    assert content["unknown"] == [
        {"name": "UNKNOWN_NAME", "origin": {"source": "env-file", "path": "prod.env", "line": 8, "column": 1}}
    ]


def test_show_gives_secrets_and_only_secrets_a_fingerprint(folder: Path) -> None:
    """The same key, name and value give the same one on every machine."""
    words = ("show", "prod.env", "--fingerprint-key-file", "key", "--format", "json")
    content = json.loads(run_setpoint(*words, cwd=folder).stdout)
    prints = {each["name"]: each["fingerprint"] for each in content["variables"] if "fingerprint" in each}
    assert prints == snapshot({"SENTRY_DSN": "0acab3974dc921f2"})


def test_show_tells_of_problems_in_a_file(folder: Path) -> None:
    """What can't be read is not among the values."""
    done = run_setpoint("show", "-", cwd=folder, stdin=b'PORT 80\nHOST="a\n')
    assert done.returncode == 0
    assert done.stderr.decode() == "note: `-` has 2 problems, which `setpoint check` explains\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show", "no.env"], "error: cannot read `no.env`: it does not exist"),
        (["show", "."], "error: cannot read `.`: it is a directory"),
        (["show", "--settings", "nowhere:Settings"], "error: cannot import `nowhere`: ModuleNotFoundError"),
        (["show", "--fingerprint-key-file", "no.key"], "error: cannot read `no.key`: no such file or directory"),
        (["show", "--fingerprint-key-file", "base.env", "--settings", "x"], "error: `x` is not a settings class"),
        (["explain", "PROT"], "error: `config.settings:Settings` reads no `PROT`; did you mean `PORT`?"),
        (["explain", "\x1b[1mx"], "error: `config.settings:Settings` reads no `\\x1b[1mx`; `setpoint docs` lists"),
        (["explain", "PORT", "no.env"], "error: cannot read `no.env`: it does not exist"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(folder: Path, words: list[str], message: str) -> None:
    """2 is never hidden, and there is no traceback."""
    done = run_setpoint(*words, cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(message)
    assert done.stderr.count(b"\n") == 1


def test_explain_says_all_about_one_variable(folder: Path) -> None:
    """What the class tells people, and what the sources do."""
    done = run_setpoint("explain", "SENTRY_DSN", "prod.env", cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == snapshot("""\
SENTRY_DSN

Where errors and traces are sent. Unset: nothing is sent, and the SDK is not even imported.

Setting: sentry_dsn
Value: `https://<public key>@<host>/<project id>`
Default: none
Secret: yes, its value is never shown
Unset: error tracking stays off while `SENTRY_DSN` is unset
Invalid: errors would reach nobody
To get a value: Sentry, Settings, Projects, your project, Client Keys (DSN)
Example: https://<public-key>@<host>/<project-id>

SENTRY_DSN is ******** (prod.env:1:1)
""")


def test_explain_takes_the_name_of_a_setting_too() -> None:
    """People who own the class know it by that name."""
    by_setting = run_config("explain", "log_format", environment={"LOG_FORMAT": "text"})
    by_name = run_config("explain", "LOG_FORMAT", environment={"LOG_FORMAT": "text"})
    assert by_setting.stdout == by_name.stdout
    assert by_name.stdout.decode().endswith("\nLOG_FORMAT is text (process environment)\n")


def test_explain_as_json_holds_the_same(folder: Path) -> None:
    """For editors."""
    content = json.loads(run_setpoint("explain", "PORT", "prod.env", "--format", "json", cwd=folder).stdout)
    assert content == snapshot(
        {
            "version": 1,
            "settings": "config.settings:Settings",
            "name": "PORT",
            "description": "The port to listen on.",
            "expected": "an integer from 1 to 65535",
            "default": "8000",
            "spellings": ["PORT"],
            "deprecated": False,
            "guidance": {"unset": None, "invalid": None, "obtain": None, "example": None},
            "variables": [
                {
                    "name": "PORT",
                    "setting": "port",
                    "secret": False,
                    "required": False,
                    "refused": True,
                    "value": "x",
                    "origin": {"source": "env-file", "path": "prod.env", "line": 3, "column": 1},
                    "merged": [],
                    "shadowed": [
                        {"value": "80", "origin": {"source": "env-file", "path": "prod.env", "line": 2, "column": 1}}
                    ],
                }
            ],
        }
    )


def test_explain_of_a_model_tells_of_its_parts(tmp_path: Path) -> None:
    """They are what people set."""
    (tmp_path / "app_settings.py").write_text(
        "from pydantic import BaseModel\n"
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Database(BaseModel):\n    host: str\n    port: int = 5432\n"
        "class Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_nested_delimiter='__')\n    DATABASE: Database\n"
    )
    words = ("explain", "database", "-", "--settings", "app_settings:Settings")
    done = run_setpoint(*words, cwd=tmp_path, stdin=b"DATABASE__PORT=x\n")
    assert done.stdout.decode() == snapshot("""\
DATABASE

Setting: DATABASE
Value: a JSON object
Default: required

DATABASE__HOST is required but not set

DATABASE__PORT is x (-:1:1, refused by the settings class)
""")
