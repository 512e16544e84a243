"""Sends the head of an answer together with the first part of its body, where gunicorn sends one after the other."""

from typing import Any

from gunicorn.http import wsgi  # type: ignore[import-untyped]  # has no types


class _Held:
    """What gunicorn would send to a client."""

    def __init__(self) -> None:
        self.content = b""

    def sendall(self, part: bytes) -> None:
        """Hold `part`."""
        self.content += part


class AnswerInOneSend(wsgi.Response):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's answer over HTTP/1, most of which take a single system call, and the client a single read."""

    sock: Any

    def write(self, arg: bytes) -> None:
        """Send a part of the body, and the head before the first."""
        if self.headers_sent:
            super().write(arg)
            return
        client, self.sock = self.sock, _Held()
        try:
            super().write(arg)
        finally:
            held, self.sock = self.sock, client
        client.sendall(held.content)


def answer_in_one_send() -> None:
    """Let gunicorn make such answers, in this process."""
    wsgi.Response = AnswerInOneSend
