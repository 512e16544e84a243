"""Where lines go."""

import io
import json
import logging
import logging.config
import subprocess
import sys
from pathlib import Path

import pytest

from observability.logs.configuration import LineHandler, logging_config
from observability.logs.formatters import JsonLineFormatter
from support.gunicorn_process import BACKEND


def _record(message: object = "text", *args: object, **fields: object) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"name": "tests", "levelno": 20, "levelname": "INFO", "msg": message, "args": args, **fields}
    )


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


def test_a_master_that_configures_logging_imports_no_settings_and_no_sdk() -> None:
    """Modules that are imported before gevent has patched the standard library stay unpatched."""
    program = (
        "import sys, serving.log_records;"
        "print({'config', 'pydantic', 'sentry_sdk', 'urllib3', 'gevent', 'flask', 'ssl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=BACKEND, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_an_unknown_format_is_a_mistake_of_the_caller() -> None:
    """The settings allow two."""
    with pytest.raises(KeyError):
        logging_config("yaml", "INFO")
