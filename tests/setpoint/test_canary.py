"""No output of any format ever holds a secret, not even in part, whatever is wrong around it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, PostgresDsn, Secret, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint import load
from setpoint.application.show_values import compare
from setpoint.check.report import Report
from setpoint.cli import diff, explain, show
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats import registry, step_summary
from setpoint.formats.for_people import Style
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from setpoint.text.fingerprint import FingerprintKey
from support.checking import BACKEND, checked
from support.coverage_variables import coverage_variables
from support.keyed_settings import Settings

LONGEST_PIECE = 5


class Inner(BaseModel):
    """A secret inside a setting."""

    key: SecretStr | None = None
    size: int = 1


class Vault(BaseSettings):
    """Secrets of every shape, and validators that talk about them."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_ignore_empty=True)

    api_key: SecretStr = Field(SecretStr("x" * 20), min_length=20)
    pin: Secret[int] | None = None
    keys: list[SecretStr] = []
    inner: Inner = Inner()
    dsn: PostgresDsn | None = None
    database_url: str = "sqlite://"
    db_password: str = Field("", max_length=3)
    options: dict[str, int] = {}
    port: int = 80
    low: int = 0

    @field_validator("db_password")
    @classmethod
    def _talks(cls, value: str) -> str:
        message = f"{value} {value[:8]} {value!r} is bad"
        raise ValueError(message)

    @model_validator(mode="after")
    def _tells_everything(self) -> Self:
        message = f"{self!r} {self.database_url} {self.api_key.get_secret_value()} {self.database_url[3:]}"
        raise ValueError(message)


LINES = [
    "API_KEY={0}",
    'API_KEY="{0}',
    "API_KEY='{0}",
    'API_KEY="{0}" {0}',
    'API_KEY="line\n{0}\nEND{0}="',
    'API_KEY="line\n{0}=\n{0}',
    "API_KEY {0}",
    "API_KEY={0} # {0}",
    "# {0}",
    "{0}",
    "={0}",
    "export {0}",
    "API_KEY={0}\nAPI_KEY={0}",
    "APIKEY={0}",
    "API_KYE={0}",
    "OTHER={0}",
    "api_key={0}",
    "API_KEY=${{UNSET}}{0}${{UNSET}}",
    "API_KEY=${{{0}}}",
    "API_KEY=${{UNSET:-{0}}}",
    "PIN={0}",
    "PORT={0}",
    "INNER__SIZE={0}",
    'KEYS=["{0}", 1]',
    "KEYS=[{0}",
    'KEYS={{"{0}": 1}}',
    'INNER={{"key": "{0}", "size": "x"}}',
    'INNER={{"{0}": "{0}"}}',
    "INNER__KEY={0}",
    "DSN=postgresql://u:{0}@h/d",
    "DSN={0}",
    "DATABASE_URL=postgresql://u:{0}@h/d",
    "DATABASE_URL={0}",
    "DB_PASSWORD={0}",
    'OPTIONS={{"password": "{0}"}}',
    'OPTIONS={{"{0}": "x", "token": 1}}',
    "OPTIONS__PASSWORD={0}",
    "API_KEY=\x1b[31m{0}\x07",
    "API_KEY={0}\u2028{0}",
    "API_KEY={0}\0{0}",
    "# setpoint: ignore={0} {0}\nAPI_KEY={0}",
    "# setpoint: ignore=SP301 {0}\nOTHER={0}",
    "# setpoint: ignore=SP104,{0}\n{0}",
    "# setpoint: ignore {0}",
    "-----BEGIN {0}-----\n{0}=\n{0}+/=={0}\n-----END",
]

HARMLESS = ["PORT=x", "PORT=80", "LOW=", "BARE", "LOW=changeme", "UNKNOWN=1"]

canaries = st.text("ghjkmnqrtvwxyzGHJKMNQRTVWXYZ", min_size=12, max_size=24).filter(
    # One that is all capitals could be a name, and names are shown.
    lambda text: len({*text}) > 8 and not text.isupper()
)


def _outputs(report: Report) -> str:
    styles = (Style(colored=False), Style(colored=True))
    texts = [registry.render(name, report, style) for name in registry.FORMATS for style in styles]
    return "\n".join([*texts, step_summary.render(report)])


def _pieces_of(canary: str, text: str) -> list[str]:
    pieces = (canary[at : at + LONGEST_PIECE + 1] for at in range(len(canary) - LONGEST_PIECE))
    return [piece for piece in pieces if piece in text]


@given(canaries, st.lists(st.sampled_from([*LINES, *HARMLESS]), max_size=8), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=60)
def test_no_piece_of_a_secret_is_in_any_format(canary: str, lines: list[str], line_end: str) -> None:
    """Six characters of a token can be enough to recognise it."""
    text = line_end.join(line.format(canary) for line in lines)
    report = checked(text, settings_class=Vault, deploy=True)
    assert _pieces_of(canary, _outputs(report)) == []


def _shown(old: Subject, new: Subject) -> str:
    """Return what `show`, `explain` and `diff` print of two sources."""
    key, found = FingerprintKey(b"k" * 32), list(provenances(old))
    differing = compare([old], [new])
    compared = diff._json([old.contract], differing, key)
    texts = [show._json([old], key), compared, *show._lines([old], key)]
    texts += [line for each in differing for line in diff._lines(*each, key)]
    for variable in old.contract.variables:
        texts += [*explain._lines(old, variable, found), explain._json(old, variable, found)]
    return "\n".join(texts)


@given(
    canaries,
    st.lists(st.sampled_from([*LINES, *HARMLESS, "LOW=${{API_KEY}}", "PORT=${{OTHER}}"]), max_size=6),
    st.lists(st.sampled_from([*LINES, *HARMLESS]), max_size=4),
)
@settings(max_examples=50)
def test_no_piece_of_a_secret_is_shown_explained_or_compared(canary: str, one: list[str], other: list[str]) -> None:
    """These commands are about values, and show only those that are fit to print."""
    contract = SettingsContract.of(Vault)
    contents = ["\n".join(line.format(canary) for line in lines).encode() for lines in (one, other)]
    first, second = (Subject(contract, Gathered((parse_env_file("a.env", content, {}),))) for content in contents)
    secrets = {"API_KEY": canary, "API_KYE": canary, "OTHER": canary, "INNER__KEY": canary, "DATABASE_URL": canary}
    environment = Subject(contract, Gathered(first.gathered.files, ProcessEnvironment(secrets)))
    for old, new in ((first, second), (environment, first), (second, environment)):
        assert _pieces_of(canary, _shown(old, new)) == []


@pytest.mark.parametrize("line", LINES)
def test_no_piece_of_a_secret_shows_in_a_file_of_one_line(line: str) -> None:
    """Each kind of trouble for itself."""
    canary = "kXwvQzmWncRt"
    for settings_class in (Vault, Settings):
        assert _pieces_of(canary, _outputs(checked(line.format(canary), settings_class=settings_class))) == []


NAMES = [field.upper() for field in Vault.model_fields] + ["API_KYE", "INNER__KEY", "INNER__SIZE", "OPTIONS__PASSWORD"]


@given(canaries, st.sets(st.sampled_from([name for name in NAMES if name not in {"PORT", "LOW"}]), min_size=1))
@settings(max_examples=60)
def test_no_piece_of_a_secret_of_the_process_environment_is_in_any_format(canary: str, names: set[str]) -> None:
    """There is no line to show, but there are messages."""
    report = checked("PORT=x\n", settings_class=Vault, environment=dict.fromkeys(names, canary), deploy=True)
    assert _pieces_of(canary, _outputs(report)) == []


@given(canary=canaries, lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=8))
@settings(max_examples=40)
def test_a_start_that_is_refused_says_no_secret(
    tmp_path: Path, canary: str, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What it writes goes to the logs of a whole platform."""
    path = tmp_path / "a.env"
    path.write_text("\n".join(line.format(canary) for line in lines), newline="")

    class Started(Vault):
        model_config = SettingsConfigDict(env_file=path)

    with pytest.raises(SystemExit) as end:
        load(Started)
    assert _pieces_of(canary, "".join(capsys.readouterr())) == []
    assert end.value.__context__ is None


@pytest.mark.parametrize("words", [[], *(["--format", name] for name in registry.FORMATS)])
def test_the_real_command_says_no_secret_either(tmp_path: Path, words: list[str]) -> None:
    """Both its outputs, the environment full of secrets, and every fault at once."""
    canary = "kXwvQzmWncRt"
    path = tmp_path / "a.env"
    path.write_text("\n".join(line.format(canary) for line in LINES), newline="")
    names = ["SENTRY_DSN", "SENTRY_DNS", "API_KEY", "SECRET_TOKEN", "DATABASE_URL"]
    result = subprocess.run(
        [sys.executable, "-m", "config", "check", str(path), "--environment", "--deploy", *words],
        check=False,
        env={"PATH": "/bin", **coverage_variables(), **dict.fromkeys(names, canary)},
        cwd=BACKEND,
        capture_output=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert _pieces_of(canary, (result.stdout + result.stderr).decode()) == []
    if words[1:] == ["json"]:
        assert json.loads(result.stdout)["status"] == "failed"
