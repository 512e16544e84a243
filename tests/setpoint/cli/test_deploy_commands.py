"""Commands on the files that deploy an app: units of systemd, which need no YAML."""

import json
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from support.checking import BACKEND, run
from support.deploys import SETTINGS, Typed

PROJECT = """\
[tool.setpoint]
settings = "shop_settings:Shop"
"""
UNIT = """\
[Unit]
Description=Shop

[Service]
ExecStart=/usr/bin/shop
Environment=PORT=http API_TOKEN=canary-of-token HOSST=canary-of-stranger
Environment="LOG_LEVEL=INFO" TAX=0.10
EnvironmentFile=/etc/shop.env
PassEnvironment=HOST
"""


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """A machine's tree with a unit and its env file, and the project of the app beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    found = Typed(tmp_path, capsys)
    found.write(
        {
            "shop_settings.py": SETTINGS,
            "pyproject.toml": PROJECT,
            "etc/systemd/system/shop.service": UNIT,
            "etc/systemd/system/other.service": "[Service]\nExecStart=/usr/bin/other\nEnvironment=COLOR=red\n",
            "etc/shop.env": "DATABASE_URL=postgres://shop:canary-of-url@db/shop\nLOG_LEVEL=DEBUG\n",
        }
    )
    return found


def test_a_unit_is_checked_as_its_process_gets_it(typed: Typed) -> None:
    """Each finding is where the value is written, and names the unit; no value of a secret or a stranger shows."""
    status, out, err = typed("check", "etc/systemd/system/shop.service", "-q")
    assert (status, err) == (1, "")
    assert out == snapshot("""\
error[SP401]: `PORT` is not an integer (in `shop.service`)
  --> etc/systemd/system/shop.service:6:18
   |
 6 | Environment=PORT=http API_TOKEN=******** HOSST=********
   |                  ^^^^ expected an integer from 1 to 65535
error[SP301]: no setting reads `HOSST` (in `shop.service`)
  --> etc/systemd/system/shop.service:6:33
   |
 6 | Environment=PORT=http API_TOKEN=******** HOSST=********
   |                                          ^^^^^ did you mean `HOST`?
   = hint: `HOST` keeps its default
info[SP701]: the value of `HOST` was not checked (in `shop.service`)
  --> etc/systemd/system/shop.service:9:17
   |
 9 | PassEnvironment=HOST
   |                 ^^^^
   = hint: it comes from the environment of the service manager, which is not in the files
""")


def test_a_check_without_files_is_about_the_deploys_of_the_project(typed: Typed) -> None:
    """Each service runs its own settings class; those that no class is named for are not looked at."""
    typed.write(
        {
            "pyproject.toml": PROJECT
            + """
[tool.setpoint.deploys.machine]
files = ["etc/systemd/system/shop.service", "etc/systemd/system/other.service"]
services = {shop = "shop_settings:Shop", other = "shop_settings:Worker"}
"""
        }
    )
    status, out, _ = typed("check", "--format", "json")
    found = [(each["code"], each["variable"], each["services"]) for each in json.loads(out)["diagnostics"]]
    assert (status, found) == snapshot(
        (
            1,
            [
                ("SP302", "DATABASE_URL", ["other.service"]),
                ("SP302", "QUEUE", ["other.service"]),
                ("SP301", "COLOR", ["other.service"]),
                ("SP401", "PORT", ["shop.service"]),
                ("SP301", "HOSST", ["shop.service"]),
                ("SP701", "HOST", ["shop.service"]),
            ],
        )
    )
    told = typed("check", "--format", "concise")[1].splitlines()[-1]
    assert "(7 variables of shop.service and other.service, read as systemd reads them)" in told
    files = ("etc/systemd/system/other.service", "etc/systemd/system/shop.service")
    assert json.loads(typed("check", *files, "--format", "json")[1])["diagnostics"] == json.loads(out)["diagnostics"]
    assert "`QUEUE`" not in typed("check", *files, "--settings", "shop_settings:Shop")[1]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            "[tool.setpoint.deploys]\nfiles = []",
            "`deploys` is not a table of tables: `[tool.setpoint.deploys.production]`",
        ),
        ("[tool.setpoint.deploys.a]", "`deploys.a` names no file; write `files = ["),
        (
            '[tool.setpoint.deploys.a]\nfiles = "x"\nkind = "swarm"',
            '`kind` is not "compose", "systemd" or "kubernetes"',
        ),
        ('[tool.setpoint.deploys.a]\nfiles = "x.yaml"', "cannot read `x.yaml`: it does not exist"),
        (
            '[tool.setpoint.deploys.a]\nfiles = "shop_settings.py"',
            'name it with `kind = "compose"` (or "systemd", "kubernetes") in `[tool.setpoint.deploys.a]`',
        ),
        ('[tool.setpoint.deploys.a]\nfile = "x"', "in `deploys.a`, unknown key `file`; did you mean `files`?"),
        (
            '[tool.setpoint.deploys.a]\nfiles = "x"\nservices = "web"',
            '`services` is not a table of settings classes: `services = {web = "MODULE:CLASS"}`',
        ),
    ],
)
def test_what_is_wrong_with_the_deploys_of_a_project_is_told_with_what_to_write(
    typed: Typed, table: str, told: str
) -> None:
    """Nothing is checked then, and the exit status says so."""
    typed.write({"pyproject.toml": PROJECT + table})
    status, out, err = typed("check")
    assert (status, out) == (2, "")
    assert told in err


def test_read_prints_what_each_process_gets(typed: Typed) -> None:
    """Values of names that sound secret show with `--reveal`; what only the machine knows is not guessed."""
    words = ("read", "--kind", "systemd", "--root", ".", "shop.service", "--settings", "shop_settings:Shop")
    status, out, _ = typed(*words, "--format", "json")
    assert status == 0
    assert json.loads(out)["services"] == snapshot(
        {
            "shop.service": {
                "HOST": {"unknown": "the environment of the service manager"},
                "PORT": "http",
                "API_TOKEN": "********",
                "HOSST": "canary-of-stranger",
                "TAX": "0.10",
                "DATABASE_URL": "********",
                "LOG_LEVEL": "DEBUG",
            }
        }
    )
    assert "canary-of-token" not in out
    _, out, _ = typed(*words, "--format", "json", "--reveal", "--set", "HOST=h")
    assert json.loads(out)["services"]["shop.service"].items() >= {"API_TOKEN": "canary-of-token", "HOST": "h"}.items()
    status, out, err = typed(*words)
    assert (out, err) == snapshot(
        (
            """\
shop.service:
  HOST comes from the environment of the service manager
  PORT="http"
  API_TOKEN=********
  HOSST="canary-of-stranger"
  TAX="0.10"
  DATABASE_URL=********
  LOG_LEVEL="DEBUG"
""",
            "",
        )
    )
    assert typed("read", "--kind", "systemd", "--root", ".", "nowhere.service")[0] == 1


def test_show_says_where_each_value_of_a_process_comes_from(typed: Typed) -> None:
    """What an env file hides, and what is not in the files, is told as well."""
    status, out, err = typed("show", "etc/systemd/system/shop.service")
    assert (status, err) == (0, "")
    assert out == snapshot("""\
DATABASE_URL  ********   etc/shop.env:1:1
PORT          http       etc/systemd/system/shop.service:6:13, refused by the settings class
LOG_LEVEL     DEBUG      etc/shop.env:2:1
              shadows INFO from etc/systemd/system/shop.service:7:14
TAX           0.10       etc/systemd/system/shop.service:7:1
HOST          (unknown)  from the environment of the service manager, which is not in the files
API_TOKEN     ********   etc/systemd/system/shop.service:6:1
no setting reads HOSST at etc/systemd/system/shop.service:6:1
""")


def test_diff_compares_two_deploys_by_type(typed: Typed) -> None:
    """A service is named after the file; values that the class takes for the same are no difference."""
    other = UNIT.replace("TAX=0.10", "TAX=0.1").replace("PORT=http", "PORT=9000")
    typed.write({"etc/systemd/system/new.service": other})
    folder = "etc/systemd/system"
    status, out, _ = typed("diff", f"{folder}/shop.service#shop", f"{folder}/new.service", "--exit-code")
    assert (status, out) == snapshot(
        (
            1,
            """\
~ PORT (compared as text, because the settings class does not take both values)
    - http  etc/systemd/system/shop.service:6:13
    + 9000  etc/systemd/system/new.service:6:13
""",
        )
    )
    assert typed("diff", f"{folder}/shop.service#shup", f"{folder}/new.service")[2] == snapshot(
        "error: the deploy has no service `shup`; did you mean `shop`?\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check", "x.yaml"], "cannot tell which program reads `x.yaml`; name it with `--kind "),
        (["check", "prod.env", "--service", "web"], "`--service` needs a deploy file"),
        (["check", "--kind", "systemd"], "name the files for `--kind systemd`; only compose finds its own"),
        (["read", "prod.env"], "name the program that reads the file: `--loader NAME`, or `--kind NAME`"),
        (["read", "--loader", "docker", "--kind", "compose", "x"], "`--kind` for deploy files; use one of them"),
        (["check", "--root", ".", "other.service", "shop.service", "--service", "shap"], "did you mean `shop`?"),
        (["show", "--root", ".", "ssh.service", "--service", "worker"], "no service `worker`; it has `ssh.service`"),
        (["check", "--kind", "kubernetes", "-"], "kubernetes files can't be read from standard input; save the text"),
        (["read", "--kind", "compose", "-"], "compose files can't be read from standard input; save the text"),
        (["check", "--root", ".", "other.service", "ssh.service"], "choose the one that runs the app: `--service "),
        (["show", "--root", ".", "nowhere.service"], "there is no unit `nowhere.service`, so nothing is deployed"),
    ],
)
def test_words_that_do_not_go_together_are_refused_with_what_to_write(
    typed: Typed, words: list[str], told: str
) -> None:
    """A 2 is never hidden."""
    typed.write({"prod.env": "PORT=1\n", "x.yaml": "a: 1\n"})
    typed.write({"etc/systemd/system/ssh.service": "[Service]\nExecStart=/usr/bin/ssh\n"})
    status, out, err = typed(*words)
    assert (status, out) == (2, "")
    assert told in err


def test_a_class_that_cannot_be_had_is_a_finding_and_keeps_no_other_from_being_reported(typed: Typed) -> None:
    """What is wrong with the unit itself is told as well, and the exit status says that something was not looked at."""
    typed.write({"etc/systemd/system/shop.service": UNIT.replace("PassEnvironment", "PasEnvironment")})
    for settings in (["--settings", "nowhere:Shop"], []):
        typed.write({"pyproject.toml": "[tool.setpoint]\n"})
        status, out, err = typed("check", "etc/systemd/system/shop.service", "--format", "json", *settings)
        found = {each["code"]: each["name"] for each in json.loads(out)["diagnostics"]}
        assert (status, err) == (2, "")
        assert found == {"SP006": "unusable-settings", "SP735": "unknown-directive"}


@pytest.mark.parametrize("kind", ["compose", "kubernetes"])
def test_without_the_extra_it_is_said_what_to_install(typed: Typed, kind: str) -> None:
    """PyYAML is only in the extra `deploys`; units are read without it."""
    typed.write({"web.yaml": "services: {}\n"})
    code = (
        "import sys\nsys.modules['yaml'] = None\nfrom setpoint.cli.main import main\n"
        f"sys.exit(main(['check', 'web.yaml', '--kind', '{kind}']))"
    )
    done = run([sys.executable, "-c", code], {"PYTHONPATH": str(BACKEND)}, typed.folder)
    told = f"error: {kind} files are YAML, and reading YAML needs PyYAML: `pip install pyyaml`\n"
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", told)


def test_a_service_whose_profile_is_off_is_told_with_what_turns_it_on(typed: Typed) -> None:
    """It looks as if it was not there, and a change of it as if it was none."""
    services = "services:\n  web: {image: i, environment: {PORT: 1}}\n"
    shell = "  shell: {image: i, profiles: [debug], environment: {PORT: %s}}\n"
    typed.write({"a.yaml": services + shell % 2, "b.yaml": services + shell % 3, "c.yaml": f"services:\n{shell % 2}"})
    off = "error: `shell` is not started, because its profile is off; `--profile debug` turns it on\n"
    assert typed("diff", "a.yaml", "b.yaml") == (
        0,
        "",
        "note: no enabled profile starts `shell` (`--profile debug`)\n",
    )
    assert typed("diff", "a.yaml#web", "b.yaml#web") == (0, "", "")
    for words in (["check", "a.yaml", "--service", "shell"], ["check", "c.yaml"], ["show", "c.yaml"]):
        assert typed(*words) == (2, "", off)
    assert typed("diff", "a.yaml#shell", "b.yaml#shell", "--profile", "debug")[1].startswith("~ PORT\n")
