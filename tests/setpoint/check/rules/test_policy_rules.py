"""What a deploy to production should not do is found with `--deploy`, and only then."""

import subprocess
from enum import Enum
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.settings import Settings as ServiceSettings
from setpoint.application.gathering import of_files
from setpoint.check.checking import check
from setpoint.contract.file_variables import FileVariables
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file, read_env_file
from setpoint.sources.gathered import Gathered
from support.checking import checked, marks, messages, run_setpoint
from support.keyed_settings import KEYS

DSN = "https://key@o1.ingest.sentry.io/42"
GOOD = f"APP_SENTRY_DSN={DSN}\nAPP_SECRET=q8Zr2vLkT0\n"


class Tracing(BaseModel):
    """Nested, as some apps have it."""

    traces_sample_rate: float = 0.1


class Deployed(BaseSettings):
    """Everything that policy looks at, under a prefix."""

    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__", env_ignore_empty=True)

    sentry_dsn: SecretStr | None = None
    sentry: Tracing = Tracing()
    environment: str = "production"
    log_format: Literal["json", "text"] = "json"
    debug: bool = False
    secret: SecretStr = SecretStr("for-development")
    pepper: SecretStr = SecretStr("")
    database_url: PostgresDsn | str = "sqlite:///var/app.db"


class Developing(BaseSettings):
    """Defaults that are meant for a desk."""

    debug: bool = True
    environment: str = "local"
    log_format: Literal["json", "text"] = "text"
    traces_sample_rate: float = 1.0
    database_url: str = "postgresql://app:app@localhost/app"
    log_debug_format: str = "text"


FIRES = {
    "no DSN": ("APP_SECRET=q8Zr2vLkT0\n", ["nowhere warning SP501 error-tracking-off APP_SENTRY_DSN"]),
    "an empty DSN": (
        "APP_SECRET=q8Zr2vLkT0\nAPP_SENTRY_DSN=\n",
        [
            "1.env:2:16-2:16 warning SP402 empty-value APP_SENTRY_DSN",
            "nowhere warning SP501 error-tracking-off APP_SENTRY_DSN",
        ],
    ),
    "every request is traced": (
        f"{GOOD}APP_SENTRY__TRACES_SAMPLE_RATE=1.0\n",
        ["1.env:3:32-3:35 warning SP502 unsampled-tracing APP_SENTRY__TRACES_SAMPLE_RATE"],
    ),
    "every request is traced, as JSON says": (
        f'{GOOD}APP_SENTRY={{"traces_sample_rate": 1.0}}\n',
        ["1.env:3:12-3:39 warning SP502 unsampled-tracing APP_SENTRY__TRACES_SAMPLE_RATE"],
    ),
    "a DSN to the machine itself": (
        "APP_SECRET=q8Zr2vLkT0\nAPP_SENTRY_DSN=https://key@localhost:9000/42\n",
        ["1.env:2:16-2:17 warning SP503 local-dsn APP_SENTRY_DSN"],
    ),
    "a DSN to a loopback address": (
        "APP_SECRET=q8Zr2vLkT0\nAPP_SENTRY_DSN=http://key@127.0.0.1/42\n",
        ["1.env:2:16-2:17 warning SP503 local-dsn APP_SENTRY_DSN"],
    ),
    "a DSN that is not encrypted": (
        "APP_SECRET=q8Zr2vLkT0\nAPP_SENTRY_DSN=HTTP://key@sentry.example/42\n",
        ["1.env:2:16-2:17 warning SP504 plaintext-dsn APP_SENTRY_DSN"],
    ),
    "logs for people": (f"{GOOD}APP_LOG_FORMAT=text\n", ["1.env:3:16-3:20 warning SP505 text-logs APP_LOG_FORMAT"]),
    "debugging": (f"{GOOD}APP_DEBUG=yes\n", ["1.env:3:11-3:14 warning SP508 development-mode APP_DEBUG"]),
    "an environment for development": (
        f"{GOOD}APP_ENVIRONMENT=Dev\n",
        ["1.env:3:17-3:20 warning SP508 development-mode APP_ENVIRONMENT"],
    ),
    "a secret with its default": (
        f"APP_SENTRY_DSN={DSN}\n",
        ["nowhere error SP509 default-secret APP_SECRET"],
    ),
}


@pytest.mark.parametrize(("content", "expected"), FIRES.values(), ids=FIRES.keys())
def test_a_policy_is_looked_at_in_a_deploy_alone(content: str, expected: list[str]) -> None:
    """At a desk all of this is fine."""
    assert marks(checked(content, settings_class=Deployed, deploy=True)) == expected
    assert [mark for mark in marks(checked(content, settings_class=Deployed)) if " SP5" in mark] == []


SILENT = {
    "all as it should be": GOOD,
    "a DSN that is no URL, which others judge": "APP_SECRET=x1y2\nAPP_SENTRY_DSN=https://[::1\n",
    "a name that only ends like one": f"{GOOD}APP_DEBUG=false\nAPP_ENVIRONMENT=developers-eu\n",
    "a rate that is no number": f'{GOOD}APP_SENTRY={{"traces_sample_rate": 0.1}}\n',
}


@pytest.mark.parametrize("content", SILENT.values(), ids=SILENT.keys())
def test_a_policy_is_silent_without_cause(content: str) -> None:
    """A warning that always comes is read by nobody."""
    assert marks(checked(content, settings_class=Deployed, deploy=True)) == []


def test_defaults_for_development_are_found_though_nobody_set_them() -> None:
    """What is forgotten stands in no file."""
    assert messages(checked("", settings_class=Developing, deploy=True)) == [
        "`TRACES_SAMPLE_RATE` is 1 by default, so every request is traced",
        "`LOG_FORMAT` is not `json` by default",
        "`DEBUG` is on by default",
        "`ENVIRONMENT` names a development environment by default",
        "`DATABASE_URL` is a secret and still has the default from the code",
    ]


class Mode(Enum):
    """A choice whose text is not its name."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(str, Enum):  # noqa: UP042 - what many apps have, with another text than `StrEnum`
    """A choice that is a text as well."""

    TEXT = "text"
    JSON = "json"


class Tracker(BaseModel):
    """Nested, as many apps have it."""

    dsn: SecretStr | None = None
    environment: Mode = Mode.DEVELOPMENT


class Database(BaseModel):
    """It has two settings, one of them secret."""

    host: str = "localhost"
    password: SecretStr = SecretStr("for-development")


class NestedPolicy(FileVariables):
    """What policy looks at, nested and as choices."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    sentry: Tracker = Tracker()
    db: Database = Database()
    log_format: LogFormat = LogFormat.TEXT


def test_policy_knows_nested_settings_and_choices() -> None:
    """The delimiter is an underscore inside the name, and what counts is the value of a choice."""
    text = 'DB={"host": "db"}\n'
    assert messages(checked(text, settings_class=NestedPolicy, deploy=True)) == [
        "`DB__PASSWORD` is a secret and still has the default from the code",
        "`SENTRY__DSN` is not set, so error tracking is off",
        "`LOG_FORMAT` is not `json` by default",
        "`SENTRY__ENVIRONMENT` names a development environment by default",
    ]
    text = 'DB__PASSWORD=q8Zr2vLk\nLOG_FORMAT=json\nSENTRY={"dsn": "https://k@h.org/4", "environment": "production"}\n'
    assert marks(checked(text, settings_class=NestedPolicy, deploy=True)) == []


class MadeDefaults(BaseSettings):
    """Defaults that a function makes."""

    sentry_dsn: str = Field(default_factory=lambda: DSN)


def test_a_default_that_a_function_makes_is_no_missing_value() -> None:
    """Only the class knows what it is."""
    assert marks(checked("", settings_class=MadeDefaults, deploy=True)) == []


class Mounted(FileVariables):
    """Its secrets may stand in files of another machine."""

    model_config = SettingsConfigDict(secrets_dir="/run/nowhere")

    sentry_dsn: SecretStr | None = None
    session_secret: str = "for-development"


def test_what_may_stand_on_another_machine_is_not_taken_for_a_default() -> None:
    """Nobody looked there."""
    project, contract = Project(Path()), SettingsContract.of(Mounted)
    files = (parse_env_file("1.env", b"SENTRY_DSN_FILE=/run/nowhere/dsn\n", {}),)
    subject = of_files(contract, files, None, project)
    assert [each.code for each in check(subject, deploy=True).diagnostics] == ["SP406"]
    here = of_files(contract, files, None, project, directories=["."])
    assert [each.code for each in check(here, deploy=True).diagnostics] == ["SP406", "SP509"]


def test_what_a_file_would_give_that_cannot_be_read_is_not_taken_for_a_default(tmp_path: Path) -> None:
    """The file is what is wrong, and nobody knows what stands in it."""
    ended = run_setpoint("check", "--deploy", "prod.env", "--settings", "config.settings:Settings", cwd=tmp_path)
    assert (ended.returncode, [line for line in ended.stdout.decode().splitlines() if "[SP" in line]) == (
        2,
        ["error[SP001]: the file does not exist"],
    )


def test_this_service_passes_its_own_policy() -> None:
    """The settings that the README shows are fit for a deploy."""
    content = f"ENCRYPTION_KEYS={KEYS}\nSENTRY_DSN={DSN}\nHOST=0.0.0.0\n"
    assert marks(checked(content, settings_class=ServiceSettings, deploy=True)) == []


def _codes(path: Path) -> list[str]:
    files = (read_env_file(str(path), {}),)
    report = check(Subject(SettingsContract.of(Deployed), Gathered(files)), deploy=True)
    return [f"{each.code} {each.variable}" for each in report.diagnostics]


@pytest.mark.parametrize(
    ("mode", "content", "found"),
    [
        (0o600, GOOD, []),
        (0o640, GOOD, []),
        (0o644, GOOD, ["SP506 None"]),
        (0o644, "APP_SECRET=/etc/ssl/private/app.pem\n", ["SP501 APP_SENTRY_DSN"]),
        (0o644, "APP_ENVIRONMENT=production\n", ["SP501 APP_SENTRY_DSN", "SP509 APP_SECRET"]),
        (0o644, f"{GOOD}AWS_SECRET_ACCESS_KEY=x9\n", ["SP506 None", "SP301 AWS_SECRET_ACCESS_KEY"]),
    ],
)
def test_a_file_with_secrets_that_others_can_read_is_found(
    tmp_path: Path, mode: int, content: str, found: list[str]
) -> None:
    """A group of its own may read it, and a file without secrets anyone."""
    path = tmp_path / "prod.env"
    path.write_text(content)
    path.chmod(mode)
    assert _codes(path) == found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return an empty git repository."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=30)
    return tmp_path


def test_a_secret_in_a_file_that_git_tracks_is_found(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them has to be changed, for the history keeps it."""
    folder = repository / "deploy"
    folder.mkdir()
    path = folder / "prod.env"
    path.write_text(f"{GOOD}APP_PEPPER=super-secret-key\nAPP_ENVIRONMENT=eu\n")
    path.chmod(0o600)
    assert _codes(path) == ["SP403 APP_PEPPER"]
    subprocess.run(["git", "-C", str(folder), "add", "prod.env"], check=True, timeout=30)
    assert _codes(path) == ["SP507 APP_SENTRY_DSN", "SP507 APP_SECRET", "SP403 APP_PEPPER"]
    # As in a hook of git's, which is started with variables about another folder.
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/nothing")
    assert _codes(path)[0] == "SP507 APP_SENTRY_DSN"


def test_without_git_no_file_is_tracked(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container most often has none."""
    path = repository / "prod.env"
    path.write_text(GOOD)
    path.chmod(0o600)
    subprocess.run(["git", "-C", str(repository), "add", "prod.env"], check=True, timeout=30)
    monkeypatch.setenv("PATH", str(repository))
    assert _codes(path) == []


def test_the_command_looks_for_policy_if_asked(tmp_path: Path) -> None:
    """Warnings fail a deploy only with `--fail-on warning`."""
    settings_class = "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n debug: bool = False\n"
    (tmp_path / "app.py").write_text(settings_class)
    (tmp_path / "a.env").write_text("DEBUG=1\n")
    words = ["check", "a.env", "--settings", "app:S", "--format", "concise"]
    asked = run_setpoint(*words, "--deploy", cwd=tmp_path)
    assert (asked.returncode, asked.stdout.decode().splitlines()[0]) == (
        0,
        "a.env:1:7: warning[SP508] `DEBUG` is on; it is meant for development",
    )
    assert run_setpoint(*words, "--deploy", "--fail-on", "warning", cwd=tmp_path).returncode == 1
    assert b"SP508" not in run_setpoint(*words, cwd=tmp_path).stdout
