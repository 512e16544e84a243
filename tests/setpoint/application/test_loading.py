"""An app gets its settings when it starts, or learns everything that is wrong with them."""

import gc
import os
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

import setpoint
from setpoint.application import loading
from setpoint.application.loading import EX_CONFIG, HANDED_OVER, Origin, handed_over, look, origins_of, to_hand_over
from setpoint.contract.guidance import NamesEnvFile
from setpoint.sources.env_file import SourceKind

CANARY = "kX9vQ2mW7c"


class App(BaseSettings):
    """Settings whose env file the environment names."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(frozen=True)

    api_key: SecretStr = SecretStr("")
    port: int = 80
    host: str = "h"
    env_file: Annotated[Path | None, NamesEnvFile(default="default.env")] = None


class Plain(BaseSettings):
    """Settings that read the usual file."""

    model_config = SettingsConfigDict(env_file=".env")

    port: int = 80


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in tuple(os.environ):
        monkeypatch.delenv(name)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """And each value knows where it comes from."""
    Path("default.env").write_text("# first\nPORT=1\nHOST=f\nOTHER=2\n")
    monkeypatch.setenv("PORT", "2")
    settings = setpoint.load(App)
    assert (settings.port, settings.host) == (2, "f")
    assert origins_of(settings) == {
        "PORT": Origin(SourceKind.PROCESS_ENVIRONMENT),
        "HOST": Origin(SourceKind.ENV_FILE, "default.env", 3, 1),
    }


def test_origins_are_forgotten_with_their_settings() -> None:
    """A later object may get the same identity."""
    settings = setpoint.load(App)
    assert origins_of(settings) == {}
    Path("default.env").write_text("PORT=1\n")
    settings = setpoint.load(App)
    assert "PORT" in origins_of(settings)
    identity = id(settings)
    del settings
    gc.collect()
    assert identity not in loading._origins


def test_the_environment_can_name_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default one is not read then."""
    Path("default.env").write_text("PORT=x\n")
    Path("other.env").write_text("PORT=3\nENV_FILE=default.env\n")
    monkeypatch.setenv("ENV_FILE", "other.env")
    settings = setpoint.load(App)
    assert (settings.port, settings.env_file) == (3, Path("other.env"))


def test_what_a_framework_has_read_from_the_file_is_still_the_files() -> None:
    """`flask run` and `load_dotenv()` put it into the environment; each fault is told once, where it stands."""
    Path("default.env").write_text(f"API_KYE={CANARY}\nPORT=x\nHOST=f\n")
    alone = look(App, {})
    assert len(alone.report.diagnostics) == 2
    assert look(App, {"API_KYE": CANARY, "PORT": "x", "HOST": "f"}) == alone
    assert look(App, {"HOST": "other"}).origins["HOST"] == Origin(SourceKind.PROCESS_ENVIRONMENT)


def test_the_name_of_the_env_file_is_never_the_files() -> None:
    """Only the process environment can name it."""
    Path("default.env").write_text("ENV_FILE=default.env\n")
    settings = look(App, {"ENV_FILE": "default.env"}).settings
    assert isinstance(settings, App)
    assert settings.env_file == Path("default.env")


@pytest.mark.parametrize("is_a_folder", [True, False])
def test_a_default_file_need_not_be_there(*, is_a_folder: bool) -> None:
    """A folder of that name is most often a virtual environment."""
    if is_a_folder:
        Path(".env").mkdir()
    assert setpoint.load(Plain).port == 80


def test_the_file_of_the_class_is_read() -> None:
    """As pydantic-settings would."""
    Path(".env").write_text("PORT=5\n")
    assert setpoint.load(Plain).port == 5


def test_the_settings_are_what_the_class_makes_of_them() -> None:
    """Frozen means frozen."""
    settings = setpoint.load(App)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    ("content", "environment"),
    [
        ("PORT=x\n", {"API_KEY": CANARY}),
        (f"PORT=x\nAPI_KEY={CANARY}\n", {}),
        (f'API_KEY="{CANARY}\n', {}),
        (f"APIKEY={CANARY}\nAPI_KYE={CANARY}\n{CANARY}\n", {}),
        ("", {"PORT": "x", "API_KYE": CANARY}),
        ("", {"ENV_FILE": "nowhere.env", "API_KEY": CANARY}),
    ],
)
def test_a_bad_environment_ends_the_start(
    content: str,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With a status that process managers know, everything that is wrong, and no value of a secret."""
    Path("default.env").write_text(content)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        setpoint.load(App)
    out, err = capsys.readouterr()
    assert (end.value.code, out, end.value.__context__) == (EX_CONFIG, "", None)
    assert "error[SP" in err
    assert CANARY not in err


@pytest.mark.parametrize("project", ["", "[tool.setpoint]\nsettings = 1\n"])
def test_the_end_of_a_start_passes_no_frame_that_holds_a_value(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Error trackers send the local variables of all of them."""
    Path("pyproject.toml").write_text(project)
    monkeypatch.setenv("API_KEY", CANARY)
    monkeypatch.setenv("PORT", "x")
    with pytest.raises(SystemExit) as end:
        setpoint.load(App)
    frames = [each.frame.f_locals for each in end.traceback if str(each.path) == loading.__file__]
    assert [(each["settings_class"], str(each["settings"])) for each in frames] == [(App, "_Refused(status=78)")]
    assert [len(each) for each in frames] == [2]


def test_a_project_file_that_cannot_be_used_ends_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a traceback, as all expected failures."""
    Path("pyproject.toml").write_text("[tool.setpoint]\nsettings = 1\n")
    with pytest.raises(SystemExit) as end:
        setpoint.load(App)
    assert end.value.code == EX_CONFIG
    assert capsys.readouterr().err.startswith("error: `[tool.setpoint]`")


def test_a_start_is_refused_also_where_nobody_can_hear_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some start daemons with a closed standard error."""
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setattr("sys.stderr", None)
    with pytest.raises(SystemExit) as end:
        setpoint.load(App)
    assert end.value.code == EX_CONFIG


def test_values_that_a_parent_hands_over_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that starts later gets the values that its parent checked."""
    Path("default.env").write_text("PORT=x\n")
    origins = {"PORT": Origin(SourceKind.ENV_FILE, "default.env", 1, 1)}
    monkeypatch.setenv("PORT", "7")
    monkeypatch.setenv(HANDED_OVER, to_hand_over(origins))
    settings = setpoint.load(App)
    assert settings.port == 7
    assert origins_of(settings) == origins


@pytest.mark.parametrize("text", ["", "x", "[]", "1", '{"A": 1}', '{"A": {}}', '{"A": {"source": "x"}}'])
def test_what_no_parent_has_written_hands_over_nothing(text: str) -> None:
    """Anybody can set a variable."""
    assert handed_over({HANDED_OVER: text}) == {}


def test_looking_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other threads and the app go on with it."""
    monkeypatch.setenv("KEPT", "1")
    before = dict(os.environ)
    assert look(App, {"PORT": "x"}).settings is None
    assert look(App, {"PORT": "1"}).settings is not None
    assert dict(os.environ) == before
