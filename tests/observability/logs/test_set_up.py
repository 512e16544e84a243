"""A process that is set up writes lines alone, whatever goes wrong in it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.keyed_settings import KEYS

_BACKEND = Path(__file__).parents[3] / "backend"
_SET_UP = """
import gc, logging, sys, threading, warnings
from config.settings import Settings
from observability.set_up import set_up_observability
set_up_observability(Settings())
logger = logging.getLogger("program")
"""


def _run(program: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("SENTRY_", "LOG_"))}
    return subprocess.run(
        [sys.executable, "-c", _SET_UP + program],
        env={**quiet, "ENCRYPTION_KEYS": KEYS, **environment},
        cwd=_BACKEND,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _lines(program: str, **environment: str) -> list[dict[str, Any]]:
    ended = _run(program, **environment)
    assert ended.stderr == ""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_the_end_of_the_program_is_a_line() -> None:
    """The traceback that Python would print is in the line, and so is its text unless texts are withheld."""
    (line,) = _lines("raise RuntimeError('the queue is full')")
    assert (line["level"], line["message"]) == ("CRITICAL", "the program ended with an exception")
    assert line["exception.message"] == "the queue is full"
    (line,) = _lines("raise RuntimeError('the queue is full')", EXCEPTION_TEXT="withheld")
    assert "exception.message" not in line
    assert line["exception.stacktrace"].endswith("RuntimeError")


def test_ctrl_c_is_no_error() -> None:
    """Somebody has asked for it."""
    assert _lines("raise KeyboardInterrupt") == []


def test_exceptions_and_warnings_from_everywhere_are_lines() -> None:
    """Threads, destructors and `warnings` go the same way."""
    lines = _lines("""
class Dying:
    def __del__(self): raise ValueError
def fail(): raise OSError(2, "x")
def leave(): sys.exit()
for target in (fail, leave):
    thread = threading.Thread(target=target, name="worker"); thread.start(); thread.join()
Dying(); gc.collect()
warnings.warn("old")
""")
    assert [(line["logger"], line.get("exception.type")) for line in lines] == [
        ("observability.uncaught", "FileNotFoundError"),
        ("observability.uncaught", "ValueError"),
        ("py.warnings", None),
    ]
    assert lines[0]["thread.name"] == "worker"


def test_a_stack_that_is_wanted_is_in_the_line() -> None:
    """It begins where the program asked for it, although no line looks for its caller otherwise."""
    (line,) = _lines("def ask(): logger.info('here', stack_info=True)\nask()")
    assert [place for place in line["stacktrace"].splitlines() if place.startswith("  File")][-1].endswith("in ask")


def test_what_a_filter_adds_to_a_record_is_in_the_line() -> None:
    """That is how Python's logging cookbook adds fields."""
    program = (
        "def add(record): record.tenant = 'a'; return True\nlogger.addFilter(add)\nlogger.info('text', extra={1: 2})"
    )
    (line,) = _lines(program)
    assert {"tenant": "a", "1": 2}.items() <= line.items()


def test_a_field_called_like_an_attribute_of_records_does_not_raise() -> None:
    """Python would raise `KeyError` in the middle of the work that wanted to log it."""
    (line,) = _lines("logger.info('text', extra={'message': 1, 'name': 2, 'asctime': 3, 'own': 4})")
    fields = {"extra.message": 1, "extra.name": 2, "extra.asctime": 3, "own": 4, "message": "text", "logger": "program"}
    assert fields.items() <= line.items()


@pytest.mark.parametrize(("level", "written"), [("DEBUG", 2), ("INFO", 1), ("WARNING", 0)])
def test_the_level_is_that_of_the_settings(level: str, written: int) -> None:
    """For the loggers of all libraries."""
    assert len(_lines("logger.debug('a'); logging.getLogger('gunicorn.error').info('b')", LOG_LEVEL=level)) == written


def test_text_is_for_people() -> None:
    """One line each, too."""
    ended = _run("logger.info('two\\nlines', extra={'n': 1})", LOG_FORMAT="text")
    assert ended.stdout.endswith(" INFO     program: two\\nlines n=1\n")


def test_a_secret_setting_is_in_no_line() -> None:
    """Not even if someone logs it."""
    dsn = "https://0123456789abcdef@localhost/1"
    ended = _run(
        "logger.info('%s', Settings().sentry_dsn.get_secret_value())", SENTRY_DSN=dsn, SENTRY_TRACES_SAMPLE_RATE="0"
    )
    assert "0123456789abcdef" not in ended.stdout + ended.stderr
    assert json.loads(ended.stdout)["message"] == "********"


def test_without_a_dsn_the_sdk_is_not_imported() -> None:
    """Nothing of it is loaded in a process that is set up without a DSN."""
    program = (
        "import sys; from config.settings import Settings; from observability import set_up;"
        "settings = Settings(); set_up.set_up_observability(settings);"
        "set_up.observed(lambda environ, start_response: [], settings);"
        "print([name for name in sys.modules if name.startswith(('sentry_sdk', 'urllib3'))])"
    )
    others = {name: value for name, value in os.environ.items() if not name.startswith("SENTRY_")}
    environment = {**others, "ENCRYPTION_KEYS": KEYS}
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=_BACKEND,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert answer.stdout == "[]\n"
