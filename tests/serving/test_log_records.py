"""What becomes of gunicorn's own records: no line repeats an error or what a client sent."""

import errno
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest

from observability.exception_text import LOGGED_MARK
from serving.log_records import GunicornRecords, gunicorn_logging


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


@pytest.fixture
def _logging_restored() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("", "gunicorn.error", "gunicorn.access")]
    before = [(each, each.handlers[:], each.filters[:], each.level, each.propagate) for each in loggers]
    yield
    for each, handlers, filters, level, propagate in before:
        each.handlers[:], each.filters[:], each.propagate = handlers, filters, propagate
        each.setLevel(level)


@pytest.mark.usefixtures("_logging_restored")
def test_everything_but_gunicorns_access_log_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    """A logging configuration switches it on; the app writes a better one."""
    logging.config.dictConfig(gunicorn_logging("json", "INFO"))
    for name in ("gunicorn.error", "gunicorn.access", "anything"):
        logging.getLogger(name).info("text")
    lines = [json.loads(line)["logger"] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["gunicorn.error", "anything"]
