"""What gunicorn answers itself, before or after the app."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from support.gunicorn_process import GunicornProcess, copy_of_backend, gunicorn
from support.waiting import eventually


def _answer_to(server: GunicornProcess, request: bytes) -> tuple[int, dict[str, str], dict[str, object]]:
    received = b""
    with server.connect() as connection:
        connection.sendall(request)
        while part := connection.recv(65_536):
            received += part
    head, _, body = received.decode().partition("\r\n\r\n")
    status, *headers = head.split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in headers), json.loads(body)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornProcess]:
    """Give a server with a hook that fails for a path."""
    folder = tmp_path_factory.mktemp("gunicorn")
    backend = copy_of_backend(folder)
    with (backend / "gunicorn.conf.py").open("a") as conf:
        conf.write(
            "\n\n_before = pre_request\n\n\ndef pre_request(worker, request):\n    _before(worker, request)\n"
            "    if 'version' in request.path:\n        raise LookupError\n"
        )
    with gunicorn(folder / "output", folder=backend) as process:
        process.wait_until_ready()
        yield process


@pytest.mark.parametrize(
    ("request_", "status", "detail"),
    [
        (b"nonsense\r\n\r\n", 400, "the request cannot be read"),
        (
            b"GET /?message=" + b"x" * 5_000,
            414,
            "the address is too long, including its query",
        ),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: what\r\n\r\n",
            501,
            "its `Transfer-Encoding` is not known; `chunked` is",
        ),
        (b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n", 500, "the service failed; its log has more"),
    ],
)
def test_it_is_a_problem_with_a_request_id_and_an_access_line(
    server: GunicornProcess, request_: bytes, status: int, detail: str
) -> None:
    """Whose fault it was is told: a request that can't be read is the client's, what fails in a hook is ours."""
    answered, headers, problem = _answer_to(server, request_)
    assert (answered, headers["Content-Type"]) == (status, "application/problem+json")
    assert (problem["status"], problem["title"], problem["detail"]) == (status, HTTPStatus(status).phrase, detail)
    [line] = eventually(lambda: _refused(server, headers["X-Request-ID"]), "an access line")
    assert line["http.response.status_code"] == status


def _refused(server: GunicornProcess, request_id: str) -> list[dict[str, Any]]:
    return [line for line in server.messages("request refused") if line["request_id"] == request_id]


@pytest.mark.parametrize(
    "head",
    [
        b"GET /readyz HTTP/1.1",
        b"GET http://localhost/readyz HTTP/1.1",
        b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nHost: localhost",
        b"GET /readyz HTTP/1.0\r\nHost: localhost\r\nhost: other",
        *(
            b"GET /readyz HTTP/1.1\r\nHost:" + host
            for host in (b"", b" ", b" :80", b" a b", b" <a>", b" a@b", b" a/b", b" a:b", b" [::1", b" [x]", b" \xe9")
        ),
    ],
)
def test_a_request_says_which_host_it_is_for(server: GunicornProcess, head: bytes) -> None:
    """Others on the way may have sent it here by another reading of it (RFC 9112, section 3.2)."""
    answered, _, problem = _answer_to(server, head + b"\r\n\r\n")
    assert (answered, problem["title"]) == (400, "Bad Request")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /readyz HTTP/1.0",
        b"GET http://localhost/readyz HTTP/1.1\r\nHost: other",
        *(
            b"GET /readyz HTTP/1.1\r\nHost: " + host
            for host in (b"localhost", b"my_service:8000", b"127.0.0.1:", b"[::1]:80", b"EXAMPLE.com.")
        ),
        b"GET /readyz HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade",
        b"GET /readyz HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA",
    ],
)
def test_any_host_is_served_and_any_offer_of_another_protocol_ignored(server: GunicornProcess, head: bytes) -> None:
    """A name that a network gives to the service, or the server before HTTP/1.1 that asks, is nobody's mistake."""
    assert _answer_to(server, head + b"\r\nConnection: close\r\n\r\n")[0] == 200
