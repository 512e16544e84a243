"""Stopping a server that holds open streams."""

import resource
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support.gunicorn_process import GunicornProcess, gunicorn
from support.waiting import eventually

GRACEFUL_TIMEOUT = 8
STREAMS = 1_000


@contextmanager
def _open_streams(server: GunicornProcess, number: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        streams = [stack.enter_context(server.connect()) for _ in range(number)]
        for stream in streams:
            stream.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        yield streams


def _read_until(streams: list[socket.socket], texts: list[bytearray], wanted: bytes) -> None:
    """Read all `streams` into `texts` until each holds `wanted`."""
    poll = select.poll()
    by_descriptor = {stream.fileno(): number for number, stream in enumerate(streams)}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    waiting = {number for number, text in enumerate(texts) if wanted not in text}

    def everyone_has_it() -> bool:
        for descriptor, _ in poll.poll(100):
            number = by_descriptor[descriptor]
            piece = streams[number].recv(65_536)
            texts[number] += piece
            if not piece:
                poll.unregister(descriptor)
            if wanted in texts[number]:
                waiting.discard(number)
        return not waiting

    eventually(everyone_has_it, f"all {len(streams)} streams hold {wanted!r}")


@pytest.fixture
def many_open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4_096)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.long
@pytest.mark.usefixtures("many_open_files")
def test_a_thousand_idle_streams_leave_room_for_probes_and_end_politely(tmp_path: Path) -> None:
    """Each gets `goaway`, none is cut, and the process ends within graceful_timeout."""
    with gunicorn(tmp_path / "output") as server:
        server.wait_until_ready()
        server.wait_for_workers()
        with _open_streams(server, STREAMS) as streams:
            texts = [bytearray() for _ in streams]
            _read_until(streams, texts, b"event: hello")
            assert server.get("/readyz").status == 200
            began = time.monotonic()
            server.signal(signal.SIGTERM)
            _read_until(streams, texts, b"event: goaway")
            assert server.wait() == 0
            took = time.monotonic() - began
    assert took < GRACEFUL_TIMEOUT
    assert "graceful timeout" not in server.text()


@pytest.mark.long
def test_a_reload_ends_the_streams_of_the_old_workers_politely(tmp_path: Path) -> None:
    """Their clients connect anew, to a worker with the new values."""
    with gunicorn(tmp_path / "output") as server:
        server.wait_until_ready()
        old = server.wait_for_workers()
        with _open_streams(server, 10) as streams:
            texts = [bytearray() for _ in streams]
            _read_until(streams, texts, b"event: hello")
            server.signal(signal.SIGHUP)
            _read_until(streams, texts, b"event: goaway")
        eventually(lambda: not old & server.workers(), "new workers alone")
        server.wait_for_workers()
        with _open_streams(server, 1) as streams:
            _read_until(streams, [bytearray()], b"event: hello")


def test_a_stream_in_every_slot_holds_up_neither_probes_nor_the_end(tmp_path: Path) -> None:
    """The server has more connections than the app has slots."""
    with gunicorn(tmp_path / "output", {"MAX_STREAMS": "3"}) as server:
        server.wait_until_ready()
        with _open_streams(server, 3) as streams:
            texts = [bytearray() for _ in streams]
            _read_until(streams, texts, b"event: hello")
            assert server.get("/v1/stream").status == 503
            assert server.get("/readyz").status == 200
            server.signal(signal.SIGTERM)
            _read_until(streams, texts, b"event: goaway")
            assert server.wait(GRACEFUL_TIMEOUT) == 0
