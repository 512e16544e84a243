"""However a view or a body ends under a real gunicorn: one answer, one access line, and the worker goes on."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from support.sentry_receiver import SentryReceiver, running_receiver
from support.waiting import eventually

ENDINGS = ["Timeout", "GreenletExit", "SystemExit", "KeyboardInterrupt", "LookupError"]


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory, running_service: Any) -> Iterator[tuple[Any, SentryReceiver]]:
    directory = tmp_path_factory.mktemp("endings")
    with running_receiver(directory) as receiver:
        environment = {**receiver.environment(), "SENTRY_TRACES_SAMPLE_RATE": "0"}
        with running_service(directory, environment) as service:
            yield service, receiver


def _all_that_comes(service: Any, path: str, request_id: str) -> bytes:
    with closing(service.connect()) as connection:
        connection.request("GET", path, headers={"X-Request-ID": request_id})
        received = b""
        while part := connection.sock.recv(65_536):
            received += part
            if b"}" in part or b"failed" in part:
                break
        return received


def _lines(service: Any, request_id: str) -> list[tuple[str, object]]:
    lines = [line for line in service.lines() if line.get("request_id") == request_id]
    return [(line["message"], line.get("http.response.status_code")) for line in lines]


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_view_that_ends_is_answered_once(observed: tuple[Any, SentryReceiver], kind: str) -> None:
    """With the id of its request, in one access line too."""
    service, _ = observed
    received = _all_that_comes(service, f"/ends/{kind}", f"view-{kind}")
    assert received.count(b"HTTP/1.1 ") == 1
    assert received.startswith(b"HTTP/1.1 500 ")
    assert f"X-Request-ID: view-{kind}".encode() in received
    eventually(lambda: ("request served", 500) in _lines(service, f"view-{kind}"), "an access line")
    assert [message for message, _ in _lines(service, f"view-{kind}")].count("request served") == 1


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_body_that_ends_is_cut_without_another_head(observed: tuple[Any, SentryReceiver], kind: str) -> None:
    """A second head in the middle of chunks would be read as a part of the body."""
    service, _ = observed
    received = _all_that_comes(service, f"/ends/{kind}/body", f"body-{kind}")
    assert received.count(b"HTTP/1.1 ") == 1
    assert received.endswith(b"\r\n3\r\none\r\n")
    eventually(lambda: ("request served", 200) in _lines(service, f"body-{kind}"), "an access line")
    assert [message for message, _ in _lines(service, f"body-{kind}")].count("request served") == 1


def test_a_failure_is_an_event_and_the_end_of_a_greenlet_is_none(observed: tuple[Any, SentryReceiver]) -> None:
    """Each once, though several places see it."""
    service, receiver = observed
    for kind in ENDINGS:
        _all_that_comes(service, f"/ends/{kind}", f"sent-{kind}")
        _all_that_comes(service, f"/ends/{kind}/body", f"sent-{kind}")
    last = "/ends/LookupError/body"

    def sent() -> list[tuple[str, str]]:
        events = [event for event in receiver.received("event") if event["tags"]["request_id"].startswith("sent-")]
        return sorted((event["transaction"], event["exception"]["values"][-1]["type"]) for event in events)

    eventually(lambda: len(sent()) >= 2 * (len(ENDINGS) - 1), f"the event of {last}")
    kinds = [kind for kind in ENDINGS if kind != "GreenletExit"]
    assert sent() == sorted((rule, kind) for kind in kinds for rule in ("/ends/<kind>", "/ends/<kind>/body"))
