"""What could be read as one request or as two is refused, and its connection closed."""

from collections.abc import Iterator

import pytest

from support.gunicorn_process import GunicornProcess, gunicorn

HEAD = b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
HIDDEN = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"0\r\n\r\n" + HIDDEN
CORPUS = {
    "a length and chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "chunks and a length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + CHUNKED,
    "an unknown coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKED,
    "chunks that are not last": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKED,
    "two codings": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNKED,
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + CHUNKED,
    "a length with a sign": HEAD + b"Content-Length: +5\r\n\r\n" + CHUNKED,
    "a length with an underscore": HEAD + b"Content-Length: 5_0\r\n\r\n" + CHUNKED,
    "a space before the colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKED,
    "a folded header": HEAD + b"X: a\r\n Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "bare line feeds": HEAD.replace(b"\r\n", b"\n") + b"Transfer-Encoding: chunked\n\n" + CHUNKED,
    "chunks before HTTP/1.1": HEAD.replace(b"/1.1", b"/1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornProcess]:
    with gunicorn(tmp_path_factory.mktemp("gunicorn") / "output", {"WEB_CONCURRENCY": "1"}) as process:
        process.wait_until_ready()
        yield process


@pytest.mark.parametrize("name", CORPUS)
def test_a_request_of_unclear_length_hides_no_second_one(server: GunicornProcess, name: str) -> None:
    """One refusal, and nothing after it."""
    with server.connect() as connection:
        connection.sendall(CORPUS[name])
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
