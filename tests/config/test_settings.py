"""The settings of this service: documented, frozen, with defaults, and in step with their generated files."""

from pathlib import Path

import pytest
from inline_snapshot import snapshot
from pydantic import ValidationError

from config.settings import Settings
from setpoint.application.loading import look
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from support.checking import BACKEND, checked, marks, run_config
from support.keyed_settings import KEYS

DEFAULTS = {
    "sentry_dsn": None,
    "sentry_traces_sample_rate": 0.1,
    "sentry_environment": "production",
    "log_format": "json",
    "log_level": "INFO",
    "host": "127.0.0.1",
    "port": 8000,
    "web_concurrency": 2,
    "max_streams": 2_000,
    "env_file": None,
}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _settings(**environment: str) -> Settings:
    settings = look(Settings, {"ENV_FILE": "/dev/null", "ENCRYPTION_KEYS": KEYS, **environment}).settings
    assert isinstance(settings, Settings)
    return settings


def _variables() -> tuple[Variable, ...]:
    return SettingsContract.of(Settings).variables


def test_the_defaults_are_those_of_the_design() -> None:
    """A clone runs without any configuration but keys."""
    settings = _settings()
    assert {name: getattr(settings, name) for name in DEFAULTS} == {**DEFAULTS, "env_file": Path("/dev/null")}
    assert settings.sentry_release.startswith("setpoint@")


@pytest.mark.parametrize(
    "name", [variable.name for variable in _variables() if variable.name not in {"ENV_FILE", "ENCRYPTION_KEYS"}]
)
def test_an_empty_variable_means_the_default(name: str) -> None:
    """Compose files and pipelines set variables to nothing all the time."""
    assert getattr(_settings(**{name: ""}), name.lower()) == getattr(_settings(), name.lower())


@pytest.mark.parametrize("variable", _variables(), ids=lambda variable: variable.name)
def test_a_setting_is_documented(variable: Variable) -> None:
    """Its docstring is its entry in the reference and in .env.example."""
    assert variable.field.description
    assert variable.field.description.endswith(".")
    assert "\n" not in variable.field.description


def test_settings_are_frozen() -> None:
    """What an operator sees at the start is what holds until the end."""
    with pytest.raises(ValidationError):
        _settings().port = 1  # type: ignore[misc]  # that is the point


def test_what_opens_anything_is_a_secret() -> None:
    """Shown is the little that helps to tell one from another."""
    assert [variable.name for variable in _variables() if variable.secret] == [
        "ENCRYPTION_KEYS",
        "DATABASE_URL",
        "SENTRY_DSN",
        "OIDC_CLIENT_SECRET",
    ]
    settings = _settings(SENTRY_DSN="https://key@sentry.example/1", DATABASE_URL="postgresql://me:canary@db/name")
    assert [str(settings.sentry_dsn), str(settings.database_url), str(settings.encryption_keys)] == [
        "https://********@sentry.example/1",
        "postgresql://********",
        "**********",
    ]
    assert not any(text in repr(settings) for text in ("key@", "canary", KEYS))


@pytest.mark.parametrize("host", ["localhost", "db_1.internal", "127.0.0.1", "::", "::1", "fe80::1:2", "caf\u00e9"])
def test_a_host_is_a_name_or_an_address(host: str) -> None:
    """Whether it can be listened on is for the system to say."""
    assert _settings(HOST=host).host == host


@pytest.mark.parametrize("host", ["localhost:80", ":80", "http://localhost", "[::1]", "a b", "a\u200b", "-a"])
def test_what_can_be_no_host_is_refused(host: str) -> None:
    """Gunicorn would try it again and again, and give up in the end."""
    assert look(Settings, {"ENV_FILE": "/dev/null", "ENCRYPTION_KEYS": KEYS, "HOST": host}).settings is None


@pytest.mark.parametrize("command", ["example", "docs"])
def test_the_generated_files_are_in_step(command: str) -> None:
    """`make generate` writes them anew."""
    result = run_config(command, "--check")
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize("command", ["example", "docs"])
def test_a_generated_file_that_has_drifted_is_found(tmp_path: Path, command: str) -> None:
    """The message says how to mend it."""
    path = tmp_path / "generated"
    path.write_text("old\n")
    result = run_config(command, str(path), "--check")
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.decode() == f"error: `{path}` is out of date; run `python -m config {command}`\n"
    assert run_config(command, str(path)).returncode == 0
    assert run_config(command, str(path), "--check").returncode == 0


def test_a_copy_of_the_example_lacks_nothing_but_keys() -> None:
    """That is the first thing that anybody does with it; keys that many have would be none."""
    report = checked((BACKEND / ".env.example").read_bytes(), settings_class=Settings)
    assert marks(report) == snapshot(
        [
            "1.env:9:17-9:17 warning SP402 empty-value ENCRYPTION_KEYS",
            "nowhere error SP302 missing-variable ENCRYPTION_KEYS",
        ]
    )
    assert "/dev/urandom" in str(report.diagnostics[-1].hint)


def test_the_example_names_every_variable() -> None:
    """A hand-kept one would leave some out; the one that names the file itself has no place in it."""
    text = (BACKEND / ".env.example").read_text()
    named = {line.lstrip("#").partition("=")[0] for line in text.splitlines() if line.lstrip("#")[:1].isupper()}
    assert named == {variable.name for variable in _variables()} - {"ENV_FILE"}


def test_the_example_with_its_defaults_switched_on_passes() -> None:
    """A default that is refused, or written so that it is read differently, would be a trap."""
    lines = (BACKEND / ".env.example").read_text().splitlines()
    defaults = [line[1:] for line in lines if line[:1] == "#" and line[1:2] not in {" ", ""} and "<" not in line]
    report = checked("\n".join(defaults))
    assert report.diagnostics == ()
