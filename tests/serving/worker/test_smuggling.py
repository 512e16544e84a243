"""What could be read as one request or as two is refused, and its connection closed."""

from collections.abc import Iterator

import pytest

from support.gunicorn_process import GunicornProcess, gunicorn
from support.unclear_lengths import REQUESTS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornProcess]:
    with gunicorn(tmp_path_factory.mktemp("gunicorn") / "output") as process:
        process.wait_until_ready()
        yield process


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_of_unclear_length_hides_no_second_one(server: GunicornProcess, name: str) -> None:
    """One refusal, and nothing after it."""
    with server.connect() as connection:
        connection.sendall(REQUESTS[name])
        received = b""
        while part := connection.recv(65_536):
            received += part
    assert received.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 "))
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in received


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X_Forwarded_For"])
def test_what_a_client_says_of_a_proxy_changes_no_answer(server: GunicornProcess, header: str) -> None:
    """Nothing of it is answered or logged."""
    with server.connect() as connection:
        request = f"GET / HTTP/1.1\r\nHost: localhost\r\n{header}: evil.example\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        received = b""
        while part := connection.recv(65_536):
            received += part
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"evil" not in received
    assert "evil" not in server.text()
