"""An event is built anew from what is known to be harmless."""

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from observability.known_secrets import remember_secret, secrets_of_its_own
from observability.sentry import scrubbing
from observability.sentry.scrubbing import WITHHELD, before_breadcrumb, before_send, before_send_transaction

_CANARY = "canary-of-everything"


def _scrubbed(event: Any, hint: Any = None, secrets: tuple[str, ...] = ()) -> Any:
    with secrets_of_its_own():
        remember_secret(*secrets)
        return before_send(event, hint or {})


def test_what_the_sdk_adds_is_sent_if_it_is_known() -> None:
    """What an SDK to come adds stays here until someone has looked at it."""
    event = {
        "event_id": "1",
        "modules": {_CANARY: "1"},
        "threads": {"values": [{"stacktrace": {"frames": [{"vars": {"x": _CANARY}}]}}]},
        "something_new": _CANARY,
        "contexts": {"trace": {"op": "http", "something_new": _CANARY}},
    }
    assert _scrubbed(event) == {"event_id": "1", "contexts": {"trace": {"op": "http", "data": {}}}}


def test_what_code_sets_on_purpose_is_sent_without_secrets() -> None:
    """Tags, contexts, the user and extras are how code tells what it was doing."""

    class Order:
        def __str__(self) -> str:
            return f"order of {_CANARY}"

    event = {
        "tags": {"tenant": "shop-7", "key": _CANARY},
        "contexts": {"order": {"number": 7, "card": f"<{_CANARY}>", _CANARY: True}},
        "user": {"id": "7", "email": None},
        "extra": {"attempts": (1, _CANARY), "order": Order(), "pin": 1234567890},
    }
    assert _scrubbed(event, secrets=(_CANARY, "1234567890")) == snapshot(
        {
            "contexts": {"order": {"number": 7, "card": "<********>", "********": True}},
            "extra": {"attempts": [1, "********"], "order": "order of ********", "pin": "********"},
            "tags": {"tenant": "shop-7", "key": "********"},
            "user": {"id": "7", "email": None},
        }
    )


def test_no_piece_of_a_secret_is_in_what_code_sets() -> None:
    """An error is often an extra of a log line, and quotes a part of its input; what the SDK names stays whole."""
    error = f"ValueError('{_CANARY[:12]}')"
    event = {"transaction": "/canary", "tags": {"why": error}, "extra": {"error": error, error: [error]}}
    told = "ValueError('********')"
    assert _scrubbed(event, secrets=(_CANARY,)) == {
        "transaction": "/canary",
        "tags": {"why": told},
        "extra": {"error": told, told: [told]},
    }


def test_a_secret_that_is_a_name_of_sentry_breaks_no_event() -> None:
    """Somebody's password for a test database is `message`."""
    event = {"message": "a message", "tags": {"stage": "message"}, "extra": {7: 1}}
    scrubbed = _scrubbed(event, secrets=("message", "extra"))
    assert scrubbed == {"message": "a ********", "tags": {"stage": "********"}, "extra": {"7": 1}}


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


def _failure(failing: str, *, cause: BaseException | None = None) -> Exception:
    try:
        exec(failing, {"canary": _CANARY})  # noqa: S102 - texts of this file
    except Exception as error:  # noqa: BLE001 - it is the subject
        error.__cause__ = cause
        return error
    raise AssertionError(failing)


@pytest.mark.parametrize(
    ("failing", "value"),
    [
        ("raise ValueError('no ' + canary)", "no ********"),
        ("{}[canary]", "'********'"),
        ("nowhere", "name 'nowhere' is not defined"),
        ("open('/nowhere/' + canary)", "[Errno 2] No such file or directory: '/nowhere/********'"),
        ("__import__('json').loads(canary)", "Expecting value: line 1 column 1"),
    ],
)
def test_the_text_of_an_exception_is_the_one_of_the_log(failing: str, value: str) -> None:
    """Of what led to it, and of the members of a group, as well."""
    first = _failure(failing)
    last = _failure("raise ValueError(canary)", cause=ExceptionGroup("several", [first]))
    parts = [{"type": type(each).__name__, "value": str(each)} for each in (first, last)]
    sent = _scrubbed({"exception": {"values": parts}}, {"exc_info": (type(last), last, None)}, (_CANARY,))
    assert [part["value"] for part in sent["exception"]["values"]] == [value, "********"]


@pytest.mark.parametrize("hint", [{}, {"exc_info": None}, {"exc_info": (None, None, None)}])
def test_a_text_without_its_exception_is_withheld(hint: Any) -> None:
    """Nobody knows who has worded it."""
    event = {"exception": {"values": [{"type": "NameError", "value": _CANARY}, {"value": ""}]}}
    assert [part["value"] for part in _scrubbed(event, hint)["exception"]["values"]] == [WITHHELD, ""]


def test_a_frame_keeps_its_source_and_loses_its_values() -> None:
    """Lines of source hold names; values of variables are what must not leave."""
    frame = {"function": "view", "lineno": 7, "context_line": "raise X(secret)", "vars": {"secret": _CANARY}}
    exception = {"type": "X", "stacktrace": {"frames": [frame]}, "mechanism": {"type": "flask", "a": _CANARY}}
    (sent,) = _scrubbed({"exception": {"values": [exception]}})["exception"]["values"]
    assert sent["stacktrace"] == {"frames": [{"context_line": "raise X(secret)", "function": "view", "lineno": 7}]}
    assert sent["mechanism"] == {"type": "flask"}


def test_a_log_event_has_its_text_as_the_log_has_it() -> None:
    """Exceptions among the arguments tell their safe parts, which the SDK knows nothing of."""
    record = logging.makeLogRecord({"msg": "no %s: %s", "args": ("cake", _failure("__import__('json').loads(canary)"))})
    event = {"logentry": {"message": "no %s: %s", "params": [_CANARY], "formatted": f"no cake: {_CANARY}"}}
    assert _scrubbed(event, {"log_record": record})["logentry"] == snapshot(
        {"message": "no %s: %s", "formatted": "no cake: json.decoder.JSONDecodeError: Expecting value: line 1 column 1"}
    )


def test_an_exception_as_the_message_of_a_log_event_is_told_as_in_the_log() -> None:
    """`logger.error(error)` makes the exception's text the template."""
    record = logging.makeLogRecord({"msg": ValueError(_CANARY)})
    sent = _scrubbed({"logentry": {"message": _CANARY}}, {"log_record": record}, (_CANARY,))
    assert sent == {"logentry": {"message": "ValueError: ********", "formatted": "ValueError: ********"}}


def test_a_log_event_without_its_record_keeps_its_template() -> None:
    """What the SDK has put into it was not masked."""
    event = {"logentry": {"message": "no %s", "params": [_CANARY], "formatted": f"no {_CANARY}"}}
    assert _scrubbed(event) == {"logentry": {"message": "no %s"}}


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
    sent = before_send_transaction({"spans": [span], "contexts": {"trace": span}}, {})
    kept = {"description": "GET https://host/path", "op": "http.client", "data": {"http.method": "GET"}}
    assert sent == {"contexts": {"trace": kept}, "spans": [kept]}


@pytest.mark.parametrize(
    ("logger", "message", "kept"),
    [
        ("app.service.push", "revision stored", {"category": "app", "message": "revision stored"}),
        ("app.service.push", "stored %s", {"category": "app", "message": "stored %s"}),
        ("app.service.push", ValueError(_CANARY), None),
        ("urllib3", f"Starting {_CANARY}", None),
    ],
)
def test_a_breadcrumb_is_the_static_text_of_a_line_of_ours(logger: str, message: object, kept: object) -> None:
    """Fields and arguments stay in the log, and texts of libraries quote what they please."""
    record = logging.makeLogRecord({"name": logger, "msg": message, "args": (_CANARY,)})
    crumb: Any = {"category": "app", "message": f"stored {_CANARY}", "data": {"a": _CANARY}}
    assert before_breadcrumb(crumb, {"log_record": record}) == kept


def test_a_breadcrumb_that_code_leaves_on_purpose_is_kept_and_masked() -> None:
    """As its tags are."""
    crumb: Any = {"category": "cache", "message": "missed", "data": {"key": _CANARY}, "something_new": _CANARY}
    assert before_breadcrumb(crumb, {}) == crumb
    sent = _scrubbed({"breadcrumbs": {"values": [crumb]}}, secrets=(_CANARY,))
    assert sent["breadcrumbs"]["values"] == [{"category": "cache", "message": "missed", "data": {"key": "********"}}]


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
    assert getattr(scrubbing, hook)(broken, {}) is None
    assert [record.getMessage() for record in caplog.records] == [
        "an event for Sentry could not be scrubbed and was dropped"
    ]


def test_a_long_lived_transaction_is_dropped() -> None:
    """By the path of its request, whatever its name is."""
    assert before_send_transaction({"request": {"url": "http://host/v1/stream"}}, {}) is None
