"""Comments that keep findings from being reported: what they reach, and what makes them findings themselves."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint import load
from setpoint.application.gathering import of_a_start
from setpoint.application.judging import as_chosen, chosen_selection
from setpoint.check.checking import check, check_together
from setpoint.check.outcome import Status
from setpoint.check.report import Report
from setpoint.contract.file_variables import FileVariables
from setpoint.contract.settings_class import SettingsContract
from setpoint.formats import full
from setpoint.formats.for_people import Style
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered
from support.checking import checked, marks, run, run_setpoint
from support.env_texts import texts


class Service(BaseSettings):
    """Settings with a value to get wrong, and one to hide."""

    port: int = 80
    host: str = ""
    api_key: SecretStr = SecretStr("")


def _codes(report: Report) -> list[str]:
    return [f"{each.code}:{each.location.line if each.location else ''}" for each in report.diagnostics]


REACHES = {
    "the next variable": ("# setpoint: ignore=SP301 the sidecar reads it\nOTHER=1\n", []),
    "by name": ("# setpoint: ignore=unknown-variable the sidecar reads it\nOTHER=1\n", []),
    "in small letters, without blanks": ("#setpoint:ignore=sp301 the sidecar reads it\nOTHER=1\n", []),
    "with blanks around everything": ("  # setpoint:  ignore = SP301   why\t \nOTHER=1\n", []),
    "over a comment and an empty line": ("# setpoint: ignore=SP301 why\n\n# more\nOTHER=1\n", []),
    "with the line ends of Windows": ("# setpoint: ignore=SP301 why\r\nOTHER=1\r\n", []),
    "with line ends of old": ("# setpoint: ignore=SP301 why\rOTHER=1\r", []),
    "two rules": ("# setpoint: ignore=SP301, SP103 why\nOTHER=1\n", ["SP110:1"]),
    "two rules on one variable": ("HOST=1\n# setpoint: ignore=SP103,SP104 why\nHOST=a${X}\n", []),
    "two comments": ("HOST=1\n# setpoint: ignore=SP103 why\n# setpoint: ignore=SP104 why\nHOST=a${X}\n", []),
    "the second comment for the same": (
        "# setpoint: ignore=SP301 why\n# setpoint: ignore=SP301 why\nOTHER=1\n",
        ["SP110:2"],
    ),
    "a value over several lines": ('# setpoint: ignore=SP104 why\nHOST="a\n${X}\n${Y}"\n', []),
    "a line that cannot be read": ("# setpoint: ignore=SP101 why\nOTHER 1\n", []),
    "a placeholder, though it is an error": ("# setpoint: ignore=SP403 a test\nHOST=changeme\n", []),
    "the next variable alone": ("# setpoint: ignore=SP301 why\nOTHER=1\nMORE=1\n", ["SP301:3"]),
    "not the variable before": ("OTHER=1\n# setpoint: ignore=SP301 why\n", ["SP301:1", "SP110:2"]),
    "not behind a value": ("OTHER=1 # setpoint: ignore=SP301 why\n", ["SP301:1"]),
    "not another rule": ("# setpoint: ignore=SP104 why\nOTHER=1\n", ["SP110:1", "SP301:2"]),
    "not inside of a value": ('HOST="\n# setpoint: ignore=SP301 why\n"\nOTHER=1\n', ["SP301:4"]),
    "nothing where nothing follows": ("PORT=1\n# setpoint: ignore=SP301 why", ["SP110:2"]),
    "another comment": ("# setpoint: see the guide\n# setpoint ignore=SP301\n# setpoint: ignored\nPORT=1\n", []),
    "what only other programs stumble over": ("# setpoint: ignore=SP203 why\nPORT=1\n", []),
}


@pytest.mark.parametrize(("text", "codes"), REACHES.values(), ids=REACHES.keys())
def test_a_comment_reaches_the_variable_that_follows(text: str, codes: list[str]) -> None:
    """It suppresses what it names there, and nothing else."""
    assert _codes(checked(text, settings_class=Service)) == codes


FAULTS = {
    "no reason": ("ignore=SP301", "the comment gives no reason"),
    "a blank reason": ("ignore=SP301  \t", "the comment gives no reason"),
    "no such rule": ("ignore=SP999 why", "the comment ignores a rule that does not exist"),
    "one of two is no rule": ("ignore=SP301,nothing why", "the comment ignores a rule that does not exist"),
    "the beginning of codes": ("ignore=SP3 why", "the comment ignores a rule that does not exist"),
    "no rule": ("ignore why", "the comment does not say which rule it ignores"),
    "no rule behind the sign": ("ignore= ", "the comment does not say which rule it ignores"),
    "another sign": ("ignore: SP301 why", "the comment does not say which rule it ignores"),
    "a value that is refused": ("ignore=SP401 why", "the comment ignores `SP401`, which cannot be ignored"),
    "a file that is missing": ("ignore=missing-file why", "the comment ignores `SP001`, which cannot be ignored"),
}


@pytest.mark.parametrize(("words", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_comment_that_has_no_effect_says_so(words: str, message: str) -> None:
    """The finding stays, and nobody takes it for settled."""
    report = checked(f"# setpoint: {words}\nOTHER=1\n", settings_class=Service)
    assert [(each.code, each.message) for each in report.diagnostics] == [
        ("SP109", message),
        ("SP301", "no setting reads `OTHER`"),
    ]


def test_a_faulty_comment_is_shown_by_its_place_alone() -> None:
    """No comment is ever shown: people comment out secrets."""
    report = checked("  # setpoint: ignore=SP30l\nOTHER=1\n", settings_class=Service)
    assert full.render(Report("", (), report.diagnostics[:1]), Style(colored=False), quiet=True) == snapshot("""\
warning[SP109]: the comment ignores a rule that does not exist
  --> 1.env:1:1
   |
 1 | ********
   | ^^^^^^^^
   = hint: did you mean `SP301`?
""")


def test_a_suppressed_error_no_longer_fails() -> None:
    """That is what the reason is for."""
    assert checked("PROT=1\n", settings_class=Service).status is Status.FAILED
    assert (
        checked("# setpoint: ignore=SP301 it is for `prot`\nPROT=1\n", settings_class=Service).status is Status.PASSED
    )


class Needy(FileVariables):
    """It does not start without its token."""

    model_config = SettingsConfigDict(env_file="1.env")

    token: SecretStr
    api_key: SecretStr = SecretStr("")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("# setpoint: ignore=SP301 why\nTOKNE=x1y2\n", ["SP301"]),
        ("# setpoint: ignore=SP101 why\nTOKEN\n", ["SP101"]),
        ("# setpoint: ignore=SP406 why\nTOKEN_FILE=nowhere\n", ["SP406"]),
        ("TOKEN=x1y2\n# setpoint: ignore=SP406 why\nAPI_KEY_FILE=nowhere\n", ["SP406"]),
        ("# setpoint: ignore=SP301 why\nTOKNE=x1y2\nTOKEN_FILE=nowhere\n", ["SP406"]),
    ],
)
def test_why_nothing_starts_is_told_whatever_comments_say(
    text: str, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment cannot make the class take what it does not take."""
    monkeypatch.chdir(tmp_path)
    Path("1.env").write_text(text)
    report = check(of_a_start(SettingsContract.of(Needy), {}, Project(tmp_path)))
    assert [each.code for each in report.diagnostics] == codes
    assert report.status is Status.FAILED
    everything = Project(tmp_path, deselected=("SP301", "SP406"))
    subject = of_a_start(SettingsContract.of(Needy), {}, everything)
    assert as_chosen(check(subject), [subject], chosen_selection(everything)).status is Status.FAILED


def test_each_file_has_comments_of_its_own() -> None:
    """A comment says nothing about the same line of another file."""
    report = checked("# setpoint: ignore=SP301 why\nOTHER=1\n", "\nOTHER=1\n", settings_class=Service)
    assert marks(report) == ["2.env:2:1-2:6 warning SP301 unknown-variable OTHER"]


def _as_each(text: str, *loaders: str) -> Report:
    contract = SettingsContract.of(Service)
    files = [parse_env_file("a.env", text.encode(), {}, loader) for loader in loaders]
    return check_together([Subject(contract, Gathered((file,))) for file in files])


def test_a_comment_is_unused_only_if_no_program_needs_it() -> None:
    """python-dotenv takes a comment behind a value away, docker hands it over."""
    text = "# setpoint: ignore=SP201,SP401 docker is not used for this\nHOST=a # b\n"
    assert _codes(_as_each(text, "python-dotenv", "docker")) == ["SP109:1", "SP201:2"]
    text = text.replace(",SP401", "")
    assert _codes(_as_each(text, "python-dotenv", "docker")) == []
    assert _codes(_as_each(text, "docker", "python-dotenv")) == []
    assert _codes(_as_each(text.replace("SP201", "SP103"), "docker", "python-dotenv")) == ["SP110:1", "SP201:2"]


def test_a_start_and_a_check_suppress_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the check lets pass starts; what would end the start cannot be suppressed."""
    path = tmp_path / "a.env"
    path.write_text("# setpoint: ignore=SP403 a test\nHOST=changeme\n")

    class Started(Service):
        model_config = SettingsConfigDict(env_file=path)

    monkeypatch.delenv("PORT", raising=False)
    assert load(Started).host == "changeme"
    path.write_text("# setpoint: ignore=SP401 a test\nPORT=x\n")
    with pytest.raises(SystemExit):
        load(Started)


@given(texts, st.lists(st.sampled_from(["SP301", "SP104,SP101", "SP401", "no", "SP103"]), max_size=3))
def test_a_comment_never_hides_more_than_the_rules_that_it_names(text: str, words: list[str]) -> None:
    """Whatever the file looks like: any other comments in the same place change nothing but that."""
    named = {"SP109", "SP110", *(code for each in words if each != "SP401" for code in each.split(","))}
    comments = "".join(f"# setpoint: ignore={each} why\n" for each in words)
    others = "".join(f"# set--point: ignore={each} why\n" for each in words)
    with_them, without = (checked(head + text, settings_class=Service) for head in (comments, others))
    assert _others(with_them, named) == _others(without, named)


def _others(report: Report, named: set[str]) -> list[str]:
    return [mark for mark in marks(report) if not any(f" {code} " in mark for code in named)]


def test_thousands_of_comments_take_no_time_to_speak_of() -> None:
    """A stranger's file may be made of them, before a value of thousands of lines."""
    words = ",".join(["SP301"] * 32)
    comments = f"# setpoint: ignore={words} why\n" * 1000
    value = "a\n" * 1000
    started = time.process_time()
    report = checked(f'{comments}HOST="{value}"\n', settings_class=Service)
    assert len(report.diagnostics) == 1000
    assert time.process_time() - started < 2


def test_a_check_of_a_start_fails_like_the_start_whatever_the_project_ignores(tmp_path: Path) -> None:
    """The project's choice is about what it wants to hear; of files for another machine it may ignore anything."""
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "a:Settings"\nignore = ["SP302"]\n')
    lines = ["from pydantic_settings import BaseSettings", "class Settings(BaseSettings):", "    port: int", ""]
    (tmp_path / "a.py").write_text("\n".join(lines))
    (tmp_path / "empty.env").touch()
    assert run_setpoint("check", cwd=tmp_path).returncode == 1
    assert run_setpoint("check", "--ignore", "SP302", cwd=tmp_path).returncode == 0
    assert run_setpoint("check", "empty.env", cwd=tmp_path).returncode == 0
    started = run([sys.executable, "-c", "from setpoint import load; from a import *; load(Settings)"], {}, tmp_path)
    assert started.returncode == 78
    assert b"SP302" in started.stderr
