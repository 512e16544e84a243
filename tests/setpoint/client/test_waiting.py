"""Who waits for the answers of instances outlasts a service that is started anew."""

import json
import socket
from contextlib import ExitStack

import pytest

from setpoint.client import waiting
from setpoint.client.connection import Connection
from setpoint.client.login import Login
from setpoint.client.place import Place
from setpoint.client.service import Service
from setpoint.client.waiting import wait_for_answers
from setpoint.errors import UnableError
from support.canned_server import canned, canned_server

PLACE = Place("billing", "production")
ANSWER = {
    "revision": 4,
    "summary": "the instance serves revision 4",
    "settled": True,
    "states": {},
    "stage": "COMPLETE",
}


def test_a_service_that_is_away_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And people are told so; the revision was written long since."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    told: list[str] = []
    with ExitStack() as stack:

        def come_back(_: float) -> None:
            stack.enter_context(canned_server(canned("200 OK", "application/json", json.dumps(ANSWER)), port=port))

        monkeypatch.setattr(waiting, "sleep", come_back)
        found = wait_for_answers(_service(port), PLACE, 4, 60, told.append)
    assert (found.summary, found.settled) == ("the instance serves revision 4", True)
    assert told == [f"cannot reach the service at `http://127.0.0.1:{port}`: connection refused; asking again"]


def test_a_service_that_stays_away_is_an_error_at_the_end_of_the_time() -> None:
    """With the reason."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(UnableError, match="connection refused"):
        wait_for_answers(_service(port), PLACE, 4, 0, print)


def test_a_service_that_asks_for_time_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """But none beyond what whoever waits has."""
    pauses: list[float] = []
    monkeypatch.setattr(waiting, "sleep", pauses.append)
    ends = iter([0.0, 0.0, 1.0, 100.0])
    monkeypatch.setattr(waiting, "monotonic", lambda: next(ends))
    answer = canned("429 Too Many Requests", "application/problem+json", '{"detail": "no"}', "Retry-After: 3")
    with canned_server(answer) as server, pytest.raises(UnableError, match="asks you to wait"):
        wait_for_answers(_service(server.port), PLACE, 4, 60, lambda _: None)
    assert pauses == [3.5]


def _service(port: int) -> Service:
    return Service(Connection(Login(f"http://127.0.0.1:{port}", "sp_x")))
