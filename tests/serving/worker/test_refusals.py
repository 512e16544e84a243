"""What gunicorn answers itself, before or after the app."""

import json
from pathlib import Path

import pytest

from support.gunicorn_process import GunicornProcess, copy_of_backend, eventually, gunicorn


def _answer_to(server: GunicornProcess, request: bytes) -> tuple[int, dict[str, str], dict[str, object]]:
    received = b""
    with server.connect() as connection:
        connection.sendall(request)
        while part := connection.recv(65_536):
            received += part
    head, _, body = received.decode().partition("\r\n\r\n")
    status, *headers = head.split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in headers), json.loads(body)


@pytest.mark.parametrize(
    ("request_", "status", "detail"),
    [
        (b"nonsense\r\n\r\n", 400, "the request cannot be read"),
        (
            b"GET /?message=" + b"x" * 5_000,
            414,
            "the address is too long, including its query",
        ),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: what\r\n\r\n", 501, "the request cannot be read"),
        (b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n", 500, "the service failed; its log has more"),
    ],
)
def test_it_is_a_problem_with_a_request_id_and_an_access_line(
    tmp_path: Path, request_: bytes, status: int, detail: str
) -> None:
    """Whose fault it was is told: a request that can't be read is the client's, what fails in a hook is ours."""
    backend = copy_of_backend(tmp_path)
    with (backend / "gunicorn.conf.py").open("a") as conf:
        conf.write(
            "\n\ndef pre_request(worker, request):\n    if 'version' in request.path:\n        raise LookupError\n"
        )
    with gunicorn(tmp_path / "output", {"WEB_CONCURRENCY": "1"}, folder=backend) as server:
        server.wait_until_ready()
        answered, headers, problem = _answer_to(server, request_)
        assert (answered, headers["Content-Type"]) == (status, "application/problem+json")
        assert (problem["status"], problem["detail"]) == (status, detail)
        [line] = eventually(lambda: server.messages("request refused"), "an access line")
        assert line["request_id"] == headers["X-Request-ID"]
        assert line["http.response.status_code"] == status
