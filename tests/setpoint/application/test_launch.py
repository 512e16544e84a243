"""A command is started with what the program reads whose reading was checked, and with nothing else."""

from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.application.launch import prepare
from setpoint.check.outcome import Status
from setpoint.contract.guidance import NamesEnvFile
from setpoint.contract.settings_class import SettingsContract
from setpoint.project import Project
from setpoint.sources.env_file import parse_env_file


class Pair(BaseSettings):
    """Two texts."""

    a: str = ""
    b: str = ""


class App(BaseSettings):
    """An app with an env file of its own, which the environment can name."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    port: int
    mode: str = "fast"
    env_file: Annotated[str | None, NamesEnvFile(default="own.env")] = None


@pytest.mark.parametrize(
    ("content", "callers", "expected"),
    [
        ("PORT=80\nOTHER=x\n", {}, {"PORT": "80", "OTHER": "x"}),
        ("PORT=80\n", {"MINE": "1"}, {"PORT": "80", "MINE": "1"}),
        ("PORT=80\n", {"PORT": "x"}, {"PORT": "80"}),
        ("PORT=80\n", {"port": "81"}, {"PORT": "80"}),
        ("http_proxy=a\nPORT=80\n", {"HTTP_PROXY": "b"}, {"http_proxy": "a", "HTTP_PROXY": "b", "PORT": "80"}),
        ("port=80\nPORT=81\n", {}, {"PORT": "81"}),
        ("MODE=\n", {"PORT": "80", "MODE": "slow"}, {"PORT": "80"}),
        ("PORT=80\nMODE=a-${MINE}\n", {"MINE": "1"}, {"PORT": "80", "MODE": "a-1", "MINE": "1"}),
        ("PORT=80\nENV_FILE=later.env\n", {}, {"PORT": "80"}),
        ("PORT=80\n", {"ENV_FILE": "later.env"}, {"PORT": "80", "MODE": "later", "ENV_FILE": "later.env"}),
    ],
)
def test_files_win_over_the_caller_and_both_over_the_apps_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, callers: dict[str, str], expected: dict[str, str]
) -> None:
    """Each variable of the app has one spelling and one value, the ones that were checked."""
    monkeypatch.chdir(tmp_path)
    Path("tried.env").write_text(content)
    Path("later.env").write_text("PORT=81\nMODE=later\n")
    launch = prepare([SettingsContract.of(App)], ["tried.env"], None, callers, project=Project(tmp_path))
    assert (launch.report.status, launch.environment) == (Status.PASSED, expected)


def test_a_later_file_lies_over_an_earlier_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both over the caller's environment."""
    monkeypatch.chdir(tmp_path)
    Path("1.env").write_text("PORT=80\nMODE=first\n")
    Path("2.env").write_text("PORT=81\nMODE=\n")
    launch = prepare([SettingsContract.of(App)], ["1.env", "2.env"], None, {"MODE": "mine"}, project=Project(tmp_path))
    assert launch.environment == {"PORT": "81", "MODE": "first"}


CONTRACT = SettingsContract.of(Pair)
PIECES = [
    "A",
    "B",
    "C",
    "=",
    "=x",
    "'",
    '"',
    "\\",
    "\n",
    "\r",
    " ",
    "#",
    "${A}",
    "export ",
    "\ufeff",
    "é",
    "\udcff",
    "\0",
]
PIECES += ["\n# setpoint: ignore=SP102 a reason\n", "\n# setpoint: ignore=SP101,SP104 a reason\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(max_examples=150)
def test_what_passes_is_what_python_dotenv_reads(tmp_path: Path, text: str) -> None:
    """The reading that finds all faults sees more than python-dotenv does; where it passes, both are the same."""
    content = text.encode("utf-8", "surrogateescape")
    path = tmp_path / "a.env"
    path.write_bytes(content)
    launch = prepare([CONTRACT], [str(path)], None, {"KEPT": "1"}, project=Project(tmp_path))
    if launch.report.status is Status.PASSED:
        read = parse_env_file("a.env", content, {"KEPT": "1"}, "python-dotenv").variables
        assert launch.environment == {"KEPT": "1", **read}
