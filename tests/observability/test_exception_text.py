"""What is told of an exception: its text without any secret, and the whole statement that raised it."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import orjson
import pytest
from inline_snapshot import snapshot
from pydantic import BaseModel, field_validator

from observability.exception_text import (
    described,
    fields_of,
    public_text,
    related,
    show_exception_texts,
)
from observability.known_secrets import remember_secret, secrets_of_its_own

CANARY = "canary-Xy7-of-a-value"


@pytest.fixture(autouse=True)
def _memory_of_its_own() -> Iterator[None]:
    with secrets_of_its_own():
        yield


@pytest.fixture
def withheld() -> Iterator[None]:
    show_exception_texts("withheld")
    yield
    show_exception_texts("masked")


def _raised_by(failing: Callable[[], object]) -> BaseException:
    try:
        failing()
    except BaseException as error:  # noqa: BLE001 - it is the subject
        return error
    raise AssertionError(failing)


class Example(BaseModel):
    """A model that refuses the canary in two ways."""

    port: int
    name: str

    @field_validator("name")
    @classmethod
    def _refuse(cls, value: str) -> str:
        message = f"bad name {value}"
        raise ValueError(message)


def _insert() -> None:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"insert into {CANARY}")
    finally:
        connection.close()


QUOTING: dict[str, tuple[Callable[[], object], str]] = {
    "pydantic": (
        lambda: Example.model_validate({"port": CANARY, "name": CANARY}),
        "pydantic_core._pydantic_core.ValidationError: 2 errors for Example: port: int_parsing; name: value_error",
    ),
    "json": (lambda: json.loads(CANARY), "json.decoder.JSONDecodeError: Expecting value: line 1 column 1"),
    "orjson": (
        lambda: orjson.loads(CANARY),
        "orjson.JSONDecodeError: unexpected character, expected a JSON value: line 1 column 1",
    ),
    "JSON Schema": (
        lambda: jsonschema_rs.validate({"properties": {"a": {"type": "integer"}}}, {"a": CANARY}),
        "jsonschema_rs.ValidationError: properties/a/type at /a",
    ),
    "SQLite": (_insert, "sqlite3.OperationalError: SQLITE_ERROR"),
    "bytes that are no text": (
        lambda: f"{CANARY}\xff".encode("latin-1").decode(),
        "UnicodeDecodeError: utf-8 fails at position 21: invalid start byte",
    ),
    "a command": (
        lambda: subprocess.run([sys.executable, "-c", f"'{CANARY}'; exit(3)"], check=True),
        f"subprocess.CalledProcessError: {sys.executable} ended with status 3",
    ),
}


@pytest.mark.parametrize(("failing", "told"), QUOTING.values(), ids=QUOTING)
def test_what_quotes_its_input_tells_its_safe_parts(failing: Callable[[], object], told: str) -> None:
    """Though nobody has said that the input is secret."""
    error = _raised_by(failing)
    assert described(error) == told
    assert CANARY not in str(fields_of(error)["exception.message"])


class _StatementError(Exception):
    """Stands for SQLAlchemy's: statement and parameters in its text, the driver's exception in `orig`."""

    def __init__(self, orig: BaseException | None) -> None:
        super().__init__(f"[SQL: …] [parameters: ('{CANARY}',)]")
        self.orig = orig


class _DriverError(Exception):
    """Stands for psycopg's: values in its text, and a code."""

    sqlstate: str | None = "23505"


class _NoConnectionError(_DriverError):
    """Stands for the one of psycopg that has reached no server, and so has no code."""

    sqlstate = None


_StatementError.__module__, _StatementError.__qualname__ = "sqlalchemy.exc", "StatementError"
_DriverError.__module__, _DriverError.__qualname__ = "psycopg", "Error"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (_DriverError(f"Key (email)=({CANARY}) already exists"), "SQLSTATE 23505"),
        (_StatementError(_DriverError(CANARY)), "psycopg.Error: SQLSTATE 23505"),
        (_NoConnectionError(f"connection to {CANARY}, port 5432 failed: Connection refused"), "Connection refused"),
        (_NoConnectionError(f'password authentication failed for "{CANARY}"'), "password authentication failed"),
        (_StatementError(sqlite3.IntegrityError(CANARY)), "sqlite3.IntegrityError"),
        (_StatementError(None), "a statement failed"),
    ],
)
def test_databases_tell_their_codes(error: BaseException, told: str) -> None:
    """Their texts show statements, parameters, values of columns, and who connects where; kinds go by their base."""
    assert public_text(error) == told
    assert public_text(type("Special", (type(error),), {"__init__": Exception.__init__})(CANARY)) != CANARY


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"invalid literal: '{CANARY}'"),
        KeyError(CANARY),
        OSError(2, "No such file", f"/{CANARY}"),
        RuntimeError(f"https://user:{CANARY}@host/path?token={CANARY}"),
        ConnectionError(f"connection to https://h/?{CANARY} failed: {CANARY[:12]}…"),
        ExceptionGroup("several", [ValueError(CANARY)]),
    ],
)
def test_a_known_secret_is_masked_whoever_words_the_text(error: BaseException) -> None:
    """In the text, in what is quoted of it in the stack, and in notes."""
    remember_secret(CANARY)
    error.add_note(f"the value was {CANARY}")
    told = json.dumps(fields_of(error))
    assert "canary-X" not in told
    assert "********" in told


def test_a_text_that_is_no_secret_is_told() -> None:
    """What is to be found out is what went wrong."""
    assert described(ValueError("POOL_MIN must not exceed POOL_MAX")) == "ValueError: POOL_MIN must not exceed POOL_MAX"


@pytest.mark.usefixtures("withheld")
@pytest.mark.parametrize(
    ("error", "told"), [(ValueError("x"), None), (OSError(2, "x"), "No such file or directory"), (OSError("x"), None)]
)
def test_texts_can_be_withheld(error: BaseException, told: str | None) -> None:
    """For those who want type and place alone."""
    assert public_text(error) == told
    assert "exception.message" not in fields_of(ValueError("x"))


def _raise_over_several_lines(value: int) -> None:
    raise ValueError(  # noqa: TRY003 - it is the subject
        "a text "  # noqa: EM102
        f"about {value}",
    )  # fmt: skip


def _fail_within_an_expression() -> list[int]:
    return [
        int("1"),
        int(
            "x",
        ),
    ]


def test_the_raising_statement_is_shown_whole() -> None:
    """However many lines it has; Python itself shows one."""
    lines = str(fields_of(_raised_by(lambda: _raise_over_several_lines(7)))["exception.stacktrace"]).splitlines()
    at = next(number for number, line in enumerate(lines) if "_raise_over_several_lines" in line and "File" in line)
    assert lines[at + 1 :] == snapshot(
        [
            "    raise ValueError(  # noqa: TRY003 - it is the subject",
            '        "a text "  # noqa: EM102',
            '        f"about {value}",',
            "    )  # fmt: skip",
            "ValueError: a text about 7",
        ]
    )


def test_of_a_longer_statement_the_part_that_failed_is_shown() -> None:
    """That is what was being computed."""
    lines = str(fields_of(_raised_by(_fail_within_an_expression))["exception.stacktrace"]).splitlines()
    assert lines[-4:] == snapshot(
        ["    int(", '        "x",', "    ),", "ValueError: invalid literal for int() with base 10: 'x'"]
    )


def test_a_recursion_is_told_in_bounds() -> None:
    """The last frames say most."""

    def again() -> None:
        again()

    stack = str(fields_of(_raised_by(again))["exception.stacktrace"])
    assert len(stack) <= 8_192
    assert stack.endswith("RecursionError: maximum recursion depth exceeded")


def test_an_exception_without_a_text_is_told_by_its_type() -> None:
    """Also one whose text can't be had."""

    class Unspeakable(Exception):  # noqa: N818 - it is no error of ours
        def __str__(self) -> str:
            raise RuntimeError

    assert described(ValueError()) == "ValueError"
    assert described(Unspeakable()).endswith("Unspeakable")


def test_everything_that_belongs_to_an_exception_is_found_once() -> None:
    """Causes, contexts and members of groups, in circles too."""
    member, context = ValueError(), KeyError()
    group: Any = ExceptionGroup("", [member, member])
    group.__context__, context.__context__ = context, group
    assert [id(each) for each in related(group)] == [id(each) for each in (group, context, member)]
