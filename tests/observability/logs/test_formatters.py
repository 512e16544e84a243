"""One record is one line, whatever stands in it."""

import json
import logging
import logging.config
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from sentry_sdk.integrations.logging import EventHandler

from observability import known_secrets
from observability.known_secrets import remember_secret, secrets_of_its_own
from observability.logs.formatters import JsonLineFormatter, LineFormatter, TextLineFormatter
from observability.masking import MASK

_FORMATTERS = [JsonLineFormatter(), TextLineFormatter()]


@pytest.fixture(autouse=True)
def _nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any text may be a message here, also one that another test has called a secret of the process."""
    monkeypatch.setattr(known_secrets, "_of_the_process", known_secrets._Memory())


class Unspeakable:
    """An object none of whose texts can be had."""

    def __repr__(self) -> str:
        raise RuntimeError

    __str__ = __repr__


def _circle() -> dict[str, object]:
    circle: dict[str, object] = {}
    circle["again"] = circle
    return circle


def _pit() -> list[object]:
    pit: list[object] = []
    for _ in range(5_000):
        pit = [pit]
    return pit


NASTY: dict[str, object] = {
    "an unpaired surrogate": "\ud800",
    "a surrogate as a name": {"\udfff": 1},
    "an integer that JSON readers round": 2**70,
    "an integer that Python won't write": 10**5_000,
    "not a number": float("nan"),
    "infinity": float("-inf"),
    "a circle": _circle(),
    "a pit": _pit(),
    "an object without a text": Unspeakable(),
    "bytes": b"\xff\x00\r\n",
    "names that are no texts": {1: 2, None: 3, (4,): 5},
    "a set": {1},
    "a date": datetime(2026, 1, 2, tzinfo=UTC),
    "a decimal": Decimal("1.0"),
    "an exception": ValueError("quotes a value"),
    "a line break": "a\r\nb",
    "a line separator": "a\u2028b\u2029c\x85d",
    "a terminal's command": "\x1b[31mred\x9b0m",
    "a mark that turns the text around": "\u202eabc",
    "a long text": "x" * 100_000,
    "many strings": ["x" * 1_000] * 1_000,
    "a class": Unspeakable,
}


def _record(message: object = "text", *args: object, **fields: object) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"name": "tests", "levelno": 20, "levelname": "INFO", "msg": message, "args": args, **fields}
    )


def _raised(error: Exception) -> tuple[type[BaseException], BaseException, Any]:
    try:
        raise error
    except type(error) as raised:
        return type(raised), raised, raised.__traceback__


@pytest.mark.parametrize("formatter", _FORMATTERS, ids=["json", "text"])
@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_a_nasty_value_is_one_bounded_line(nasty: object, formatter: LineFormatter) -> None:
    """As message, argument, field, and field with a name of our own."""
    for record in (_record(nasty), _record("%s", nasty), _record(field=nasty), _record(timestamp=nasty, level=nasty)):
        line = formatter.format(record)
        assert len(line.splitlines()) == 1
        assert line.isprintable()
        assert len(line) < 70_000
        if isinstance(formatter, JsonLineFormatter):
            assert json.loads(line)["level"] == "INFO"


@pytest.mark.parametrize("formatter", _FORMATTERS, ids=["json", "text"])
@given(message=st.text(), fields=st.dictionaries(st.text(max_size=20), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6,
), max_size=4))  # fmt: skip
def test_any_record_is_one_line(formatter: LineFormatter, message: str, fields: dict[str, object]) -> None:
    """Nothing that a caller can say breaks the line, and what is plain arrives unchanged."""
    extras = {f"x_{name}": value for name, value in fields.items()}
    line = formatter.format(_record(message, **extras))
    assert len(line.splitlines()) == 1
    if isinstance(formatter, JsonLineFormatter):
        assert json.loads(line)["message"] == message


@pytest.mark.parametrize(
    ("template", "args", "message"),
    [
        ("%d items", (3,), "3 items"),
        ("%d items", ("three",), "%d items"),
        ("%s and %s", ("one",), "%s and %s"),
        ("%(name)s", ({"name": "value"},), "value"),
        ("100%", (), "100%"),
        ("it failed: %s", (ValueError("quotes a value"),), "it failed: ValueError: quotes a value"),
        (ValueError("quotes a value"), (), "ValueError: quotes a value"),
        ("it failed: %s", (FileNotFoundError(2, "quoted"),), "it failed: FileNotFoundError: [Errno 2] quoted"),
    ],
)
def test_a_message_is_formatted_if_it_can_be(template: object, args: tuple[object, ...], message: str) -> None:
    """Else its template stands for it; exceptions in it are named and not quoted."""
    record = _record(template)
    record.args = args[0] if args and isinstance(args[0], dict) else args
    assert json.loads(JsonLineFormatter().format(record))["message"] == message


class MuteError(Exception):
    """An exception whose text can't be had."""

    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("template", "args", "message"),
    [
        ("it failed: %s", (MuteError(),), f"it failed: {__name__}.MuteError"),
        (MuteError(), (), f"{__name__}.MuteError"),
        ("it has %s", (Unspeakable(),), "it has %s"),
        ("%d items", ("three",), "%d items"),
        ("%d of %s", (3, "4"), "3 of 4"),
    ],
)
def test_sentry_gets_an_error_whatever_its_message_is_made_of(
    template: object, args: tuple[object, ...], message: str
) -> None:
    """The SDK formats the message itself, after us, and drops an event for which that fails."""
    record = _record(template)
    record.args, record.levelno = args, logging.ERROR
    JsonLineFormatter().format(record)
    assert EventHandler().format(record) == message


def test_fields_have_names_that_readers_know() -> None:
    """If this changes, dashboards that read these names have to change: say so in the changelog."""
    formatter = JsonLineFormatter(context=lambda: {"request_id": "r-1", "trace_id": "t-1"})
    record = _record("disk is %s", "full", created=1_764_000_000.25, free=0)
    assert formatter.format(record) == snapshot(
        '{"timestamp":"2025-11-24T16:00:00.250000Z","level":"INFO","logger":"tests","message":"disk is full",'
        '"request_id":"r-1","trace_id":"t-1","free":0}'
    )


def test_a_field_of_the_record_wins_over_the_request() -> None:
    """The line that ends a stream may be written when another request has the context."""
    formatter = JsonLineFormatter(context=lambda: {"request_id": "of the context"})
    assert json.loads(formatter.format(_record(request_id="of the record")))["request_id"] == "of the record"


def test_a_line_for_people_is_plain() -> None:
    """Time, level, logger, message, fields; texts with blanks in quotes."""
    record = _record("disk is full", created=1_764_000_000.25, free=0, disk="/var", why="no\nidea")
    assert TextLineFormatter().format(record) == snapshot(
        '2025-11-24T16:00:00.250+00:00 INFO     tests: disk is full free=0 disk=/var why="no | idea"'
    )


def test_an_exception_tells_its_text_and_where_it_came_by() -> None:
    """And so does what led to it."""
    error = RuntimeError("the pool is empty")
    error.__cause__ = _raised(KeyError("orders"))[1]
    fields = json.loads(JsonLineFormatter().format(_record("oops", exc_info=_raised(error))))
    assert (fields["exception.type"], fields["exception.message"]) == ("RuntimeError", "the pool is empty")
    assert [line for line in fields["exception.stacktrace"].splitlines() if not line.startswith("  ")] == snapshot(
        [
            "Traceback (most recent call last):",
            "KeyError: 'orders'",
            "which led to",
            "Traceback (most recent call last):",
            "RuntimeError: the pool is empty",
        ]
    )


def test_a_secret_in_the_text_of_an_exception_is_masked() -> None:
    """In all three places where the text is: message, argument, stack."""
    with secrets_of_its_own():
        remember_secret("c0ffee5ecret")
        error = _raised(ValueError("bad token 'c0ffee5ecret'"))
        line = JsonLineFormatter().format(_record("it failed: %s", error[1], exc_info=error))
    assert "c0ffee" not in line
    assert line.count("ValueError: bad token '********'") == 2


def test_a_group_names_its_members() -> None:
    """The members of an `ExceptionGroup` are what has happened."""
    group = ExceptionGroup("quotes a value", [ValueError("quotes a value"), OSError(2, "")])
    stacktrace = json.loads(JsonLineFormatter().format(_record("oops", exc_info=_raised(group))))[
        "exception.stacktrace"
    ]
    assert stacktrace.partition("ExceptionGroup")[2].splitlines() == snapshot(
        [
            ": quotes a value (2 sub-exceptions)",
            "which holds ValueError: quotes a value",
            "which holds FileNotFoundError: [Errno 2] ",
        ]
    )


def test_a_circle_of_causes_ends() -> None:
    """Two exceptions can be each other's context."""
    first, second = ValueError(), TypeError()
    first.__context__, second.__context__ = second, first
    assert "which led to" in JsonLineFormatter().format(_record("oops", exc_info=_raised(first)))


@pytest.mark.parametrize("formatter_class", [JsonLineFormatter, TextLineFormatter])
@pytest.mark.parametrize(
    "secret",
    ["n12345678", 'quo"te\\d-secret', "tab\tsecret", "söcret-\u2028-value", "-BEGIN-\nkey\n-END-", "sur\ud800rogate"],
)
def test_a_secret_is_masked_in_every_field(secret: str, formatter_class: type[LineFormatter]) -> None:
    """Also where JSON writes it with escapes."""
    record = _record(f"it is {secret}!", field=[f"\n1234567 {secret}"], stack_info=f"\\\\{secret}")
    with secrets_of_its_own():
        remember_secret(secret, "")
        line = formatter_class().format(record)
    assert line.count(MASK) >= 3
    if formatter_class is JsonLineFormatter:
        assert json.loads(line)["field"] == [f"\n1234567 {MASK}"]
