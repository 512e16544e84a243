"""Where lines go, and what of gunicorn's own records becomes one."""

import errno
import io
import json
import logging
import logging.config
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from observability.exception_text import LOGGED_MARK
from observability.logs.configuration import GunicornRecords, LineHandler, logging_config
from observability.logs.formatters import JsonLineFormatter
from support.gunicorn_process import BACKEND


def _record(message: object = "text", *args: object, **fields: object) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"name": "tests", "levelno": 20, "levelname": "INFO", "msg": message, "args": args, **fields}
    )


def _raised(error: Exception) -> tuple[type[BaseException], BaseException, Any]:
    try:
        raise error
    except type(error) as raised:
        return type(raised), raised, raised.__traceback__


@pytest.mark.parametrize(
    ("template", "args", "message"),
    [
        (
            "Invalid request from ip=10.0.0.1: Invalid HTTP request line: 'GET /?secret'",
            (),
            "Invalid request from ip=10.0.0.1: Invalid HTTP request line",
        ),
        ("Error handling request %s", ("/path?secret",), "Error handling request /path"),
        ("Booting worker with pid: %s", (7,), "Booting worker with pid: 7"),
    ],
)
def test_what_a_client_sent_is_taken_out_of_the_records_of_gunicorn(template: str, args: Any, message: str) -> None:
    """It logs what it refuses and what fails, with query string and headers."""
    record = _record(template, *args)
    assert GunicornRecords().filter(record)
    assert record.getMessage() == message


def test_gunicorn_repeats_no_error_of_a_request() -> None:
    """What the middleware logged within the request is marked, and gunicorn's own record about it is dropped."""
    error = RuntimeError()
    setattr(error, LOGGED_MARK, True)
    assert not GunicornRecords().filter(_record("Error handling request", exc_info=_raised(error)))
    assert GunicornRecords().filter(_record("Error handling request", exc_info=_raised(RuntimeError())))


def test_a_client_that_vanished_is_no_fault_of_the_service() -> None:
    """Gunicorn would log an error with a stack for each connection that timed out."""
    vanished = _raised(OSError(errno.EHOSTUNREACH, "No route to host"))
    assert not GunicornRecords().filter(_record("Socket error processing request.", exc_info=vanished))
    assert GunicornRecords().filter(_record("Socket error processing request.", exc_info=_raised(RuntimeError())))


class _Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, text)


def test_a_full_disk_fails_no_request(capsys: pytest.CaptureFixture[str]) -> None:
    """A log line that can't be written is lost, without a word on standard error."""
    LineHandler(_Full()).emit(_record())
    assert capsys.readouterr() == ("", "")


def test_lines_are_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    """A stream that was opened for ASCII is written as bytes."""
    with (tmp_path / "output").open("w", encoding="ascii") as output:
        handler = LineHandler(output)
        handler.setFormatter(JsonLineFormatter())
        handler.emit(_record("naïve"))
    assert json.loads((tmp_path / "output").read_bytes())["message"] == "naïve"


@pytest.fixture
def _logging_restored() -> Iterator[None]:
    root, gunicorn = logging.getLogger(), logging.getLogger("gunicorn.error")
    before = root.handlers[:], root.level, gunicorn.handlers[:], gunicorn.filters[:]
    yield
    root.handlers[:], _, gunicorn.handlers[:], gunicorn.filters[:] = before
    root.setLevel(before[1])


@pytest.mark.usefixtures("_logging_restored")
def test_everything_but_gunicorns_access_log_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    """A logging configuration switches it on; the app writes a better one."""
    logging.config.dictConfig(logging_config("json", "INFO"))
    for name in ("gunicorn.error", "gunicorn.access", "anything"):
        logging.getLogger(name).info("text")
    lines = [json.loads(line)["logger"] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["gunicorn.error", "anything"]


def test_a_master_that_configures_logging_imports_no_settings_and_no_sdk() -> None:
    """Modules that are imported before gevent has patched the standard library stay unpatched."""
    program = (
        "import sys, observability.logs.configuration;"
        "print({'config', 'pydantic', 'sentry_sdk', 'urllib3', 'gevent', 'flask', 'ssl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=BACKEND, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_an_unknown_format_is_a_mistake_of_the_caller() -> None:
    """The settings allow two."""
    with pytest.raises(KeyError):
        logging_config("yaml", "INFO")
