"""Secrets directories and `NAME_FILE` variables are sources like the others."""

import json
import os
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

import setpoint
from setpoint.application.gathering import of_a_start, of_files
from setpoint.check.checking import check
from setpoint.check.report import Report
from setpoint.contract.file_variables import FileVariables
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats import registry
from setpoint.formats.for_people import Style
from setpoint.project import Project
from setpoint.sources.env_file import parse_env_file
from support.checking import marks, messages, run_setpoint
from support.differential.catalogue.files import NestedSecretsInFolders

NO_PROJECT = Project(Path("/"))


class Inner(BaseModel):
    """Nested settings."""

    size: int = 1


class InDirectory(BaseSettings):
    """It looks into a directory."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_file="a.env", secrets_dir="secrets", env_prefix="app_", env_nested_delimiter="__", env_ignore_empty=True
    )

    token: SecretStr
    port: int = 80
    ports: list[int] = []
    inner: Inner = Inner()


class FromFiles(FileVariables):
    """It takes the names of files."""

    model_config = SettingsConfigDict(env_file=".env", secrets_dir="secrets", env_nested_delimiter="__")

    db_password: SecretStr
    port: int = 80
    log_file: str = "app.log"
    log: str = "x"
    inner: Inner = Inner()


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() - {"PATH"}:
        monkeypatch.delenv(name)
    Path("secrets").mkdir()


def _starting(settings_class: type[BaseSettings], environment: dict[str, str] | None = None) -> Report:
    return check(of_a_start(SettingsContract.of(settings_class), environment or {}, NO_PROJECT))


def _given(settings_class: type[BaseSettings], content: str, *directories: str) -> Report:
    files = (parse_env_file("prod.env", content.encode(), {}),)
    return check(of_files(SettingsContract.of(settings_class), files, None, NO_PROJECT, directories=directories))


def test_a_value_in_a_secrets_directory_is_checked_where_it_stands() -> None:
    """And is never shown, though its variable may be harmless elsewhere."""
    Path("secrets/app_token").write_text("q8Zr2vLkT0\n")
    Path("secrets/APP_PORT").write_text("\n http\n")
    report = _starting(InDirectory)
    assert marks(report) == ["secrets/APP_PORT:2:2-2:3 error SP401 invalid-value APP_PORT"]
    excerpt = report.diagnostics[0].excerpt
    assert excerpt is not None
    assert excerpt.text.strip() == "********"
    assert _starting(InDirectory, {"app_port": "81"}).diagnostics == ()


def test_sources_lie_over_each_other_as_the_class_has_it() -> None:
    """The process environment over the env file over a secrets directory."""
    Path("secrets/app_token").write_text("q8Zr2vLkT0")
    Path("secrets/app_port").write_text("x")
    contract = SettingsContract.of(InDirectory)
    for content, environment, origin in (
        (b"APP_PORT=81\n", {}, "a.env"),
        (b"APP_PORT=\n", {}, "secrets/app_port"),
        (b"APP_PORT=81\n", {"APP_PORT": "82"}, None),
    ):
        Path("a.env").write_bytes(content)
        assignment = of_a_start(contract, environment, NO_PROJECT).assignments["APP_PORT"]
        assert (assignment.file and assignment.file.path) == origin


def test_only_what_the_class_would_read_counts() -> None:
    """Nested settings, folders, links that lead out and other programs' secrets are passed over; slips are told."""
    Path("secrets/app_token").write_text("q8Zr2vLkT0")
    Path("secrets/app_inner__size").write_text("x")
    Path("secrets/other").write_text("x")
    Path("secrets/app_prots").write_text("[1]")
    Path("secrets/app_port").mkdir()
    Path("outside").write_text("[x")
    Path("secrets/app_ports").symlink_to(Path("outside").absolute())
    report = _starting(InDirectory)
    assert marks(report) == ["secrets/app_prots:1:1-1:1 error SP301 unknown-variable app_prots"]
    assert report.diagnostics[0].label == "did you mean `APP_PORTS`?"


NAMES = ["app_token", "APP_TOKEN", "app_port", "app_ports", "app_inner", "app_inner__size", "token", "other"]
TEXTS = ["x", "", "80", " 81\n", "[1, 2]", '{"size": 2}', "\n"]


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TEXTS)), st.sampled_from([{}, {"APP_PORT": "7"}]))
@settings(max_examples=80)
def test_what_counts_is_what_the_class_itself_reads(
    tmp_path: Path, files: dict[str, str], environment: dict[str, str]
) -> None:
    """The class alone, with its own source, is the judge of what is read and of what is valid."""
    folder = tmp_path / "secrets"
    for path in folder.iterdir():
        path.unlink()
    for name, text in files.items():
        if name.upper() not in {path.name.upper() for path in folder.iterdir()}:
            (folder / name).write_text(text)
    try:
        os.environ |= environment
        expected = InDirectory().model_dump()
    except (ValidationError, SettingsError):
        expected = None
    finally:
        os.environ.pop("APP_PORT", None)
    contract = SettingsContract.of(InDirectory)
    found = of_a_start(contract, environment, NO_PROJECT).validated.settings
    assert (found and found.model_dump()) == expected


def test_a_directory_of_another_machine_is_not_looked_into() -> None:
    """What stands there is not known here, so that a missing secret is no more than a warning."""
    Path("secrets/app_token").write_text("q8Zr2vLkT0")
    report = _given(InDirectory, "APP_PORT=81\n")
    assert marks(report) == ["nowhere warning SP302 missing-variable APP_TOKEN"]
    assert report.diagnostics[0].hint == (
        "it may be in `secrets`, which was not checked; `--secrets-dir DIR` checks such a directory"
    )
    assert marks(_given(InDirectory, "APP_PORT=81\n", "secrets")) == []
    Path("empty").mkdir()
    assert marks(_given(InDirectory, "APP_PORT=81\n", "empty")) == ["nowhere error SP302 missing-variable APP_TOKEN"]


def test_a_file_that_a_variable_names_gives_the_value() -> None:
    """The origin is the file, and a variable that only looks like one is what it is."""
    Path("db").write_text("q8Zr2vLkT0\n")
    Path("size").write_text("big\n")
    environment = {"DB_PASSWORD_FILE": "db", "LOG_FILE": "a.log", "INNER__SIZE_FILE": "size"}
    report = _starting(FromFiles, environment)
    assert marks(report) == ["size:1:1-1:2 error SP401 invalid-value INNER__SIZE"]
    contract = SettingsContract.of(FromFiles)
    subject = of_a_start(contract, {"DB_PASSWORD_FILE": "db", "LOG_FILE": "a.log"}, NO_PROJECT)
    assert isinstance(subject.validated.settings, FromFiles)
    assert subject.validated.settings.db_password.get_secret_value() == "q8Zr2vLkT0"
    assert (subject.validated.settings.log_file, subject.validated.settings.log) == ("a.log", "x")


def test_the_class_reads_such_files_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any check, from the environment and from its env file, though it forbids unknown names."""
    Path("db").write_text(" q8Zr2vLkT0\n")
    Path(".env").write_text("DB_PASSWORD_FILE=db\n")
    assert FromFiles().db_password.get_secret_value() == "q8Zr2vLkT0"
    Path("other").write_text("m3Xw9cJpN7")
    monkeypatch.setenv("DB_PASSWORD_FILE", "other")
    assert FromFiles().db_password.get_secret_value() == "m3Xw9cJpN7"
    assert setpoint.load(FromFiles).db_password.get_secret_value() == "m3Xw9cJpN7"
    monkeypatch.setenv("DB_PASSWORD", "itself")
    assert FromFiles().db_password.get_secret_value() == "itself"
    assert setpoint.load(FromFiles).db_password.get_secret_value() == "itself"


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"\xff", "is not UTF-8")],
)
def test_the_class_itself_says_which_variable_names_no_file(
    monkeypatch: pytest.MonkeyPatch, content: bytes | None, words: str
) -> None:
    """Nothing of the content is in the text."""
    if content is not None:
        Path("db").write_bytes(content)
    monkeypatch.setenv("DB_PASSWORD_FILE", "db")
    with pytest.raises(SettingsError, match=f"`DB_PASSWORD_FILE` names a file.*{words}"):
        FromFiles()


def test_a_file_that_is_not_there_keeps_a_process_from_starting() -> None:
    """It is one finding, at the variable."""
    Path(".env").write_text("PORT=1\nDB_PASSWORD_FILE=nowhere\n")
    assert marks(_starting(FromFiles)) == [".env:2:18-2:19 error SP406 missing-secret-file DB_PASSWORD_FILE"]
    with pytest.raises(SystemExit) as end:
        setpoint.load(FromFiles)
    assert end.value.code == 78


def test_a_file_of_another_machine_is_a_warning() -> None:
    """Before the deploy nobody can know what stands in it."""
    report = _given(FromFiles, "DB_PASSWORD_FILE=/run/secrets/nowhere\n")
    assert marks(report) == ["prod.env:1:18-1:19 warning SP406 missing-secret-file DB_PASSWORD_FILE"]
    assert [each.path for each in report.sources] == ["prod.env"], "it may be the secret itself"
    assert messages(report) == ["`DB_PASSWORD_FILE` names a file that does not exist here"]
    assert report.status == "passed"


def test_a_file_without_effect_is_told() -> None:
    """Whoever changes the secret in it changes nothing."""
    Path("db").write_text("q8Zr2vLkT0")
    report = _given(FromFiles, "DB_PASSWORD=m3Xw9cJpN7\nDB_PASSWORD_FILE=db\n")
    assert marks(report) == ["prod.env:2:18-2:19 warning SP407 unread-secret-file DB_PASSWORD_FILE"]


def test_a_misspelt_name_is_still_found() -> None:
    """With or without `_FILE`."""
    report = _given(FromFiles, "DB_PASWORD_FILE=db\nDB_PASSWORD=x9\nDB_USER_FILE=x\n")
    assert [each.code for each in report.diagnostics if each.location and each.location.line != 2] == ["SP301"] * 2


@pytest.mark.parametrize(
    "content", [b"kXwvQzm\xffWncRt", b"kXwvQz\0mWncRt", b"\x1b[31mkXwvQzmWncRt", b"kXwv\nQzmWncRt"]
)
def test_no_format_shows_what_stands_in_a_secret_file(content: bytes) -> None:
    """Whatever is wrong with it."""
    Path("db").write_bytes(content)
    Path("secrets/port").write_bytes(content)
    report = _starting(FromFiles, {"DB_PASSWORD_FILE": "db", "INNER__SIZE_FILE": "db"})
    assert report.status == "failed"
    for name in registry.FORMATS:
        text = registry.render(name, report, Style(colored=False))
        assert "kXwv" not in text
        assert "WncRt" not in text


APP = """\
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from setpoint.contract.file_variables import FileVariables


class Settings(FileVariables):
    model_config = SettingsConfigDict(secrets_dir="secrets")

    db_password: SecretStr
    port: int = 80
"""


def test_the_commands_tell_where_such_values_come_from(tmp_path: Path) -> None:
    """`show` names the file, `run` leaves the secret in it, `diff` compares what stands there."""
    Path("app.py").write_text(APP)
    Path("db").write_text("q8Zr2vLkT0")
    Path("other").write_text("m3Xw9cJpN7")
    Path("secrets/port").write_text("81")
    Path("a.env").write_text("DB_PASSWORD_FILE=db\n")
    Path("b.env").write_text("DB_PASSWORD_FILE=other\n")
    Path("far.env").write_text("DB_PASSWORD_FILE=/run/nowhere\n")
    option = ["--settings", "app:Settings"]
    shown = run_setpoint("show", "a.env", "--secrets-dir", "secrets", *option, cwd=tmp_path)
    assert shown.stdout.decode().splitlines() == [
        "DB_PASSWORD  ********  db:1:1",
        "PORT         ********  secrets/port:1:1",
    ]
    shown = run_setpoint("show", "far.env", *option, cwd=tmp_path)
    assert (
        shown.stdout.decode().splitlines()[-1]
        == "DB_PASSWORD_FILE at far.env:1:1 names a file that does not exist here"
    )
    origin = json.loads(
        run_setpoint("explain", "DB_PASSWORD", "a.env", "--format", "json", *option, cwd=tmp_path).stdout
    )
    assert origin["variables"][0]["origin"] == {"source": "file-variable", "path": "db", "line": 1, "column": 1}
    differing = run_setpoint("diff", "a.env", "b.env", "--exit-code", *option, cwd=tmp_path)
    assert (differing.returncode, differing.stdout.decode().splitlines()[0]) == (
        1,
        "~ DB_PASSWORD (the values differ and are not shown)",
    )
    same = run_setpoint("diff", "a.env", "--environment", *option, environment={"DB_PASSWORD_FILE": "db"}, cwd=tmp_path)
    assert (same.returncode, same.stdout) == (0, b"")
    differing = run_setpoint("diff", "a.env", "--exit-code", "far.env", *option, cwd=tmp_path)
    assert (differing.returncode, b"names a file that does not exist here" in differing.stdout) == (1, True)
    ended = run_setpoint("run", "-f", "a.env", *option, "--", "env", cwd=tmp_path)
    assert (ended.returncode, b"q8Zr2vLkT0" in ended.stdout) == (0, False)
    assert b"DB_PASSWORD_FILE=db" in ended.stdout
    checked = run_setpoint("check", *option, environment={"DB_PASSWORD_FILE": "db"}, cwd=tmp_path)
    assert checked.stdout == b"no problems in the process environment and 2 secret files (2 variables)\n"


def test_a_directory_that_is_not_there_is_no_pass(tmp_path: Path) -> None:
    """A misspelt one would make every secret a missing one, or a warning."""
    Path("app.py").write_text(APP)
    ended = run_setpoint("check", "--secrets-dir", "secrest", "--settings", "app:Settings", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.endswith(b"error: argument --secrets-dir: `secrest` is not a directory\n")


def test_a_secret_file_that_others_can_read_is_a_matter_of_policy(tmp_path: Path) -> None:
    """Like an env file; those that a container mounts are left alone."""
    Path("app.py").write_text(APP)
    Path("db").write_text("q8Zr2vLkT0")
    words = ["check", "--deploy", "--select", "SP506", "--settings", "app:Settings", "--format", "concise"]
    for mode, status in ((0o644, 1), (0o600, 0)):
        Path("db").chmod(mode)
        ended = run_setpoint(*words, environment={"DB_PASSWORD_FILE": "db"}, cwd=tmp_path)
        assert (ended.returncode, b"chmod 600 db" in ended.stdout) == (status, bool(status))


def test_a_file_for_a_part_that_a_setting_does_not_have_is_a_stray() -> None:
    """Nothing else would tell it from the part that was meant."""
    Path("secrets/db").mkdir()
    for name in ("password", "pasword"):
        Path("secrets/db", name).write_text("x")
    assert messages(_starting(NestedSecretsInFolders)) == ["no setting reads `db/pasword`"]


def test_a_misspelt_part_in_a_folder_is_told_as_the_variable_that_it_would_be() -> None:
    """Its own name might be near to that of a setting which has nothing to do with it."""

    class InFolders(NestedSecretsInFolders):
        model_config = SettingsConfigDict(env_nested_delimiter="__")

    Path("secrets/db").mkdir()
    for name in ("password", "passwrd"):
        Path("secrets/db", name).write_text("x")
    assert messages(_starting(InFolders)) == ["no setting reads `DB__PASSWRD`"]
