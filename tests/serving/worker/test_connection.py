"""What the app may ask for the connection of a request."""

import socket
import ssl
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gevent  # type: ignore[import-untyped]  # has no types
import pytest
from gevent import socket as gevent_socket
from gunicorn.http.message import Request  # type: ignore[import-untyped]  # has no types

from serving.worker.connection import GunicornConnection, connection_of

BUFFER_BYTES = 16_384
MILLISECONDS = 30_000

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def tcp() -> Iterator[Pair]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        with accepted:
            yield client, accepted


@pytest.fixture
def unix() -> Iterator[Pair]:
    client, server = socket.socketpair(socket.AF_UNIX)
    with client, server:
        yield client, server


@pytest.fixture
def green() -> Iterator[Pair]:
    """A pair as a worker has them, which let others run while they wait."""
    client, server = gevent_socket.socketpair()
    with client, server:
        yield client, server


def _connection(server: socket.socket) -> GunicornConnection:
    found = connection_of({"gunicorn.socket": server})
    assert found is not None
    return found


def test_another_server_keeps_its_connections_to_itself() -> None:
    """The app does without, then."""
    assert connection_of({}) is None


def test_the_kernel_holds_little_for_a_client_that_does_not_read(tcp: Pair) -> None:
    """Linux doubles the figure for its own bookkeeping; left alone it grows to megabytes."""
    _connection(tcp[1]).bound_what_is_unread(BUFFER_BYTES, MILLISECONDS)

    assert tcp[1].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * BUFFER_BYTES


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option")
def test_the_kernel_drops_a_client_that_does_not_read(tcp: Pair) -> None:
    """Nobody else could: the process itself is stuck in its write."""
    _connection(tcp[1]).bound_what_is_unread(BUFFER_BYTES, MILLISECONDS)

    assert tcp[1].getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == MILLISECONDS


def test_a_unix_socket_is_bounded_too(unix: Pair) -> None:
    """It has no time-out of its own; what stands before it has one."""
    _connection(unix[1]).bound_what_is_unread(BUFFER_BYTES, MILLISECONDS)

    assert unix[1].getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * BUFFER_BYTES


def test_a_closed_connection_is_no_error(tcp: Pair) -> None:
    """The client may be gone before its stream begins."""
    connection = _connection(tcp[1])
    tcp[1].close()

    connection.bound_what_is_unread(BUFFER_BYTES, MILLISECONDS)


class HttpTwoRequest(Request):  # type: ignore[misc]  # gunicorn has no types
    """Stands for what gunicorn frames otherwise."""


@pytest.mark.parametrize(
    ("request_class", "version", "blocks", "has_one"),
    [
        (Request, (1, 1), False, True),
        (Request, (1, 0), False, False),
        (Request, (1, 1), True, False),
        (HttpTwoRequest, (1, 1), False, False),
        (SimpleNamespace, (1, 1), False, False),
    ],
)
def test_a_writer_is_given_where_gunicorn_writes_plain_chunks(
    unix: Pair,
    request_class: type[object],
    version: tuple[int, int],
    blocks: bool,  # noqa: FBT001 - a table
    has_one: bool,  # noqa: FBT001 - a table
) -> None:
    """Anything else would reach the client in a form that it does not expect, or hold up everyone."""
    request: Any = request_class.__new__(request_class)
    request.version = version
    unix[1].setblocking(blocks)

    assert (GunicornConnection(unix[1], request).writer() is not None) is has_one


def test_what_encrypts_is_left_to_gunicorn(unix: Pair) -> None:
    """A write may have to read first."""
    request = Request.__new__(Request)
    request.version = (1, 1)
    unix[1].setblocking(False)  # noqa: FBT003 - the standard library's own signature
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with context.wrap_socket(unix[1].dup(), server_side=True, do_handshake_on_connect=False) as encrypting:
        assert GunicornConnection(encrypting, request).writer() is None


def test_reading_ends_when_its_time_is_up(green: Pair) -> None:
    """A client that stalls would hold its connection for ever."""
    ending = GunicornConnection(green[1], None).reading_ends_after(0.05)
    with ending as passed, pytest.raises(OSError, match="closed in another greenlet"):
        green[1].recv(1)
    assert passed.is_set()


def test_reading_goes_on_after_what_was_read_in_time(green: Pair) -> None:
    """A deadline must not cut the connection later, in the middle of another request."""
    with GunicornConnection(green[1], None).reading_ends_after(0.05) as passed:
        pass
    gevent.sleep(0.2)
    assert not passed.is_set()
    green[0].sendall(b"x")
    assert green[1].recv(1) == b"x"


def test_giving_up_a_body_ends_the_connection_with_its_answer(unix: Pair) -> None:
    """A server that tells nothing of its request is left to do as it likes."""
    ended: list[bool] = []
    GunicornConnection(unix[1], SimpleNamespace(force_close=lambda: ended.append(True))).give_up_body()
    GunicornConnection(unix[1], None).give_up_body()

    assert ended == [True]


def test_a_client_that_is_refused_can_read_the_answer_to_its_end(unix: Pair) -> None:
    """The rest of its body is dropped until it has seen that nothing more comes."""
    client, server = unix
    client.sendall(b"#" * 10_000)
    client.shutdown(socket.SHUT_WR)

    _connection(server).linger(10, 1_000_000)

    assert client.recv(1) == b""
    server.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    assert server.recv(1) == b""


@pytest.mark.parametrize(("seconds", "most"), [(0.05, 1_000_000), (10, 100)])
def test_a_client_that_does_not_stop_is_cut_off(unix: Pair, seconds: float, most: int) -> None:
    """After some time or some bytes, whichever comes first."""
    client, server = unix
    client.sendall(b"#" * 10_000)

    _connection(server).linger(seconds, most)

    assert client.recv(1) == b""
