import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from gevent import socket as gevent_socket  # type: ignore[import-untyped]  # has no types
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.views import request_body
from app.views.server import served_by
from serving.worker.connection import begin_request
from serving.worker.server import GunicornServer


class BrokenChunkError(Exception):
    """Stands for what a server raises when it can't make sense of a body."""


class BrokenBody:
    """A body that can't be read."""

    def read(self, _: int = -1) -> bytes:
        """Fail, as a server's reader does."""
        raise BrokenChunkError


class EndlessBody:
    """A body that goes on for ever, and the request of gunicorn that it belongs to."""

    def __init__(self) -> None:
        self.is_closed = False
        self.was_read = 0

    def force_close(self) -> None:
        """Take note that the connection is to end with the answer."""
        self.is_closed = True

    def read(self, size: int) -> bytes:
        """Return as much as is asked for."""
        self.was_read += size
        return b"#" * size


def post(service: Flask, body: object, path: str = "/v1/checks", connection: socket.socket | None = None) -> int:
    """Return the status that `service` answers to `body`, which comes in chunks."""
    environ = EnvironBuilder(path, method="POST").get_environ()
    environ.update({"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": body, "wsgi.input_terminated": True})
    served_by(service, GunicornServer())
    if isinstance(body, EndlessBody):
        begin_request(body)
    with ExitStack() as stack:
        environ["gunicorn.socket"] = connection or stack.enter_context(socket.socket())
        return int(run_wsgi_app(service, environ, buffered=True)[1][:3])


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A pair as in a worker, where gevent has patched the class of sockets: others run while one waits."""
    monkeypatch.setattr(socket, "socket", gevent_socket.socket)
    client, server = gevent_socket.socketpair()
    with client, server:
        yield client, server


def test_a_body_that_the_server_cannot_read_is_the_clients_fault(service: Flask) -> None:
    """Each server has exceptions of its own for it; none of them is an error of ours."""
    assert post(service, BrokenBody()) == 400


def test_an_endless_body_is_read_up_to_the_limit_and_given_up(service: Flask) -> None:
    """Its connection can't be used again, or the server would read on to find the next request."""
    body = EndlessBody()

    assert post(service, body) == 413
    assert body.is_closed
    assert body.was_read < 4_096 + 65_536


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/livez", 405)])
def test_a_body_that_nobody_wants_is_given_up_unread(service: Flask, path: str, status: int) -> None:
    """Whatever the reason of the refusal."""
    body = EndlessBody()

    assert (post(service, body, path), body.is_closed, body.was_read) == (status, True, 0)


def test_a_body_that_was_read_leaves_its_connection_in_use(service: Flask) -> None:
    """The next request follows right behind it."""

    class WholeBody(EndlessBody):
        def read(self, size: int) -> bytes:
            return b"" if self.was_read else super().read(min(size, 100))

    body = WholeBody()

    assert (post(service, body), body.is_closed) == (200, False)


def test_a_body_that_does_not_arrive_in_time_is_given_up(
    service: Flask, connection: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that stalls would hold its connection for ever."""
    monkeypatch.setattr(request_body, "SECONDS_TO_ARRIVE", 0.05)
    client, server = connection
    client.sendall(b"PORT=1\n")

    with server.makefile("rb") as body:
        assert post(service, body, connection=server) == 408
