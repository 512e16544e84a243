"""The head of an answer leaves with the first part of its body, as the same bytes that gunicorn sends."""

import re
import socket
from types import SimpleNamespace

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]  # has no types
from gunicorn.http import wsgi  # type: ignore[import-untyped]  # has no types

from serving.worker.one_send import AnswerInOneSend

_DATE = re.compile(rb"Date: [^\r]*\r\n")


def _sent(
    kind: type[wsgi.Response], method: str, status: str, headers: list[tuple[str, str]], parts: list[bytes]
) -> list[bytes]:
    """Return what was sent, by system call: between these sockets, each of them is a message of its own."""
    client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    request = SimpleNamespace(version=(1, 1), method=method, should_close=lambda: False)
    with client, server:
        answer = kind(request, server, Config())
        answer.start_response(status, headers)
        for part in parts:
            answer.write(part)
        answer.close()
        server.shutdown(socket.SHUT_WR)
        return [_DATE.sub(b"", each) for each in iter(lambda: client.recv(65_536), b"")]


@pytest.mark.parametrize(
    ("method", "status", "headers", "parts", "sends"),
    [
        ("GET", "200 OK", [("Content-Length", "3")], [b"abc"], 1),
        ("GET", "200 OK", [("Content-Length", "6")], [b"abc", b"def"], 2),
        ("GET", "200 OK", [("Content-Length", "3")], [b"abcdef"], 1),
        ("GET", "200 OK", [], [b"data: 1\n\n", b"data: 2\n\n"], 3),
        ("GET", "200 OK", [], [b"", b"data: 1\n\n"], 3),
        ("GET", "200 OK", [], [], 2),
        ("GET", "304 Not Modified", [], [], 1),
        ("HEAD", "200 OK", [("Content-Length", "3")], [b"abc"], 1),
    ],
)
def test_an_answer_takes_one_send_less(
    method: str, status: str, headers: list[tuple[str, str]], parts: list[bytes], sends: int
) -> None:
    """A stream sends each event at once, and an end of its own."""
    sent = _sent(AnswerInOneSend, method, status, headers, parts)
    assert len(sent) == sends
    assert b"".join(sent) == b"".join(_sent(wsgi.Response, method, status, headers, parts))


def test_a_part_that_is_no_bytes_is_refused_as_by_gunicorn() -> None:
    """And nothing is sent that would look like an answer."""
    with pytest.raises(TypeError, match="is not a byte"):
        _sent(AnswerInOneSend, "GET", "200 OK", [], ["text"])  # type: ignore[list-item]
