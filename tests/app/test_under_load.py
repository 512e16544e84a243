"""What clients of one worker notice of other clients: of busy ones, hostile ones, and those that do not read."""

import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from app.domain.event import EventKind, Happening
from app.domain.token_text import new_token_text
from app.store.opening import open_store
from app.views.authentication import MOST_FAILURES
from app.views.late_answers import SECONDS_LATE
from load_clients import answer_to, flat_out
from support.configuration_service import Clock
from support.contenders import CONTRACT, Client, Watcher, begin
from support.gunicorn_process import GunicornProcess, gunicorn
from support.keyed_settings import KEYS
from support.waiting import eventually

SLOW_READERS = 20
EVENTS = 600
UPLOADS = 30
PIPELINED = 500
HOSTILE_CONTRACTS = (
    '{"a":' * 5_000,
    "[" * 100_000,
    json.dumps({"version": 1, "schema": {"properties": {f"p{at}": {"enum": ["x" * 9]} for at in range(4_000)}}}),
    json.dumps({**json.loads(CONTRACT.document), "schema": {"pattern": "((a{999}){999}){999}"}}),
    json.dumps({**json.loads(CONTRACT.document), "schema": {"$ref": "http://127.0.0.1:9/x"}}),
)


@dataclass
class Served:
    """A worker, its database, and a token that may do everything."""

    server: GunicornProcess
    database: str
    token: str

    def client(self) -> Client:
        """Return a connection."""
        return Client(self.server.address, self.token)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("served")
    database = f"sqlite:///{folder}/setpoint.db"
    with gunicorn(folder / "output", {"DATABASE_URL": database}) as server:
        server.wait_until_ready()
        token = begin(server, database, KEYS)
        with closing(Client(server.address, token)) as client:
            assert client.write({"WRITER": "first", "COUNT": "0"}, If_None_Match="*")[0] == 201
        yield Served(server, database, token)


def test_a_busy_connection_holds_up_no_other(served: Served) -> None:
    """Its requests are there already, and would be answered one after the other without an end."""
    request = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
    (worker,) = served.server.workers()
    with served.server.connect() as first, served.server.connect() as other, served.server.connect() as last:
        for connection in (first, other, last):
            connection.sendall(request)
            assert whole_answer(connection)
        os.kill(worker, signal.SIGSTOP)  # so that it finds all of them at once, in whichever order it looks
        first.sendall(request * PIPELINED)
        other.sendall(request)
        last.sendall(request * PIPELINED)
        os.kill(worker, signal.SIGCONT)
        assert whole_answer(other).startswith(b"HTTP/1.1 200 ")
        answered = [answers_so_far(first), answers_so_far(last)]
        assert max(answered) < PIPELINED - 1, "the other one came before the last of any busy one"


def test_busy_connections_are_answered_in_turn(served: Served) -> None:
    """No request waits for five times as many answers to others as most do, however long each of them takes."""
    request = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
    load = flat_out(served.server.address, request, b"200", 2_000, clock=count().__next__)
    assert load.percentile(0.99) <= 5 * load.percentile(0.5)


def test_a_thousand_guesses_hold_up_nobody_who_has_a_token(served: Served) -> None:
    """They are told to wait, and have to; a good token from the same address is accepted meanwhile, time after time."""
    asking = "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n"
    guess, good = (asking.format(text).encode() for text in (new_token_text().text, served.token))
    with served.server.connect() as first, served.server.connect() as other, served.server.connect() as last:
        began = time.monotonic()
        for connection in (first, last):
            connection.sendall(guess * PIPELINED)
        for _ in range(PIPELINED):
            assert answer_to(other, good).startswith(b"HTTP/1.1 200 ")
        received = [until_it_has(each, b"HTTP/1.1 429 ") + everything_so_far(each) for each in (first, last)]
        told_to_wait = [each.count(b"HTTP/1.1 429 ") for each in received]
        assert sum(told_to_wait) <= 2 + 2 * (time.monotonic() - began) / SECONDS_LATE[0]
        assert sum(each.count(b"HTTP/1.1 401 ") for each in received) == MOST_FAILURES
        assert all(b"\r\nRetry-After: " in each for each in received)


def test_busy_connections_hold_up_no_event(served: Served) -> None:
    """Who follows hears of a write before the last of the requests that were there already is answered."""
    request = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
    (worker,) = served.server.workers()
    with ExitStack() as stack:
        first, writing, last, following = (stack.enter_context(served.server.connect()) for _ in range(4))
        client = stack.enter_context(closing(Client(served.server.address, served.token, "busy")))
        assert client.write({"WRITER": "first", "COUNT": "0"}, If_None_Match="*")[0] == 201
        sent = f"Host: localhost\r\nAuthorization: Bearer {served.token}\r\n"
        following.sendall(f"GET {client.base}/stream HTTP/1.1\r\n{sent}\r\n".encode())
        until_it_has(following, b"event: bookmark")
        for connection in (first, writing, last):
            connection.sendall(request)
            assert whole_answer(connection)
        body = json.dumps({"WRITER": "busy", "COUNT": "1"})
        sent += f'Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIf-Match: "{client.current()}"\r\n'
        os.kill(worker, signal.SIGSTOP)
        first.sendall(request * PIPELINED)
        writing.sendall(f"PUT {client.base}/config HTTP/1.1\r\n{sent}\r\n{body}".encode())
        last.sendall(request * PIPELINED)
        os.kill(worker, signal.SIGCONT)
        until_it_has(following, b"event: revision")
        answered = [answers_so_far(first), answers_so_far(last)]
        assert max(answered) < PIPELINED - 1


def until_it_has(connection: socket.socket, wanted: bytes) -> bytes:
    """Read until `wanted` has come; return what came."""
    received = b""
    while wanted not in received:
        part = connection.recv(65_536)
        assert part, received
        received += part
    return received


def whole_answer(connection: socket.socket) -> bytes:
    """Return an answer to `GET /version`."""
    received = b""
    while not received.endswith(b"}\n"):
        received += connection.recv(65_536)
    return received


def answers_so_far(connection: socket.socket) -> int:
    """Return how many answers have come."""
    return everything_so_far(connection).count(b"HTTP/1.1 200")


def everything_so_far(connection: socket.socket) -> bytes:
    """Return what has come, without waiting for more."""
    connection.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    received = b""
    with suppress(BlockingIOError):
        while part := connection.recv(1 << 20):
            received += part
    return received


def test_who_does_not_read_delays_nobody(served: Served) -> None:
    """What the kernel takes for such a client is little, and all the rest of its stream waits for it alone."""
    with ExitStack() as stack:
        for _ in range(SLOW_READERS):
            slow = stack.enter_context(socket.socket())
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            slow.connect(served.server.address)
            slow.sendall(
                b"GET /v1/apps/billing/environments/production/stream HTTP/1.1\r\nHost: localhost\r\n"
                b"Authorization: Bearer " + served.token.encode() + b"\r\n\r\n"
            )
            assert slow.recv(12) == b"HTTP/1.1 200"
        watcher = Watcher(stack.enter_context(closing(served.client())))
        watcher.start()
        stack.callback(watcher.stop)
        watcher.has_begun.wait()
        clock = Clock()
        with closing(open_store(served.database, KEYS)) as store:
            for number in range(2, EVENTS + 2):
                about = Happening(EventKind.REVISION, clock(), "billing", "production", str(number))
                store.write(lambda found, about=about: found.events.add(about))  # type: ignore[misc]
        eventually(lambda: len(watcher.numbers) == EVENTS, "who reads is told of everything")
        assert watcher.numbers == list(range(2, EVENTS + 2))
        assert served.server.get("/readyz").status == 200
        late = until_it_has(slow, b'"revision":%d,' % (EVENTS + 1))
        assert [int(each) for each in re.findall(rb'"revision":(\d+),', late)] == watcher.numbers


def test_the_line_of_a_stream_counts_what_its_client_got(served: Served) -> None:
    """Its answer is whole, although its events were written while its greenlet slept; a revoked token ends it."""
    with closing(Client(served.server.address, served.token, "counted")) as client:
        wanted = {"name": "reader", "scopes": ["config:read"], "bounds": ["billing/counted"]}
        made = client.call("POST", "/v1/tokens", wanted)[1]
        with closing(Client(served.server.address, made["token"], "counted")) as reader:
            stream = reader.ask("GET", f"{client.base}/stream", X_Request_ID="counted")
            got = b""
            while b"event: bookmark" not in got:
                got += stream.readline()
            for number in range(3):
                condition = {"If-Match": f'"{number}"'} if number else {"If-None-Match": "*"}
                client.write({"WRITER": "counted", "COUNT": str(number)}, **condition)
            client.call("DELETE", f"/v1/tokens/{made['id']}")
            got += stream.read()
    names = [line.removeprefix(b"event: ").decode() for line in got.splitlines() if line.startswith(b"event: ")]
    assert names == ["hello", "bookmark", "revision", "revision", "revision", "goaway"]

    def counted() -> list[int]:
        lines = [line for line in served.server.log() if line.get("event") == "stream-closed"]
        return [line["http.response.body.size"] for line in lines if line["request_id"] == "counted"]

    assert eventually(counted, "the stream has ended") == [len(got)]


def test_an_endless_write_stores_nothing(served: Served) -> None:
    """It is refused at the limit, and its connection is closed: nobody reads on to find out where it ends."""
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    with served.server.connect() as connection, closing(served.client()) as client:
        before = client.current()
        connection.sendall(
            f"PUT {client.base}/config HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {served.token}\r\n"
            f'If-Match: "{before}"\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'.encode()
        )
        received = b""
        with suppress(ConnectionError):
            for _ in range(100):
                connection.sendall(chunk)
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                received += part
        assert not received or received.startswith(b"HTTP/1.1 413 ")
        assert client.current() == before


def test_hostile_uploads_leave_the_service_ready(served: Served) -> None:
    """Probes are answered between them, and after them everything is as it was."""
    too_many = {f"V{at}": "1" for at in range(10_000)}
    contracts: list[int] = []
    writes: list[int] = []

    def upload() -> None:
        for number in range(UPLOADS):
            hostile = HOSTILE_CONTRACTS[number % len(HOSTILE_CONTRACTS)]
            path = f"/v1/apps/billing/schemas/{CONTRACT.digest}?release=2"
            with closing(served.client()) as client:
                contracts.append(client.call("PUT", path, hostile)[0])
            with closing(served.client()) as client:
                writes.append(client.write(too_many, If_Match='"1"')[0])

    uploading = threading.Thread(target=upload)
    uploading.start()
    probes = 0
    while uploading.is_alive():
        assert served.server.get("/readyz").status == 200
        probes += 1
    uploading.join()
    assert contracts == writes == [422] * UPLOADS
    assert probes > UPLOADS / 2, "a probe waits for one upload at most"
    assert not [line for line in served.server.log() if line["level"] == "ERROR"], (
        "a refusal is no fault of the service"
    )
    with closing(served.client()) as client:
        assert client.current() == 1
