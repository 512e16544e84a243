import socket
from collections.abc import Iterator

import pytest

from app.stream import slow_reader


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        yield client


def test_the_kernel_holds_little_for_a_client_that_does_not_read(connection: socket.socket) -> None:
    """Linux doubles the figure for its own bookkeeping; left alone it grows to megabytes."""
    slow_reader.bound({"gunicorn.socket": connection})

    assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * slow_reader.SEND_BUFFER_BYTES


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option")
def test_the_kernel_drops_a_client_that_does_not_read(connection: socket.socket) -> None:
    """Nobody else could: the process itself is stuck in its write."""
    slow_reader.bound({"gunicorn.socket": connection})

    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == slow_reader.UNREAD_MILLISECONDS


def test_a_unix_socket_is_bounded_too() -> None:
    """It has no time-out of its own; what stands before it has one."""
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        slow_reader.bound({"gunicorn.socket": one})

        assert one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * slow_reader.SEND_BUFFER_BYTES


def test_a_closed_connection_is_no_error(connection: socket.socket) -> None:
    """The client may be gone before its stream begins."""
    connection.close()

    slow_reader.bound({"gunicorn.socket": connection})


def test_another_server_is_no_error() -> None:
    """A server that keeps its socket to itself serves streams all the same."""
    slow_reader.bound({})
