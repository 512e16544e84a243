"""`check --loader`: what the programs will hand over, and where they differ."""

import json
import time
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.check.checking import check_together
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS
from setpoint.envfile.problem import ProblemKind
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered
from setpoint.sources.reading_on import read_on
from support.checking import run_config, run_setpoint
from support.keyed_settings import KEYS, Settings


def _checked(text: str, *loaders: str) -> Report:
    contract = SettingsContract.of(Settings)
    return check_together(
        [Subject(contract, Gathered((parse_env_file("prod.env", text.encode(), {}, loader),))) for loader in loaders]
    )


def _differences(text: str, *loaders: str) -> list[str]:
    return [each.message for each in _checked(text, *loaders).diagnostics if each.code == "SP201"]


def test_what_a_program_says_twice_of_one_value_names_it_once() -> None:
    """Two places in what is hidden are told as one."""
    found = [each.message for each in _checked('API_TOKEN="$A, $B"\n', "bash", "dash", "docker").diagnostics]
    (told,) = (each for each in found if "it expands to" in each)
    assert told.partition(" (")[2] == "as bash and dash read it)"


def test_what_an_open_quote_swallows_is_also_read_beside_other_programs() -> None:
    """python-dotenv alone is read like this from the beginning; as one of several, once it is compared with them."""
    (file,) = read_on([parse_env_file("prod.env", b"PORT='80\nDEBUG='maybe'\nNAME=x\n", {}, "python-dotenv")], {})
    assert [each.name for each in file.reading.bindings] == ["DEBUG", "NAME"]


@pytest.mark.parametrize(
    ("line", "loaders", "difference"),
    [
        (
            'LOG_FORMAT="json"',
            ["docker", "systemd"],
            (
                '`LOG_FORMAT` is read differently: docker keeps the quotes (`"json"`); '
                "systemd strips the quotes (`json`)"
            ),
        ),
        (
            "SENTRY_DSN='https://k@h/1'",
            ["podman", "bash"],
            "`SENTRY_DSN` is read differently: podman keeps the quotes; bash strips the quotes",
        ),
        (
            "SENTRY_RELEASE=web#5",
            ["node", "systemd", "docker"],
            (
                "`SENTRY_RELEASE` is read differently: node cuts the value off at `#` (`web`); "
                "systemd and docker read it as written (`web#5`)"
            ),
        ),
        (
            "LOG_FORMAT=json # why",
            ["python-dotenv", "systemd"],
            (
                "`LOG_FORMAT` is read differently: python-dotenv cuts the value off at `#` (`json`); "
                "systemd reads the comment as part of the value"
            ),
        ),
        (
            "SENTRY_DSN=https://pa$s@h/1",
            ["docker", "compose"],
            "`SENTRY_DSN` is read differently: docker keeps `$` as is; compose expands what follows `$`",
        ),
        (
            'SENTRY_RELEASE="a\\nb"',
            ["systemd", "node"],
            (
                "`SENTRY_RELEASE` is read differently: systemd keeps `\\n` as two characters (`a\\nb`); "
                "node reads `\\n` as a line end"
            ),
        ),
        (
            "SENTRY_RELEASE=a\\\nLOG_LEVEL=INFO",
            ["systemd", "node"],
            (
                "`SENTRY_RELEASE` is read differently: systemd joins the next line (`aLOG_LEVEL=INFO`); "
                "node keeps the `\\` at the line's end (`a\\`)"
            ),
        ),
        (
            "PORT= 80",
            ["node", "docker"],
            "`PORT` is read differently: node strips the whitespace (`80`); docker keeps the whitespace (` 80`)",
        ),
        (
            "export PORT=80",
            ["docker", "bash"],
            "`PORT` is read differently: docker refuses the file; bash reads it as written (`80`)",
        ),
        (
            "PORT=$(id -u)",
            ["docker", "bash"],
            "`PORT` is read differently: docker keeps `$` as is (`$(id -u)`); bash would run something",
        ),
        (
            "PORT=80\r",
            ["bash", "docker"],
            (
                "`PORT` is read differently: bash keeps an invisible carriage return at the end (`80\\r`); "
                "docker drops a carriage return at the end (`80`)"
            ),
        ),
    ],
)
def test_a_difference_says_who_reads_what(line: str, loaders: list[str], difference: str) -> None:
    """One finding a variable; of a secret it says only how the programs differ."""
    assert _differences(f"{line}\n", *loaders)[:1] == [difference]


def test_a_refused_file_is_compared_as_if_it_were_mended() -> None:
    """That it is refused is said once, and not of every variable; what will be next is said as well."""
    text = "export PORT=80\nLOG_LEVEL=INFO\nLOG_FORMAT='json'\n"
    assert _differences(text, "docker", "node") == [
        "`PORT` is read differently: docker refuses the file; node reads it as written (`80`)",
        "`LOG_FORMAT` is read differently: docker keeps the quotes (`'json'`); node strips the quotes (`json`)",
    ]
    assert [each.code for each in _checked(text, "docker", "node").diagnostics].count("SP202") == 1


@pytest.mark.parametrize("text", ["PORT=80\n", "", "SENTRY_ENVIRONMENT=eu-west.1\nLOG_LEVEL=INFO\n"])
def test_what_all_programs_read_alike_is_no_finding(text: str) -> None:
    """The portable subset passes with every program."""
    assert _checked(text, *LOADERS).diagnostics == ()


def test_a_difference_says_which_reading_breaks_the_settings_and_how_to_write_the_value() -> None:
    """The label is about the settings, the hint about the way out."""
    found = next(
        each for each in _checked('LOG_FORMAT="json"\n', "docker", "systemd").diagnostics if each.code == "SP201"
    )
    assert found.label == "the settings refuse the value that docker would pass on"
    assert found.hint == snapshot(
        "written without quotes right after the `=`, and with nothing after it, all of them read it the same way"
    )


def test_a_secret_that_a_reference_puts_into_a_value_is_not_shown() -> None:
    """Only some programs replace it, and what they read is said of them."""
    text = "SENTRY_DSN=hunter2hunter2\nSENTRY_RELEASE=web-${SENTRY_DSN}\n"
    assert "hunter2" not in str(_checked(text, "docker", "compose"))
    (difference,) = _differences("LOG_LEVEL=INFO\nSENTRY_RELEASE=web-${LOG_LEVEL}\n", "docker", "compose")
    assert "(`web-INFO`)" in difference


def test_where_no_writing_serves_all_the_hint_says_who_can_share_a_file() -> None:
    """A `#` in a value divides the programs."""
    found = _checked("SENTRY_RELEASE=web#5\n", "node", "systemd", "docker").diagnostics[0]
    assert found.hint == snapshot(
        "no single way to write it works for all of them; systemd and docker without quotes, node in single quotes"
    )


def test_what_only_one_program_breaks_says_as_which_it_is_read() -> None:
    """What all of them have in common is said once, and for nobody in particular."""
    report = _checked('LOG_FORMAT="json"\nPORT=x\n', "docker", "systemd")
    assert [each.message for each in report.diagnostics if each.code == "SP401"] == [
        "`LOG_FORMAT` is not one of the allowed values (as docker reads it)",
        "`PORT` is not an integer",
    ]


def test_a_variable_that_no_setting_reads_differs_with_a_warning() -> None:
    """It is another program's, which may not mind."""
    report = _checked('OTHER="x"\n', "docker", "systemd")
    assert [each.severity for each in report.diagnostics if each.code == "SP201"] == ["warning"]


def test_every_kind_of_problem_that_a_loader_has_belongs_to_one_rule() -> None:
    """A kind of no rule would be reported by none, and one of two twice."""
    kinds = [each.problem for each in CATALOGUE.values() if each.problem is not None]
    assert sorted(kinds) == sorted(ProblemKind)


def test_the_command_takes_loaders(tmp_path: Path) -> None:
    """`--loader` may be given more than once, and once each counts."""
    (tmp_path / "prod.env").write_text(f'LOG_FORMAT="json"\nENCRYPTION_KEYS={KEYS}\n')
    words = ("--loader", "docker", "--loader", "systemd", "--loader", "docker", "--format", "json")
    done = run_config("check", str(tmp_path / "prod.env"), *words)
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [source["loader"] for source in report["sources"]] == ["docker", "systemd"]
    assert [each["code"] for each in report["diagnostics"]] == ["SP201", "SP401"]


def test_standard_input_is_read_once_for_all_programs() -> None:
    """Each of them sees the whole of it."""
    words = ("check", "-", "--loader", "docker", "--loader", "systemd", "--format", "concise", "-q")
    done = run_config(*words, stdin=b"PORT=x\n")
    assert done.stdout.decode().count("SP401") == 1


def test_a_project_can_name_its_loaders(tmp_path: Path) -> None:
    """`[tool.setpoint] loaders` is the project's rule."""
    (tmp_path / "pyproject.toml").write_text('[tool.setpoint]\nsettings = "mine:Mine"\nloaders = ["docker"]\n')
    (tmp_path / "mine.py").write_text(
        "from typing import Literal\nfrom pydantic_settings import BaseSettings\n\n\n"
        'class Mine(BaseSettings):\n    mode: Literal["a", "b"] = "a"\n'
    )
    (tmp_path / "prod.env").write_text('MODE="a"\n')
    done = run_setpoint("check", "prod.env", cwd=tmp_path)
    assert done.returncode == 1
    assert b"read as docker reads them" in done.stdout


def test_portable_asks_for_the_subset_that_all_read_alike(tmp_path: Path) -> None:
    """Each finding names the programs that break."""
    (tmp_path / "prod.env").write_text('LOG_FORMAT="json"\n')
    done = run_config("check", str(tmp_path / "prod.env"), "--loader", "portable", "--format", "concise", "-q")
    assert b"error[SP208] `LOG_FORMAT`: docker, podman and kubectl keep quotes; remove the quotes" in done.stdout


def test_thousands_of_differences_take_seconds() -> None:
    """Each must not cost another look at the whole file: 4,000 lines took three minutes."""
    text = "".join(f'NAME_{number}="value {number}"\n' for number in range(4_000))
    started = time.process_time()
    assert len(_differences(text, "docker", "node")) == 4_000
    assert time.process_time() - started < 30
