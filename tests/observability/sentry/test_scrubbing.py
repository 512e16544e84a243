"""An event is built anew from what is known to be harmless."""

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from observability.sentry.scrubbing import WITHHELD, Scrubber

_CANARY = "canary-of-everything"


def _scrubbed(event: Any, hint: Any = None, secrets: tuple[str, ...] = ()) -> Any:
    return Scrubber(secrets).before_send(event, hint or {})


def test_only_known_parts_are_sent() -> None:
    """What an SDK to come adds stays here until someone has looked at it."""
    event = {
        "event_id": "1",
        "extra": {"sys.argv": [_CANARY]},
        "user": {"ip_address": _CANARY},
        "modules": {_CANARY: "1"},
        "threads": {"values": [{"stacktrace": {"frames": [{"vars": {"x": _CANARY}}]}}]},
        "something_new": _CANARY,
        "contexts": {"runtime": {"name": "CPython"}, "response": {"body": _CANARY}},
    }
    assert _scrubbed(event) == {"event_id": "1", "contexts": {"runtime": {"name": "CPython"}}}


def test_a_request_keeps_what_finds_the_problem() -> None:
    """Method, URL without its query, and headers that say what was sent, not who sent it."""
    request = {
        "method": "POST",
        "url": f"https://user:{_CANARY}@host/path?token={_CANARY}#{_CANARY}",
        "query_string": _CANARY,
        "data": {"deep": {"password": _CANARY}},
        "cookies": {"a": _CANARY},
        "env": {"SERVER_NAME": "host"},
        "headers": {
            "Content-Type": "application/json",
            "X-Request-Id": "r-1",
            "Referer": f"https://example.org/?{_CANARY}",
            "Authorization": _CANARY,
            "Cookie": _CANARY,
            "X-Whatever": _CANARY,
            "Sentry-Trace": _CANARY,
        },
    }
    assert _scrubbed({"request": request}) == snapshot(
        {
            "request": {
                "env": {"SERVER_NAME": "host"},
                "headers": {"Content-Type": "application/json", "X-Request-Id": "r-1"},
                "method": "POST",
                "url": "https://********@host/path",
            }
        }
    )


def _failure(failing: str, *, cause: BaseException | None = None) -> BaseException:
    try:
        exec(failing, {"canary": _CANARY})  # noqa: S102 - texts of this file
    except Exception as error:  # noqa: BLE001 - it is the subject
        error.__cause__ = cause
        return error
    raise AssertionError(failing)


@pytest.mark.parametrize(
    ("failing", "value"),
    [
        ("raise ValueError(canary)", WITHHELD),
        ("{}[canary]", WITHHELD),
        ("raise NameError(canary)", WITHHELD),
        ("raise AttributeError(canary)", WITHHELD),
        ("raise ImportError(canary)", WITHHELD),
        ("nowhere", "name 'nowhere' is not defined"),
        ("1 / 0", "division by zero"),
        ("open('/nowhere/' + canary)", "No such file or directory"),
    ],
)
def test_the_text_of_an_exception_is_withheld(failing: str, value: str) -> None:
    """Except where Python or the system has worded it; of what led to it as well."""
    first = _failure(failing)
    last = _failure("raise ValueError(canary)", cause=first)
    parts = [{"type": type(each).__name__, "value": str(each)} for each in (first, last)]
    sent = _scrubbed({"exception": {"values": parts}}, {"exc_info": (type(last), last, None)})
    assert [part["value"] for part in sent["exception"]["values"]] == [value, WITHHELD]


@pytest.mark.parametrize("hint", [{}, {"exc_info": None}, {"exc_info": (None, None, None)}])
def test_a_text_without_its_exception_is_withheld(hint: Any) -> None:
    """Nobody knows who has worded it."""
    event = {"exception": {"values": [{"type": "NameError", "value": _CANARY}, {}]}}
    assert [part["value"] for part in _scrubbed(event, hint)["exception"]["values"]] == [WITHHELD, WITHHELD]


def test_a_frame_keeps_its_source_and_loses_its_values() -> None:
    """Lines of source hold names; values of variables are what must not leave."""
    frame = {"function": "view", "lineno": 7, "context_line": "raise X(secret)", "vars": {"secret": _CANARY}}
    exception = {"type": "X", "stacktrace": {"frames": [frame]}, "mechanism": {"type": "flask", "a": _CANARY}}
    (sent,) = _scrubbed({"exception": {"values": [exception]}})["exception"]["values"]
    assert sent["stacktrace"] == {"frames": [{"context_line": "raise X(secret)", "function": "view", "lineno": 7}]}
    assert sent["mechanism"] == {"type": "flask"}


def test_a_log_event_keeps_its_static_text() -> None:
    """What was put into it is in the log, under the same request id."""
    event = {"logentry": {"message": "no %s", "params": [_CANARY], "formatted": f"no {_CANARY}"}}
    assert _scrubbed(event) == {"logentry": {"message": "no %s"}}


def test_an_exception_as_the_message_of_a_log_event_is_withheld() -> None:
    """`logger.error(error)` makes the exception's text the template."""
    record = logging.makeLogRecord({"msg": ValueError(_CANARY)})
    assert _scrubbed({"logentry": {"message": _CANARY}}, {"log_record": record}) == {"logentry": {"message": WITHHELD}}


def test_a_span_keeps_what_is_known_to_be_harmless() -> None:
    """Neither a query nor what an SDK to come adds is in its parts, in its data or in its description."""
    span: dict[str, Any] = {
        "description": f"GET https://host/path?key={_CANARY}",
        "op": "http.client",
        "tags": {"a": _CANARY},
        "data": {
            "db.statement": _CANARY,
            "http.query": _CANARY,
            "url.query": _CANARY,
            "http.request.header.x": _CANARY,
            "http.method": "GET",
        },
    }
    sent = Scrubber().before_send_transaction({"spans": [span], "contexts": {"trace": span}}, {})
    kept = {"description": "GET https://host/path", "op": "http.client", "data": {"http.method": "GET"}}
    assert sent == {"contexts": {"trace": kept}, "spans": [kept]}


def test_tags_are_those_that_the_service_sets() -> None:
    """Whatever else tags an event may put a value into it."""
    assert _scrubbed({"tags": {"request_id": "r-1", "user": _CANARY}}) == {"tags": {"request_id": "r-1"}}


def test_a_breadcrumb_keeps_no_data() -> None:
    """Its data is whatever the code had at hand."""
    event = {"breadcrumbs": {"values": [{"category": "cache", "message": "missed", "data": {"key": _CANARY}}]}}
    assert _scrubbed(event) == {"breadcrumbs": {"values": [{"category": "cache", "message": "missed"}]}}


@given(
    st.recursive(
        st.text() | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_a_known_secret_is_masked_wherever_it_stands(anything: Any) -> None:
    """In texts, lists and mappings of any depth."""
    event = {"fingerprint": [anything, {"deep": f"…{_CANARY}…"}], "message": _CANARY}
    assert _CANARY not in json.dumps(_scrubbed(event, secrets=(_CANARY,)))


@pytest.mark.parametrize("hook", ["before_send", "before_send_transaction"])
@pytest.mark.parametrize(
    "broken", [{"request": 7}, {"exception": {"values": [7]}}, {"spans": 7}, {"contexts": 7}, {"logentry": 7}]
)
def test_a_hook_never_raises(hook: str, broken: Any, caplog: pytest.LogCaptureFixture) -> None:
    """What can't be scrubbed isn't sent, and the log says so; the SDK would drop it without a word."""
    assert getattr(Scrubber(), hook)(broken, {}) is None
    assert [record.getMessage() for record in caplog.records] == [
        "an event for Sentry could not be scrubbed and was dropped"
    ]


def test_a_long_lived_transaction_is_dropped() -> None:
    """By the path of its request, whatever its name is."""
    assert Scrubber().before_send_transaction({"request": {"url": "http://host/v1/stream"}}, {}) is None
