"""How the app's own settings class is asked from outside, whatever it does."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from setpoint.client.class_process import ClassProcess, Outcome, unable
from support.supervised import STRICT, is_running
from support.waiting import eventually

CLASS = ("its_settings:Settings",)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The module of the class, in the folder where it is asked."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "its_settings.py"
    path.write_text(STRICT)
    return path


def ask(*, seconds: float = 60, **variables: str) -> Outcome:
    return ClassProcess(CLASS, seconds=seconds).ask({**os.environ, **variables})


def test_what_the_class_takes_is_accepted(settings: Path) -> None:
    """Nothing speaks against it."""
    assert settings.exists()
    assert ask(POOL_MAX="7") == Outcome()


def test_everything_that_the_class_refuses_is_a_reason(settings: Path) -> None:
    """With the variable where there is one."""
    assert settings.exists()
    assert [each.variable for each in ask(POOL_MIN="x", POOL_MAX="y").reasons] == ["POOL_MAX", "POOL_MIN"]
    assert [each.message for each in ask(POOL_MIN="9").reasons] == ["POOL_MIN must not exceed POOL_MAX"]


def test_a_warning_refuses_where_it_is_to(settings: Path) -> None:
    """As for a command that is started once."""
    twice = settings.with_name("app.env")
    twice.write_text("POOL_MAX=6\nPOOL_MAX=7\n")
    assert ClassProcess(CLASS).ask(os.environ, str(twice)).accepted
    assert [each.variable for each in ClassProcess(CLASS, "warning").ask(os.environ, str(twice)).reasons] == [
        "POOL_MAX"
    ]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise SystemExit(3)", ""),
        ("import os; os._exit(9)", "the check ended with 9"),
        ("import os; os._exit(0)", "the check ended with 0 before it had an answer"),
        ("import os; os.kill(os.getpid(), 9)", "the check was ended by signal 9"),
        ("import time; time.sleep(60)", "the settings class did not answer within 1 s"),
        ("import no_such_module", "no_such_module"),
    ],
)
def test_a_class_that_can_not_be_asked_accepts_nothing(settings: Path, code: str, says: str) -> None:
    """The command would not start either."""
    settings.write_text(code)
    (reason,) = ask(seconds=1 if "sleep" in code else 60).reasons
    assert reason.rule in {"unable", "unusable-settings"}
    assert says in reason.message


NOISY = """
import os, subprocess, sys, threading, time
os.write(1, b"{}")
print("{}")
sys.stdout = None
threading.Thread(target=time.sleep, args=(600,)).start()
with open("left", "w") as stream:
    stream.write(str(subprocess.Popen(["sleep", "600"]).pid))
"""


def test_what_else_the_module_does_neither_spoils_nor_delays_the_answer_and_is_gone_after_it(settings: Path) -> None:
    """Text on standard output, threads, programs that it starts."""
    settings.write_text(NOISY + STRICT)
    assert ask(POOL_MAX="7", seconds=30) == Outcome()
    assert [each.message for each in ask(POOL_MIN="9", seconds=30).reasons] == ["POOL_MIN must not exceed POOL_MAX"]
    eventually(lambda: not is_running(int(Path("left").read_text())))


def test_an_endless_class_ends_when_nobody_waits_for_it(settings: Path) -> None:
    """Or it would go on after the command."""
    settings.write_text("import os, time\nopen('asked', 'w').write(str(os.getpid()))\nwhile True: time.sleep(1)")
    asked = ClassProcess(CLASS)
    with ThreadPoolExecutor() as threads:
        outcome = threads.submit(asked.ask, os.environ)
        pid = int(eventually(lambda: Path("asked").exists() and Path("asked").read_text()))
        asked.give_up()
        assert not outcome.result(30).accepted
    assert not is_running(pid)


def test_what_keeps_python_from_starting_is_the_reason(settings: Path) -> None:
    """And not the place where it gave up."""
    assert settings.exists()
    (reason,) = ask(PYTHONHASHSEED="x").reasons
    assert "PYTHONHASHSEED must be" in reason.message


def test_an_environment_that_no_program_can_have_is_refused(settings: Path) -> None:
    """The kernel refuses to start anything with it."""
    assert settings.exists()
    assert ask(API_KEY="x" * 200_000) == unable("the settings class can't be asked: Argument list too long")


def test_a_contract_has_a_name_and_what_has_none_is_told_so(settings: Path) -> None:
    """A session says which one its instance has."""
    assert ClassProcess(CLASS).digest().startswith("sha256:")
    settings.write_text("raise SystemExit(3)")
    assert ClassProcess(CLASS).digest() == ""
