import socket
from collections.abc import Iterator

import pytest

from app.http import unread_body


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    client, server = socket.socketpair()
    with client, server:
        yield client, server


def test_a_client_that_is_refused_can_read_the_answer_to_its_end(
    connection: tuple[socket.socket, socket.socket],
) -> None:
    """The rest of its body is dropped until it has seen that nothing more comes."""
    client, server = connection
    client.sendall(b"#" * 10_000)
    client.shutdown(socket.SHUT_WR)

    unread_body._linger(server)

    assert client.recv(1) == b""
    server.setblocking(False)  # noqa: FBT003 - the standard library's own signature
    assert server.recv(1) == b""


@pytest.mark.parametrize(("seconds", "most"), [(0.05, 1_000_000), (10, 100)])
def test_a_client_that_does_not_stop_is_cut_off(
    connection: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch, seconds: float, most: int
) -> None:
    """After some time or some bytes, whichever comes first."""
    monkeypatch.setattr(unread_body, "LINGER_SECONDS", seconds)
    monkeypatch.setattr(unread_body, "LINGER_BYTES", most)
    client, server = connection
    client.sendall(b"#" * 10_000)

    unread_body._linger(server)

    assert client.recv(1) == b""
