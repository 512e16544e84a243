"""What Sentry gets of a transaction and of an error is this, and nothing else."""

import re
from copy import deepcopy
from typing import Any

from inline_snapshot import snapshot

from support.observed_scenario import Outcome


def test_a_transaction_holds_nothing_else(outcome: Outcome) -> None:
    """This is the whole event, as Sentry gets it.

    When it changes, the SDK sends something new or a scrubber changed: look at each difference as someone who
    must not learn a secret, and only then update the snapshot with `pytest --inline-snapshot=fix`.
    """
    (transaction,) = [sent for sent in outcome.transactions if sent["tags"]["request_id"] == "first"]
    assert _steady(transaction) == snapshot(
        {
            "contexts": {
                "response": {"status_code": 200},
                "runtime": {"name": "CPython", "version": "…", "build": "…"},
                "trace": {
                    "trace_id": "…",
                    "span_id": "…",
                    "parent_span_id": "…",
                    "op": "http.server",
                    "description": None,
                    "origin": "auto.http.flask",
                    "status": "ok",
                    "data": {"thread.id": "…", "http.response.status_code": 200},
                },
            },
            "environment": "production",
            "event_id": "…",
            "platform": "python",
            "release": "…",
            "request": {
                "env": {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": ":port"},
                "headers": {"Host": "127.0.0.1:port", "Accept-Encoding": "identity", "X-Request-Id": "first"},
                "method": "GET",
                "url": "http://127.0.0.1:port/things/kept",
            },
            "sdk": {
                "name": "sentry.python.flask",
                "version": "…",
                "packages": [{"name": "pypi:sentry-sdk", "version": "…"}],
                "integrations": ["atexit", "dedupe", "flask", "logging"],
            },
            "server_name": "…",
            "spans": [],
            "start_timestamp": "…",
            "tags": {"http.status_code": "200", "request_id": "first"},
            "timestamp": "…",
            "transaction": "/things/<name>",
            "transaction_info": {"source": "route"},
            "type": "transaction",
        }
    )


def test_an_error_holds_nothing_else(outcome: Outcome) -> None:
    """This is the whole event, as Sentry gets it, but for the frames.

    When it changes, the SDK sends something new or a scrubber changed: look at each difference as someone who
    must not learn a secret, and only then update the snapshot with `pytest --inline-snapshot=fix`.
    """
    event = deepcopy(outcome.error("/broken"))
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    event["exception"]["values"][0]["stacktrace"]["frames"] = [sorted(frames[-1])]
    assert _steady(event) == snapshot(
        {
            "breadcrumbs": {"values": []},
            "contexts": {
                "runtime": {"name": "CPython", "version": "…", "build": "…"},
                "order": {"number": 7, "card": "********"},
                "trace": {
                    "trace_id": "…",
                    "span_id": "…",
                    "parent_span_id": "…",
                    "op": "http.server",
                    "description": None,
                    "origin": "auto.http.flask",
                    "data": {"thread.id": "…"},
                },
            },
            "environment": "production",
            "event_id": "…",
            "exception": {
                "values": [
                    {
                        "mechanism": {"type": "flask", "handled": False},
                        "module": None,
                        "stacktrace": {
                            "frames": [
                                [
                                    "abs_path",
                                    "context_line",
                                    "filename",
                                    "function",
                                    "lineno",
                                    "module",
                                    "post_context",
                                    "pre_context",
                                ]
                            ]
                        },
                        "type": "RuntimeError",
                        "value": "order 7 failed with ******** Bearer ******** ******** ********",
                    }
                ]
            },
            "extra": {"attempts": [1, "********"]},
            "level": "error",
            "platform": "python",
            "release": "…",
            "request": {
                "env": {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": ":port"},
                "headers": {
                    "Host": "127.0.0.1:port",
                    "Accept-Encoding": "identity",
                    "Content-Length": "11",
                    "X-Request-Id": "view",
                },
                "method": "POST",
                "url": "http://127.0.0.1:port/broken",
            },
            "sdk": {
                "name": "sentry.python.flask",
                "version": "…",
                "packages": [{"name": "pypi:sentry-sdk", "version": "…"}],
                "integrations": ["atexit", "dedupe", "flask", "logging"],
            },
            "server_name": "…",
            "tags": {"request_id": "view", "tenant": "shop-7"},
            "timestamp": "…",
            "transaction": "/broken",
            "transaction_info": {"source": "route"},
            "user": {"id": "user-7"},
        }
    )


_VOLATILE = {"build", "event_id", "parent_span_id", "release", "server_name", "span_id", "trace_id", "version"}
_VOLATILE |= {"start_timestamp", "timestamp", "thread.id"}


def _steady(value: Any) -> Any:
    """Replace what differs from run to run."""
    if isinstance(value, dict):
        return {name: "…" if name in _VOLATILE else _steady(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_steady(part) for part in value]
    return re.sub(r":\d{4,5}\b|^\d{4,5}$", ":port", value) if isinstance(value, str) else value
