"""`schema push` and `push` against the real service: what is stored, and how a refusal is told."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.identity import Scope
from setpoint.cli.main import main
from support.service_over_http import ServiceOverHttp
from support.typed_commands import GOOD, SETTINGS, Setpoint


@pytest.fixture
def billing(setpoint: Setpoint) -> Setpoint:
    """Return what types a command, with the contract of the app pushed."""
    assert setpoint("schema", "push", "--app", "billing")[0] == 0
    return setpoint


def test_the_contract_is_pushed_with_its_release(setpoint: Setpoint) -> None:
    """Outside a git repository, the release is the version of the project."""
    assert setpoint("schema", "push", "--app", "billing") == snapshot(
        (0, "billing is now checked against the schema of release 1.0\n", "")
    )
    status, printed, _ = setpoint("schema", "push", "--app", "billing", "--release", "2.0", "--json")
    assert (status, json.loads(printed)["release"]) == (0, "2.0")


def test_the_release_is_what_git_describes(setpoint: Setpoint, project: Path) -> None:
    """It names the commit that is deployed."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"], ["tag", "v7"]):
        subprocess.run([*git, *words], cwd=project, check=True, env={"PATH": os.environ["PATH"], "HOME": str(project)})
    assert "release v7\n" in setpoint("schema", "push", "--app", "billing")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["schema", "push"], snapshot("error: name the app that the contract is for: `--app APP`")),
        (
            ["schema", "push", "--app", "Billing"],
            snapshot("error: `Billing` is not the name of an app, which has lower-case letters, digits and hyphens"),
        ),
        (["schema", "--app", "billing"], snapshot("error: `--app` and `--release` are for `schema push`")),
        (
            ["push", "billing", "prod.env"],
            snapshot("error: `billing` is not an environment; write `APP/ENVIRONMENT`, such as `billing/production`"),
        ),
        (
            ["push", "billing/production@1", "prod.env"],
            snapshot("error: `billing/production@1` names more revisions than this needs; write `billing/production`"),
        ),
        (
            ["schema", "push", "--app", "billing", "--check"],
            snapshot("error: `--check` is for a file, and `schema push` writes none"),
        ),
        (
            ["push", "billing/production", "prod.env", "--based-on", "0"],
            snapshot("setpoint push: error: argument --based-on: `0` is not a number of 1 or more"),
        ),
        (
            ["rollback", "billing/production", "--to", "-1"],
            snapshot("setpoint rollback: error: argument --to: `-1` is not a number of 1 or more"),
        ),
        (
            ["log", "billing/production", "-n", "x"],
            snapshot("setpoint log: error: argument -n/--most: `x` is not a number of 1 or more"),
        ),
        (
            ["push", "billing/production", "-", "-"],
            snapshot("setpoint push: error: standard input can be read only once"),
        ),
    ],
)
def test_words_that_name_nothing_are_a_sentence_and_a_2(setpoint: Setpoint, words: list[str], said: str) -> None:
    """The service is not asked."""
    status, printed, told = setpoint(*words)
    assert (status, printed) == (2, "")
    assert told.splitlines()[-1] == said


def test_a_contract_that_a_revision_does_not_satisfy_is_refused_with_the_list(billing: Setpoint, project: Path) -> None:
    """Unless `--compatibility none` says that it is meant."""
    assert billing("push", "billing/production", "prod.env")[0] == 0
    stricter = "port: int = Field(9000, ge=1000)"
    (project / "stricter_settings.py").write_text(SETTINGS.replace("port: int = 8000", stricter))
    words = ["schema", "push", "--app", "billing", "--settings", "stricter_settings:Billing"]
    assert billing(*words) == snapshot(
        (
            1,
            "",
            """\
error: stored revisions do not satisfy the schema; the compatibility `none` accepts it anyway
  `billing/production@1`: `PORT` is too small
    = hint: expected an integer of 1000 or more
""",
        )
    )
    assert billing(*words, "--compatibility", "none")[0] == 0


def test_a_good_file_becomes_a_revision(billing: Setpoint) -> None:
    """What the contract can't check is said."""
    assert billing("push", "billing/production", "prod.env", "-m", "first") == snapshot(
        (
            0,
            """\
revision 1 of billing/production: 2 variables
valid as far as the schema says; only the app's own class checks fields together
""",
            "",
        )
    )
    assert billing("push", "billing/production", "prod.env") == snapshot(
        (0, "billing/production already has exactly this, as revision 1: 2 variables\n", "")
    )


def test_a_bad_file_is_told_as_check_tells_it(billing: Setpoint, project: Path) -> None:
    """Byte for byte, with the exit status of `check`; nothing is stored."""
    status, printed, told = billing("push", "billing/production", "bad.env")
    assert (status, told) == (1, "nothing was stored\n")
    assert billing("schema", "billing")[0] == 0
    assert billing("check", "--schema", "billing", "bad.env") == (1, printed, "")
    assert printed == snapshot("""\
error[SP401]: `PORT` is not an integer
  --> bad.env:1:6
   |
 1 | PORT=x
   |      ^ expected an integer
error[SP401]: `POOL_MAX` is too large
  --> bad.env:2:10
   |
 2 | POOL_MAX=101
   |          ^^^ expected an integer up to 100
info[SP408]: values are checked as far as the schema says
   = only the settings class checks fields together
   = hint: check with the class itself where it can be imported

2 errors and 1 info in bad.env (3 variables, read as python-dotenv reads them)
""")
    assert billing("log", "billing/production")[1] == ""
    assert sorted(each.name for each in project.iterdir() if each.suffix == ".env") == ["bad.env", "prod.env"]


def test_a_refusal_is_json_for_programs(billing: Setpoint) -> None:
    """The JSON of `check`."""
    status, printed, _ = billing("push", "billing/production", "bad.env", "--json")
    report = json.loads(printed)
    assert (status, report["status"]) == (1, "failed")
    assert [each["location"]["line"] for each in report["diagnostics"] if each["severity"] == "error"] == [1, 2]


def test_a_dangerous_name_is_told_in_the_same_form(billing: Setpoint, project: Path) -> None:
    """At its place in the file that was sent."""
    (project / "more.env").write_text(f"{GOOD}LD_PRELOAD=/tmp/kXwvQzmWncRt.so\n")
    assert billing("push", "billing/production", "more.env") == snapshot(
        (
            1,
            """\
warning[SP301]: no setting reads `LD_PRELOAD`
  --> more.env:3:1
   |
 3 | LD_PRELOAD=********
   | ^^^^^^^^^^
   = hint: remove it, or add it to `ignore-variables` in `[tool.setpoint]`
error[dangerous-name]: `LD_PRELOAD` makes programs run code other than their own
  --> more.env:3:1
   |
 3 | LD_PRELOAD=********
   | ^^^^^^^^^^
   = hint: leave it out, or allow dangerous names explicitly
info[SP408]: values are checked as far as the schema says
   = only the settings class checks fields together
   = hint: check with the class itself where it can be imported

1 error, 1 warning and 1 info in more.env (3 variables, read as python-dotenv reads them)
""",
            "nothing was stored\n",
        )
    )
    status, printed, _ = billing("push", "billing/production", "more.env", "--allow-dangerous-names")
    assert (status, printed.splitlines()[0]) == (0, "revision 1 of billing/production: 3 variables")


def test_what_the_service_never_takes_is_told_beside_all_else(billing: Setpoint, project: Path) -> None:
    """Nobody has to push a second time to learn of it."""
    (project / "more.env").write_text("PORT=x\nA='open\nLD_PRELOAD=/tmp/x.so\nAPI_TOKEN=********\nB.C=1\n")
    status, printed, _ = billing("push", "billing/production", "more.env", "--json")
    told = {
        (each["code"], each["location"] and each["location"]["line"]) for each in json.loads(printed)["diagnostics"]
    }
    assert status == 1
    assert told >= {("SP401", 1), ("SP102", 2), ("dangerous-name", 3), ("masked-value", 4), ("name-not-allowed", 5)}


def test_a_value_that_would_be_lost_is_refused(billing: Setpoint, project: Path) -> None:
    """`check` warns of it; the service takes no second value."""
    (project / "twice.env").write_text(f"PORT=1\n{GOOD}")
    status, printed, _ = billing("push", "billing/production", "twice.env")
    assert status == 1
    assert "error[SP103]" in printed


def test_a_file_that_is_not_there_is_a_2(billing: Setpoint) -> None:
    """As with `check`; nothing is stored."""
    status, printed, _ = billing("push", "billing/production", "prod.env", "absent.env")
    assert status == 2
    assert "absent.env" in printed


def test_later_files_lie_over_earlier_ones(billing: Setpoint, project: Path) -> None:
    """As with `check`."""
    (project / "more.env").write_text("PORT=81\nRATIO=0.5\n")
    assert billing("push", "billing/production", "prod.env", "more.env")[0] == 0
    pulled = json.loads(billing("pull", "billing/production", "--json")[1])["variables"]
    assert {name: each["value"] for name, each in pulled.items()} == {
        "PORT": "81",
        "API_KEY": "kXwvQzmWncRt",
        "RATIO": "0.5",
    }


def test_standard_input_is_a_file(billing: Setpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """`setpoint pull a/b | sed … | setpoint push a/c -`."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert billing("push", "billing/staging", "-")[0] == 0


@pytest.mark.parametrize("words", [["--loader", "docker"], []])
def test_a_file_is_read_by_the_program_that_is_named(billing: Setpoint, project: Path, words: list[str]) -> None:
    """By `--loader`, or by the project."""
    if not words:
        with (project / "pyproject.toml").open("a") as stream:
            stream.write('loaders = ["docker"]\n')
    (project / "quoted.env").write_text(f"{GOOD}MOTTO='a b'\n")
    assert billing("push", "billing/production", "quoted.env", *words)[0] == 0
    pulled = json.loads(billing("pull", "billing/production", "--json")[1])["variables"]
    assert pulled["MOTTO"]["value"] == "'a b'"


def test_a_dry_run_stores_nothing(billing: Setpoint) -> None:
    """And says what would happen."""
    assert billing("push", "billing/production", "prod.env", "--dry-run") == snapshot(
        (
            0,
            """\
billing/production would get a new revision; nothing was stored
valid as far as the schema says; only the app's own class checks fields together
""",
            "",
        )
    )
    assert billing("log", "billing/production")[1] == ""


def test_a_file_made_from_an_older_revision_is_refused(billing: Setpoint, project: Path) -> None:
    """Somebody else's change would be lost."""
    assert billing("push", "billing/production", "prod.env")[0] == 0
    (project / "more.env").write_text(f"{GOOD}RATIO=0.25\n")
    assert billing("push", "billing/production", "more.env", "--based-on", "1")[0] == 0
    assert billing("push", "billing/production", "prod.env", "--based-on", "1") == snapshot(
        (1, "", "error: `billing/production` is at revision 2; read it and decide again\n")
    )
    assert json.loads(billing("push", "billing/production", "prod.env", "--based-on", "1", "--json")[1])["current"] == 2


def test_an_app_without_a_contract_says_how_to_bring_it(setpoint: Setpoint) -> None:
    """It is the first step that people forget."""
    assert setpoint("push", "billing/production", "prod.env") == snapshot(
        (1, "", "error: `billing` has no schema; `setpoint schema push --app billing` stores one\n")
    )


def test_a_token_that_may_not_write_is_told_so(
    billing: Setpoint, service: ServiceOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the scope that it lacks."""
    token = service.token(Scope.CONFIG_READ)
    monkeypatch.setenv("SETPOINT_TOKEN", token)
    status, printed, told = billing("push", "billing/production", "prod.env")
    assert (status, printed) == (1, "")
    assert told.replace(token[3:15], "ID") == snapshot("error: the token `ID` lacks `config:write` here\n")


@pytest.mark.usefixtures("billing")
def test_both_programs_have_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m config push` is for the service's own configuration."""
    assert main(["apps"], program="python -m config", settings="config.settings:Settings") == 0
    assert "billing" in capsys.readouterr().out
