"""What is written to the client of a stream while its greenlet waits."""

import socket
from collections.abc import Iterator

import gevent  # type: ignore[import-untyped]  # has no types
import pytest
from gevent import socket as gevent_socket

from serving.worker.chunk_writer import ChunkWriter

LARGE = b"x" * 5_000_000


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    client, server = gevent_socket.socketpair()
    with client, server:
        yield client, server


def _all_of(client: socket.socket) -> bytes:
    received = b""
    while part := client.recv(1 << 20):
        received += part
    return received


def test_a_piece_is_a_chunk(pair: tuple[socket.socket, socket.socket]) -> None:
    """As gunicorn writes them; what makes a chunk of it is not counted."""
    client, server = pair
    writer = ChunkWriter(server)

    assert writer.write(b"id: 1\n\n" * 2)
    writer.finish()
    assert (client.recv(100), writer.size) == (b"E\r\nid: 1\n\nid: 1\n\n\r\n", 14)


def test_what_finds_no_room_is_finished_later(pair: tuple[socket.socket, socket.socket]) -> None:
    """A write never waits; who finishes it does, and others go on."""
    client, server = pair
    writer = ChunkWriter(server)
    assert not writer.write(LARGE)

    finishing = gevent.spawn(writer.finish)
    finishing.link(lambda _: server.shutdown(socket.SHUT_WR))
    received = _all_of(client)

    assert received == b"4C4B40\r\n" + LARGE + b"\r\n"
    assert writer.size == len(LARGE)


@pytest.mark.parametrize("content", [b"x", LARGE])
def test_a_client_that_is_gone_is_noticed_by_the_next_write_of_the_server(
    pair: tuple[socket.socket, socket.socket], content: bytes
) -> None:
    """Which deals with it as it always does."""
    client, server = pair
    writer = ChunkWriter(server)
    client.close()

    assert not writer.write(content)
    writer.finish()
    with pytest.raises(BrokenPipeError):
        server.sendall(b"x")


def test_nothing_is_written_to_a_connection_that_the_server_has_closed(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """Its descriptor may be somebody else's by then."""
    client, server = pair
    writer = ChunkWriter(server)
    server.close()

    assert not writer.write(b"x")
    writer.finish()
    assert client.recv(1) == b""
