"""An app adds rules of its own, which every check and every start of it applies."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from support.checking import run, run_setpoint

SETTINGS = """\
from typing import Literal

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Pool(BaseModel):
    size: int = 5
    spare: int = 0


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BILL_", env_nested_delimiter="__", env_file=".env")

    pool: Pool = Pool()
    plan: Literal["free", "paid"] = "free"
    token: SecretStr = SecretStr("")
    webhook: str = ""
"""

CHECKS = '''\
"""What billing wants of its configuration beyond what one setting can say."""

from collections.abc import Iterator

from setpoint import Severity, Violation, rule

from bill.settings import Settings


@rule("BILL001", "pool-beyond-plan", Severity.ERROR)
def pool_beyond_plan(settings: Settings) -> Iterator[Violation]:
    """Report a pool that the plan does not pay for.

    Why it matters: the database refuses the connections in the busiest hour.

    Bad:
        BILL_POOL__SIZE=50

    Good:
        BILL_POOL__SIZE=5
    """
    if settings.plan == "free" and settings.pool.size > 10:
        yield Violation(
            "the free plan has 10 connections", "pool.size", label="expected 10 or less", hint="or set `BILL_PLAN=paid`"
        )


@rule("BILL002", "webhook-without-token", Severity.WARNING)
def webhook_without_token(settings: Settings) -> Iterator[Violation]:
    """Report a webhook that nobody signs."""
    if settings.webhook and settings.token.get_secret_value() != "":
        yield Violation(f"the token {settings.token.get_secret_value()} is put into a webhook", "webhook")


@rule("BILL003", "free-plan", Severity.WARNING, for_deploy=True)
def free_plan(settings: Settings) -> Iterator[Violation]:
    """Report the free plan."""
    if settings.plan == "free":
        yield Violation("the free plan is not for production", "plan")
'''

RULE = "from setpoint import *\n@rule('BILL001', 'a', Severity.ERROR)\ndef a(settings):\n"
PROJECT = '[tool.setpoint]\nsettings = "bill.settings:Settings"\nrules = "bill.checks"\n'


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Return the folder of an app with rules of its own."""
    package = tmp_path / "bill"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "settings.py").write_text(SETTINGS)
    (package / "checks.py").write_text(CHECKS)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return tmp_path


def _check(app: Path, content: str, *words: str) -> tuple[int, list[str]]:
    """Return the exit status of a check and what it found, a line each."""
    (app / "prod.env").write_text(content)
    ended = run_setpoint("check", "prod.env", "--format", "json", *words, cwd=app)
    report = json.loads(ended.stdout)
    return ended.returncode, [_line(each) for each in report["diagnostics"]]


def _line(found: dict[str, Any]) -> str:
    line = found["location"] and found["location"]["line"]
    return f"{line} {found['severity']} {found['code']} {found['variable']}: {found['message']}"


def test_a_rule_of_the_apps_own_is_reported_at_its_setting(app: Path) -> None:
    """It looks at typed values, and is shown as any other rule."""
    status, found = _check(app, "# why\nBILL_POOL__SIZE=50\n")
    assert (status, found) == (1, ["2 error BILL001 BILL_POOL__SIZE: the free plan has 10 connections"])
    ended = run_setpoint("check", "prod.env", cwd=app)
    assert ended.stdout.decode().splitlines()[:6] == [
        "error[BILL001]: the free plan has 10 connections",
        "  --> prod.env:2:17",
        "   |",
        " 2 | BILL_POOL__SIZE=50",
        "   |                 ^^ expected 10 or less",
        "   = hint: or set `BILL_PLAN=paid`",
    ]
    assert _check(app, "BILL_POOL__SIZE=50\nBILL_PLAN=paid\n") == (0, [])


def test_a_setting_that_nobody_set_is_not_shown_at_its_neighbour(app: Path) -> None:
    """A rule can object to a default, and the line of another setting has nothing to do with it."""
    path = app / "bill" / "settings.py"
    path.write_text(path.read_text().replace("size: int = 5", "size: int = 50"))
    assert _check(app, "BILL_POOL__SPARE=1\n")[1] == [
        "None error BILL001 BILL_POOL__SIZE: the free plan has 10 connections"
    ]
    assert _check(app, 'BILL_POOL={"spare": 1}\n')[1] == ["1 error BILL001 BILL_POOL: the free plan has 10 connections"]


@pytest.mark.parametrize("form", ["sarif", "junit", "gitlab", "github", "concise"])
def test_every_format_knows_rules_of_the_apps_own(app: Path, form: str) -> None:
    """Those for programs list the rules that they name."""
    (app / "prod.env").write_text("BILL_POOL__SIZE=50\n")
    ended = run_setpoint("check", "prod.env", "--format", form, cwd=app)
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert b"BILL001" in ended.stdout


def test_a_rule_about_what_is_invalid_is_not_applied_and_says_so(app: Path) -> None:
    """The others are, so that everything is found at once."""
    status, found = _check(app, "BILL_PLAN=none\nBILL_TOKEN=s3cr3tvalue\nBILL_WEBHOOK=x\n")
    assert status == 1
    assert found == [
        "1 error SP401 BILL_PLAN: `BILL_PLAN` is not one of the allowed values",
        "3 warning BILL002 BILL_WEBHOOK: the token ******** is put into a webhook",
        "None info BILL001 None: `BILL001` was not applied, because a value that it needs is invalid or missing",
    ]


@pytest.mark.parametrize("look", ["settings.plan % 2", "range(settings.plan)", "f'{settings.plan:>3}'"])
def test_a_rule_that_fails_for_an_invalid_value_is_not_applied(app: Path, look: str) -> None:
    """It is no fault of the rule, whatever it does with the value."""
    (app / "bill" / "checks.py").write_text(f"{RULE} {look}\n yield Violation('a')\n")
    status, found = _check(app, "BILL_PLAN=none\n")
    assert status == 1
    assert [each.split()[2] for each in found] == ["SP401", "BILL001"]


def test_what_a_rule_prints_is_dropped(app: Path) -> None:
    """It may be a secret, and would be inside the report."""
    body = " import sys\n print('hunter2')\n sys.stderr.write('hunter2')\n return []\n"
    (app / "bill" / "checks.py").write_text(RULE + body)
    (app / "prod.env").write_text("BILL_PLAN=paid\n")
    ended = run_setpoint("check", "prod.env", cwd=app)
    assert ended.returncode == 0
    assert b"hunter2" not in ended.stdout + ended.stderr


def test_a_rule_can_be_for_deploys_alone(app: Path) -> None:
    """A setting that nobody set has no place."""
    assert _check(app, "") == (0, [])
    expected = "None warning BILL003 BILL_PLAN: the free plan is not for production"
    assert _check(app, "", "--deploy", "--ignore", "SP") == (0, [expected])


def test_rules_of_the_apps_own_are_chosen_as_others_are(app: Path) -> None:
    """By code, its beginning or by name; on the command line, in the project, and in a comment."""
    content = "BILL_POOL__SIZE=50\nBILL_TOKEN=s3cr3tvalue\nBILL_WEBHOOK=x\n"
    assert _check(app, content, "--ignore", "BILL")[1] == []
    assert len(_check(app, content, "--select", "bill001,webhook-without-token")[1]) == 2
    ended = run_setpoint("check", "prod.env", "--select", "BILL009", cwd=app)
    assert (ended.returncode, ended.stderr) == (2, b"error: no rule is called `BILL009`; did you mean `BILL001`?\n")
    (app / "pyproject.toml").write_text(f'{PROJECT}ignore = ["pool-beyond-plan"]\n')
    assert len(_check(app, content)[1]) == 1
    assert len(_check(app, content, "--ignore", "BILL002")[1]) == 1
    (app / "pyproject.toml").write_text(f'{PROJECT}select = ["BILL009"]\n')
    ended = run_setpoint("check", "prod.env", cwd=app)
    assert ended.returncode == 2
    assert ended.stderr.startswith(b"error: `select` or `ignore` in `[tool.setpoint]`")
    (app / "pyproject.toml").write_text(PROJECT)
    assert _check(app, f"# setpoint: ignore=BILL001 until May\n{content}")[1] == [
        "4 warning BILL002 BILL_WEBHOOK: the token ******** is put into a webhook"
    ]


def test_a_start_refuses_what_a_rule_of_the_apps_own_objects_to(app: Path) -> None:
    """With the same code and words."""
    program = "from setpoint import load; from bill.settings import Settings; print(load(Settings).plan)"
    command = [sys.executable, "-c", program]
    ended = run(command, {"BILL_POOL__SIZE": "50", "PYTHONPATH": "."}, app)
    assert (ended.returncode, ended.stdout) == (78, b"")
    assert ended.stderr.decode().splitlines()[:2] == [
        "error[BILL001]: the free plan has 10 connections",
        "   = expected 10 or less",
    ]
    (app / "pyproject.toml").write_text(f'{PROJECT}ignore = ["BILL001"]\n')
    assert run(command, {"BILL_POOL__SIZE": "50", "PYTHONPATH": "."}, app).returncode == 0
    (app / "pyproject.toml").write_text(f'{PROJECT}ignore = ["SP401"]\n')
    ended = run(command, {"BILL_PLAN": "x", "PYTHONPATH": "."}, app)
    assert (ended.returncode, b"SP401" in ended.stderr) == (78, True)


def test_a_command_is_started_only_if_the_apps_own_rules_agree(app: Path) -> None:
    """`run` checks what `check` does."""
    (app / "prod.env").write_text("BILL_POOL__SIZE=50\n")
    ended = run_setpoint("run", "-f", "prod.env", "--", "echo", "started", cwd=app)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"BILL001" in ended.stderr


@pytest.mark.parametrize("settings", ["Settings()", "load(Settings)"])
def test_rules_may_import_settings_that_cannot_be_had_here(app: Path, settings: str) -> None:
    """Many a module builds its settings when it is imported, and fails where a file of another machine is checked."""
    text = f"{SETTINGS}\n    needed: int\n\n\nfrom setpoint import load\nSETTINGS = {settings}\n"
    (app / "bill" / "settings.py").write_text(text)
    (app / "bill" / "checks.py").write_text(f"import bill.settings\n{RULE} yield Violation('a', 'plan')\n")
    assert _check(app, "BILL_NEEDED=1\nBILL_PLAN=paid\n") == (1, ["2 error BILL001 BILL_PLAN: a"])
    assert run_setpoint("rule", "BILL001", cwd=app).returncode == 0


def test_rules_of_the_apps_own_are_listed_and_explained(app: Path) -> None:
    """From their docstrings, like all others."""
    listed = run_setpoint("rule", cwd=app).stdout.decode().splitlines()
    assert [line.split()[:2] for line in listed if not line.startswith("SP")] == [
        ["BILL001", "pool-beyond-plan"],
        ["BILL002", "webhook-without-token"],
        ["BILL003", "free-plan"],
    ]
    explained = run_setpoint("rule", "bill001", cwd=app).stdout.decode()
    assert explained.startswith("BILL001 pool-beyond-plan (error)\n\nReport a pool that the plan does not pay for.\n")
    assert "BILL_POOL__SIZE=50" in explained


BROKEN = {
    "no such module": ("", "cannot import the rules in `bill.checks`: ModuleNotFoundError"),
    "a module that fails": ("password = 'hunter2'\nraise KeyError(password)\n", "KeyError at "),
    "a code of ours": (
        "from setpoint import *\nrule('SP901', 'a', Severity.ERROR)\n",
        "`SP901` is not a valid rule code; use capital letters other than `SP`, then three digits",
    ),
    "a name that is none": (
        "from setpoint import *\nrule('BILL001', 'A b', Severity.ERROR)\n",
        "`A b` is not a valid",
    ),
    "a code twice": (
        "from setpoint import *\nfor name in 'a', 'b':\n    rule('BILL001', name, Severity.ERROR)(print)\n",
        "the rule BILL001 b is already in the catalogue",
    ),
    "a rule that fails": (
        "from setpoint import *\n@rule('BILL001', 'a', Severity.ERROR)\ndef a(settings):\n settings.nothing\n",
        "`BILL001` fails with AttributeError at ",
    ),
    "a rule that ends the process": (
        "from setpoint import *\n@rule('BILL001', 'a', Severity.ERROR)\ndef a(settings):\n exit('hunter2')\n",
        "`BILL001` fails with SystemExit at ",
    ),
    "a rule that yields a text": (f"{RULE} return ['hunter2']\n", "`BILL001` yields something that is not a `Vio"),
    "a text that is none": (f"{RULE} yield Violation(3)\n", "with an attribute of the wrong type"),
    "a severity that is none": (f"{RULE} yield Violation('a', severity='error')\n", "with an attribute of the wrong"),
    "a setting that is none": (f"{RULE} yield Violation('a', 'nothing')\n", "that the settings class does not have"),
}


@pytest.mark.parametrize(("checks", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_rules_that_cannot_be_applied_are_no_pass(app: Path, checks: str, words: str) -> None:
    """Nobody knows what they would have found; what else is wrong is still reported if it can be."""
    path = app / "bill" / "checks.py"
    if checks:
        path.write_text(checks)
    else:
        path.unlink()
    status, found = _check(app, "BILL_PLAN=paid\n")
    assert status == 2
    assert len(found) == 1
    assert found[0].startswith("None error SP007 None: ")
    assert words in found[0]
    assert "hunter2" not in found[0]
    program = "from setpoint import load; from bill.settings import Settings; load(Settings)"
    ended = run([sys.executable, "-c", program], {"PYTHONPATH": "."}, app)
    assert ended.returncode == 78
    assert words in ended.stderr.decode()
    assert b"Traceback" not in ended.stderr
