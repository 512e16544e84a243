"""What is reported of a check, and where to: `--select`, `--ignore`, `--output`, `--summary-file`."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from setpoint.cli.main import main
from support.checking import run_setpoint

Run = Callable[..., tuple[int, str, str]]

BAD = "PORT=x\nOTHER=1\nHOST=a${NOWHERE}\n"


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run `check` on `prod.env`, in its folder; return exit status, standard output and standard error."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    for name in tuple(os.environ):
        monkeypatch.delenv(name)
    (tmp_path / "prod.env").write_text(BAD)

    def run_check(*words: str) -> tuple[int, str, str]:
        try:
            status = main(["check", "prod.env", *words], program="setpoint", settings="support.keyed_settings:Settings")
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *capsys.readouterr()

    return run_check


def _codes(text: str) -> list[str]:
    return [each["code"] for each in json.loads(text)["diagnostics"]]


@pytest.mark.parametrize(
    ("words", "status", "codes"),
    [
        ([], 1, ["SP401", "SP301", "SP104"]),
        (["--select", "SP3"], 0, ["SP301"]),
        (["--select", "sp3,undefined-reference"], 0, ["SP301", "SP104"]),
        (["--select", "SP301", "--select", "SP401"], 1, ["SP401", "SP301"]),
        (["--ignore", "SP401"], 0, ["SP301", "SP104"]),
        (["--ignore", "invalid-value,SP1"], 0, ["SP301"]),
        (["--ignore", "SP"], 0, []),
        (["--select", "SP4,SP3", "--ignore", "SP301"], 1, ["SP401"]),
        (["--ignore", "SP401", "--fail-on", "warning"], 1, ["SP301", "SP104"]),
    ],
)
def test_rules_are_chosen_by_code_by_its_beginning_or_by_name(
    check: Run, words: list[str], status: int, codes: list[str]
) -> None:
    """What is not reported does not fail the check either."""
    got, out, _ = check("--format", "json", *words)
    assert (got, _codes(out)) == (status, codes)
    assert json.loads(out)["exit_status"] == status


def test_what_is_missing_is_told_though_its_misspelling_is_ignored(tmp_path: Path) -> None:
    """The two are one finding only where that one is reported."""
    (tmp_path / "app.py").write_text("from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n port: int\n")
    (tmp_path / "a.env").write_text("PROT=1\n")
    words = ["check", "a.env", "--settings", "app:S", "--format", "json"]
    assert _codes(run_setpoint(*words, cwd=tmp_path).stdout.decode()) == ["SP301"]
    ended = run_setpoint(*words, "--ignore", "SP301", cwd=tmp_path)
    assert (ended.returncode, _codes(ended.stdout.decode())) == (1, ["SP302"])


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("SP499", "no rule is called `SP499`; did you mean `SP4"),
        ("SP9", "no rule is called `SP9`"),
        ("SP301,unknown-varible", "no rule is called `unknown-varible`; did you mean `unknown-variable`?"),
        ("everything", "no rule is called `everything`; `setpoint rule` lists them"),
        ("", "no rule is called ``"),
        ("E501\x1b[31m", "no rule is called `E501\\x1b[31m`"),
    ],
)
@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_rule_that_nobody_knows_is_refused(check: Run, option: str, word: str, complaint: str) -> None:
    """A misspelt code would switch nothing off, or everything."""
    status, out, err = check(option, word)
    assert (status, out) == (2, "")
    assert complaint in err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["chekc"], "there is no `chekc`; did you mean `check`?"),
        (["check", "--loader", "dockr"], "there is no `dockr`; did you mean `docker`?"),
        (["example", "--format", "kubernets"], "there is no `kubernets`; did you mean `kubernetes`?"),
        (["token", "lst"], "there is no `lst`; did you mean `list`?"),
        (["nothing-like-it"], "choose from"),
    ],
    ids=str,
)
def test_a_misspelt_choice_is_answered_with_what_was_meant(
    capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    """Whoever mistypes a command has no use for a list of all."""
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("word", ["SP001", "sp002", "unusable-settings"])
def test_that_nothing_could_be_looked_at_cannot_be_ignored(check: Run, word: str) -> None:
    """It is no finding about the file, but the absence of any."""
    status, out, err = check("--ignore", word)
    assert (status, out) == (2, "")
    assert "cannot be ignored: it says that nothing could be checked" in err


@pytest.mark.parametrize("words", [["--ignore", "SP0"], ["--select", "SP4"], ["--ignore", "SP"]])
def test_a_missing_file_is_reported_whatever_is_chosen(check: Run, words: list[str]) -> None:
    """A 2 is never hidden."""
    status, out, _ = check("nowhere.env", "--format", "json", *words)
    assert (status, "SP001" in _codes(out)) == (2, True)


def test_a_report_can_go_into_a_file(check: Run, tmp_path: Path) -> None:
    """The log of a pipeline then holds the summary alone."""
    status, out, err = check("--format", "junit", "--output", "report.xml")
    assert (status, out) == (1, "")
    assert err == "1 error and 2 warnings in prod.env (3 variables, read as python-dotenv reads them)\n"
    assert (tmp_path / "report.xml").read_text().startswith("<?xml")
    assert check("--output", "report.xml", "--quiet", "--ignore", "SP") == (0, "", "")
    assert (tmp_path / "report.xml").read_text() == ""


def test_a_file_gets_colours_only_on_demand(check: Run, tmp_path: Path) -> None:
    """It may be shown by anything."""
    for words, is_colored in (([], False), (["--color", "always"], True)):
        check("--output", "report.txt", *words)
        assert ("\x1b[" in (tmp_path / "report.txt").read_text()) is is_colored


@pytest.mark.parametrize("option", ["--output", "--summary-file"])
@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("nowhere/report", "error: cannot write `nowhere/report`: No such file or directory\n"),
        ("/dev/full", "error: cannot write `/dev/full`: No space left on device\n"),
        ("prod.env", "error: `prod.env` is one of the files to check; write the report somewhere else\n"),
    ],
)
def test_a_report_that_nobody_gets_is_no_pass(
    check: Run, tmp_path: Path, option: str, path: str, complaint: str
) -> None:
    """The same holds for a slip that would write over what was to be checked."""
    assert check("--ignore", "SP", option, path) == (2, "", complaint)
    assert (tmp_path / "prod.env").read_text() == BAD


@pytest.mark.usefixtures("check")
def test_a_report_never_replaces_the_file_that_is_checked_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is named, and one is read."""
    monkeypatch.setenv("ENV_FILE", "prod.env")
    words = ["check", "--output", str(tmp_path / "prod.env")]
    assert main(words, program="setpoint", settings="config.settings:Settings") == 2
    assert (tmp_path / "prod.env").read_text() == BAD


def test_a_summary_is_put_behind_those_of_other_steps(check: Run, tmp_path: Path) -> None:
    """That is what `$GITHUB_STEP_SUMMARY` is for."""
    (tmp_path / "summary.md").write_text("# before\n")
    status, out, _ = check("--summary-file", "summary.md", "--format", "concise")
    assert (status, out.count("\n")) == (1, 4)
    assert (tmp_path / "summary.md").read_text() == snapshot("""\
# before
### `setpoint check`: failed

1 error and 2 warnings in prod.env (3 variables, read as python-dotenv reads them)

| severity | rule | place | problem |
|---|---|---|---|
| error | SP401 invalid-value | prod.env:1:6 | `PORT` is not an integer<br>expected an integer from 1 to 65535 |
| warning | SP301 unknown-variable | prod.env:2:1 | no setting reads `OTHER`<br>remove it, or add it to `ignore-variables` in `[tool.setpoint]` |
| warning | SP104 undefined-reference | prod.env:3:7 | the value of `HOST` refers to a variable that is not set<br>read as an empty string; set the variable above this line, or add a default: `${NAME:-default}` |

""")  # noqa: E501 - as it is written
