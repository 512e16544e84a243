"""An app with several settings classes gets one report, and none of them calls the others' variables unknown."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from support.checking import Completed, run, run_setpoint

BILLING = """\
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Billing(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BILLING_")

    url: str
    port: int = 8000
    key: SecretStr = SecretStr("")
"""
MAIL = """\
from pydantic_settings import BaseSettings


class Mail(BaseSettings):
    smtp_host: str
    smtp_port: int = 25
    billing_url: str = ""
"""
GOOD = "BILLING_URL=https://example.org\nBILLING_PORT=8001\nBILLING_KEY=p2Vd91kZsQ\nSMTP_HOST=mail\nSMTP_PORT=26\n"
CANARY = "kXwvQzmWncRt"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Return the folder of an app with two settings classes."""
    (tmp_path / "billing.py").write_text(BILLING)
    (tmp_path / "mail.py").write_text(MAIL)
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = ["billing:Billing", "mail:Mail"]\n')
    return tmp_path


def _checked(app: Path, content: str, *words: str) -> tuple[int, dict[str, Any], list[str]]:
    """Return status, report and findings of a check of `content`."""
    (app / "prod.env").write_text(content)
    ended = run_setpoint("check", "prod.env", "--format", "json", *words, cwd=app)
    report = json.loads(ended.stdout)
    found = [
        f"{each['location']['line'] if each['location'] else '-'} {each['severity']} {each['code']} {each['variable']}"
        for each in report["diagnostics"]
    ]
    return ended.returncode, report, found


def test_variables_of_one_class_are_not_unknown_to_another(app: Path) -> None:
    """One file holds them all."""
    status, report, found = _checked(app, GOOD)
    assert (status, found) == (0, [])
    assert report["settings"] == "billing:Billing, mail:Mail"
    assert report["sources"] == [{"kind": "env-file", "path": "prod.env", "loader": "python-dotenv"}]


def test_each_finding_is_told_once_and_all_of_them_are(app: Path) -> None:
    """Whichever class finds it: what is about the file, what no class knows, and what one class refuses."""
    content = "BILLING_URL=a\nBILLING_URL=b\nSMTP_PROT=1\nBILLING_FOO=1\nOTHER=${NOWHERE}\nSMTP_PORT=x\nBROKEN\n"
    status, _, found = _checked(app, content)
    assert status == 1
    assert found == [
        "2 warning SP103 BILLING_URL",
        "3 error SP301 SMTP_PROT",
        "4 error SP301 BILLING_FOO",
        "5 warning SP301 OTHER",
        "5 warning SP104 OTHER",
        "6 error SP401 SMTP_PORT",
        "7 error SP101 BROKEN",
        "- error SP302 SMTP_HOST",
    ]


def test_several_loaders_and_several_classes_go_together(app: Path) -> None:
    """What programs read differently is told once as well."""
    status, _, found = _checked(app, 'SMTP_HOST="mail"\nBILLING_URL=a\n', "--loader", "docker", "--loader", "node")
    assert (status, found) == (1, ["1 error SP201 SMTP_HOST"])


def test_a_comment_is_of_use_if_it_keeps_one_class_from_objecting(app: Path) -> None:
    """The other class has nothing to ignore there."""
    ignored = "# setpoint: ignore=SP402 on purpose\nSMTP_HOST=\nBILLING_URL=a\n"
    assert _checked(app, ignored)[2] == []
    unused = "# setpoint: ignore=SP402 on purpose\nSMTP_HOST=mail\nBILLING_URL=a\n"
    assert _checked(app, unused)[2] == ["1 warning SP110 None"]


def test_a_secret_of_one_class_is_a_secret_for_all(app: Path) -> None:
    """`Mail` calls the same variable no secret."""
    (app / "mail.py").write_text(f"{MAIL}    billing_key: int = 0\n")
    (app / "prod.env").write_text(f"BILLING_URL=a\nSMTP_HOST=b\nBILLING_KEY={CANARY}\n")
    for words in (["check", "prod.env"], ["show", "prod.env"], ["explain", "BILLING_KEY", "prod.env"]):
        ended = run_setpoint(*words, cwd=app)
        assert CANARY[:6] not in (ended.stdout + ended.stderr).decode()


def test_the_classes_can_be_named_on_the_command_line(app: Path) -> None:
    """Once for each, in place of what the project names."""
    only = _checked(app, GOOD, "--settings", "billing:Billing")
    assert [each.split()[2] for each in only[2]] == ["SP301", "SP301"]
    assert _checked(app, GOOD, "--settings", "mail:Mail", "--settings", "billing:Billing")[2] == []


def test_a_class_that_cannot_be_had_hides_nothing_of_the_others(app: Path) -> None:
    """The status is 2, and what is wrong with the other class's values is told."""
    (app / "mail.py").unlink()
    status, report, found = _checked(app, "BILLING_PORT=x\n")
    assert (status, report["status"]) == (2, "unable")
    assert found == ["1 error SP401 BILLING_PORT", "- error SP006 None", "- error SP302 BILLING_URL"]


def test_show_lists_what_each_class_reads(app: Path) -> None:
    """And once what none of them does."""
    (app / "prod.env").write_text(f"{GOOD}OTHER=1\n")
    assert run_setpoint("show", "prod.env", cwd=app).stdout.decode() == snapshot("""\
billing:Billing:
BILLING_URL   https://example.org  prod.env:1:1
BILLING_PORT  8001                 prod.env:2:1
BILLING_KEY   ********             prod.env:3:1

mail:Mail:
SMTP_HOST    mail                 prod.env:4:1
SMTP_PORT    26                   prod.env:5:1
BILLING_URL  https://example.org  prod.env:1:1

no setting reads OTHER at prod.env:6:1
""")
    shown = json.loads(run_setpoint("show", "prod.env", "--format", "json", cwd=app).stdout)
    assert shown["settings"] == "billing:Billing, mail:Mail"
    assert [(each["name"], each["settings"]) for each in shown["variables"]][2:4] == [
        ("BILLING_KEY", "billing:Billing"),
        ("SMTP_HOST", "mail:Mail"),
    ]
    assert [each["name"] for each in shown["unknown"]] == ["OTHER"]


def test_explain_finds_the_class_that_reads_a_variable(app: Path) -> None:
    """Nobody has to know which one does."""
    (app / "prod.env").write_text(GOOD)
    assert b"SMTP_PORT is 26 (prod.env:5:1)" in run_setpoint("explain", "SMTP_PORT", "prod.env", cwd=app).stdout
    unknown = run_setpoint("explain", "SMTP_PROT", cwd=app)
    assert unknown.stderr.decode() == snapshot("""\
error: `billing:Billing` and `mail:Mail` read no `SMTP_PROT`; did you mean `SMTP_PORT`?
""")


def test_diff_compares_as_each_class_does(app: Path) -> None:
    """Each variable once, and once what no class reads."""
    (app / "old.env").write_text("BILLING_PORT=1\nSMTP_PORT=2\nBILLING_URL=a\nOTHER=1\n")
    (app / "new.env").write_text("BILLING_PORT=01\nSMTP_PORT=3\nBILLING_URL=b\nOTHER=2\n")
    assert run_setpoint("diff", "old.env", "new.env", cwd=app).stdout.decode() == snapshot("""\
~ BILLING_URL
    - a  old.env:3:1
    + b  new.env:3:1
~ SMTP_PORT
    - 2  old.env:2:1
    + 3  new.env:2:1
~ OTHER (no setting reads it; the values differ and are not shown)
    - ********  old.env:4:1
    + ********  new.env:4:1
""")


def test_the_example_and_the_reference_hold_each_variable_once(app: Path) -> None:
    """A copy of the example passes once what is required has a value."""
    example = run_setpoint("example", cwd=app).stdout.decode()
    names = [line.lstrip("#").partition("=")[0] for line in example.splitlines() if "=" in line and "# " not in line]
    assert names == ["BILLING_URL", "BILLING_PORT", "BILLING_KEY", "SMTP_HOST", "SMTP_PORT"]
    filled_in = example.replace("BILLING_URL=", "BILLING_URL=a").replace("SMTP_HOST=", "SMTP_HOST=b")
    assert _checked(app, filled_in)[2] == []
    reference = run_setpoint("docs", cwd=app).stdout.decode()
    assert [line for line in reference.splitlines() if line.startswith("# ")] == [
        "# Settings of `billing:Billing`",
        "# Settings of `mail:Mail`",
    ]


def test_a_contract_is_about_one_class(app: Path) -> None:
    """The service checks against one; which one, the caller says."""
    refused = run_setpoint("schema", cwd=app)
    assert (refused.returncode, refused.stderr.decode()) == (
        2,
        "error: a contract describes one settings class; name it with `--settings MODULE:CLASS`\n",
    )
    assert run_setpoint("schema", "--settings", "mail:Mail", cwd=app).returncode == 0


def test_a_command_is_started_with_the_values_of_all_classes(app: Path) -> None:
    """And only if each class takes them."""
    (app / "good.env").write_text(GOOD)
    (app / "bad.env").write_text(f"{GOOD}SMTP_PORT=x\n")
    command = ["--", sys.executable, "-c", "import os; print(os.environ['BILLING_PORT'], os.environ['SMTP_PORT'])"]
    assert run_setpoint("run", "-f", "good.env", *command, cwd=app).stdout == b"8001 26\n"
    assert run_setpoint("run", "-f", "bad.env", *command, cwd=app).returncode == 1


LOADS = "import setpoint\nfrom billing import Billing\nprint(setpoint.load(Billing).port)\n"


@pytest.mark.parametrize("first", ["", "import mail\n"], ids=["not imported", "imported"])
def test_a_start_calls_no_variable_of_another_class_unknown(app: Path, first: str) -> None:
    """`BILLING_URLS` would be a misspelling if nobody read it."""
    (app / "mail.py").write_text(f"{MAIL}    billing_urls: str = ''\n")
    ended = _started(app, first + LOADS)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"8000\n", b"")


def test_a_start_finds_misspellings_once_all_classes_are_known(app: Path) -> None:
    """No class reads `BILLING_URLS`."""
    assert _started(app, "import mail\n" + LOADS).returncode == 78


def _started(app: Path, program: str) -> Completed:
    variables = {"BILLING_URL": "a", "BILLING_URLS": "b", "SMTP_HOST": "c"}
    return run([sys.executable, "-c", program], variables, app)


RULES = """\
import setpoint
from billing import Billing


@setpoint.rule("BILL001", "odd-port", setpoint.Severity.ERROR)
def odd_port(settings: Billing):
    if settings.port % 2:
        yield setpoint.Violation("the port is odd", "port")
"""


def test_a_rule_of_the_apps_own_looks_at_the_class_that_it_names(app: Path) -> None:
    """`Mail` has no `port`, and the rule would fail there."""
    (app / "checks.py").write_text(RULES)
    assert _checked(app, GOOD, "--rules", "checks")[2] == ["2 error BILL001 BILLING_PORT"]


COMPOSED = """\
from dataclasses import dataclass
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Ui(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="UI_", extra="ignore")
    title: str = "x"


class Db(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DB_", extra="ignore")
    name: str


"""
COMPOSITIONS = {
    "a model": "class App(BaseModel):\n    ui: Ui\n    db: Db\n",
    "a model that is made at import": "class App(BaseModel):\n    ui: Ui = Field(default_factory=Ui)\n"
    "    db: Db = Field(default_factory=Db)\napp = App()\n",
    "a model whose defaults are made at import": "class App(BaseModel):\n    ui: Ui = Ui()\n    db: Db = Db()\n",
    "a dataclass": "@dataclass\nclass App:\n    ui: Ui\n    db: Db | None = None\n",
    "a model of models": "class Inner(BaseModel):\n    db: Db\nclass App(BaseModel):\n    ui: Ui\n    inner: Inner\n",
}


@pytest.mark.parametrize("tail", COMPOSITIONS.values(), ids=COMPOSITIONS.keys())
def test_a_model_of_settings_classes_is_taken_apart(tmp_path: Path, tail: str) -> None:
    """Each of them reads the environment for itself."""
    (tmp_path / "app.py").write_text(COMPOSED + tail)
    named = ("--settings", "app:App")
    assert _checked(tmp_path, "UI_TITLE=a\nDB_NAME=b\n", *named)[2] == []
    status, report, found = _checked(tmp_path, "UI_TITEL=a\nDB_NAM=b\n", *named)
    assert (status, report["settings"]) == (1, "app:Ui, app:Db")
    assert found == ["1 error SP301 UI_TITEL", "2 error SP301 DB_NAM"]


def test_the_line_to_write_is_shown_where_no_class_is_named(tmp_path: Path) -> None:
    """The first thing that a new user meets."""
    (tmp_path / "prod.env").write_text("A=1\n")
    assert run_setpoint("check", "prod.env", cwd=tmp_path).stdout.decode() == snapshot("""\
error[SP006]: no settings class is named
   = hint: write `settings = "MODULE:CLASS"` under `[tool.setpoint]` in pyproject.toml, or use `--settings MODULE:CLASS`

unable to check anything: 1 error
""")


def test_a_class_that_forbids_what_another_one_reads_is_named(tmp_path: Path) -> None:
    """It reads the same env file, and no process would start."""
    head = "from pydantic_settings import BaseSettings\n"
    strict = 'class Strict(BaseSettings, env_file="prod.env", extra="forbid"):\n    port: int = 1\n'
    (tmp_path / "app.py").write_text(f"{head}{strict}class Other(BaseSettings):\n    smtp_host: str = ''\n")
    words = ("--settings", "app:Strict", "--settings", "app:Other")
    status, report, _ = _checked(tmp_path, "SMTP_HOST=mail\n", *words)
    assert (status, [each["message"] for each in report["diagnostics"]]) == (
        1,
        ["no setting of `app:Strict` reads `SMTP_HOST`"],
    )


@pytest.mark.parametrize("classes", [["Strict", "Mail"], ["Mail", "Strict"]], ids=str)
def test_what_was_meant_is_said_though_another_class_forbids_it(tmp_path: Path, classes: list[str]) -> None:
    """Both objections are to one name, and the variable that is missing is named in that of its own class."""
    head = "from pydantic_settings import BaseSettings\n"
    strict = 'class Strict(BaseSettings, env_file=".env", extra="forbid"):\n    port: int = 1\n'
    (tmp_path / "app.py").write_text(f"{head}{strict}class Mail(BaseSettings):\n    smtp_host: str\n")
    words = (word for each in classes for word in ("--settings", f"app:{each}"))
    _, report, _ = _checked(tmp_path, "SMTP_HSOT=mail\n", *words)
    assert [each["hint"] for each in report["diagnostics"]] == [
        "did you mean `SMTP_HOST`? `SMTP_HOST` is required but not set"
    ]


@pytest.mark.parametrize(
    ("files", "status"), [((".port.env", ".mail.env"), 0), ((".env", ".env"), 1)], ids=["one each", "the same"]
)
def test_a_file_stands_in_place_of_the_env_files_of_each_class(
    tmp_path: Path, files: tuple[str, str], status: int
) -> None:
    """Where they share one, each forbids what the other one reads, as it would at a start."""
    head = "from pydantic_settings import BaseSettings\n"
    of_port = f'class Port(BaseSettings, env_file="{files[0]}"):\n    port: int = 1\n'
    of_mail = f'class Mail(BaseSettings, env_file="{files[1]}"):\n    smtp_host: str = ""\n'
    (tmp_path / "app.py").write_text(head + of_port + of_mail)
    words = ("--settings", "app:Port", "--settings", "app:Mail")
    assert _checked(tmp_path, "PORT=2\nSMTP_HOST=mail\n", *words)[0] == status
