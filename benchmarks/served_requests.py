"""What the service adds to a request and to an idle stream: CPU and memory of a real gunicorn's worker."""

import http.client
import socket
import statistics
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gunicorn_worker import BACKEND, cpu_seconds, resident_kib, worker
from rounds import limit, table

REQUESTS = 2_500
STREAMS = 1_000
ROUNDS = 5
_BARE = """
from flask import Flask
application = Flask(__name__)
@application.get("/version")
def version(): return {"version": "1"}
"""
_OURS: Sequence[str] = ("run:application",)
_PLAIN = ("--access-logfile=-", "--no-control-socket", "--worker-class=gevent", "--workers=1", "bare:application")


class _Sentry(BaseHTTPRequestHandler):
    """Takes what is sent to it."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


def main() -> None:
    """Measure and print."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Sentry) as sentry, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=sentry.serve_forever, daemon=True).start()
        Path(folder, "bare.py").write_text(_BARE)
        traced = {"SENTRY_DSN": f"http://0123456789abcdef@127.0.0.1:{sentry.server_address[1]}/1"}
        _requests(Path(folder), traced)
        _streams(traced)
        sentry.shutdown()


def _requests(bare: Path, traced: Mapping[str, str]) -> None:
    subjects: dict[str, tuple[Path, Sequence[str], Mapping[str, str]]] = {
        "bare Flask view, access log": (bare, _PLAIN, {}),
        "Setpoint": (BACKEND, _OURS, {}),
        "Setpoint, Sentry at 0.1": (BACKEND, _OURS, traced),
    }
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, (folder, words, variables) in subjects.items():
            with worker(folder, words, variables) as (pid, address):
                times[name].append(_cpu_of_requests(pid, address))
    figures = {name: statistics.median(each) for name, each in times.items()}
    table("CPU time of a worker for a request", figures, "µs", "bare Flask view, access log")
    one = figures["bare Flask view, access log"]
    limit("A request over a bare Flask view", figures["Setpoint"] / one, 1.17)
    limit("A request with Sentry at 0.1 over a bare Flask view", figures["Setpoint, Sentry at 0.1"] / one, 2.13)


def _streams(traced: Mapping[str, str]) -> None:
    for name, variables, most in (("An idle stream", {}, 21), ("An idle stream with Sentry", traced, 35)):
        with worker(BACKEND, _OURS, variables) as (pid, address):
            limit(f"{name}, in KiB", _memory_of_streams(pid, address), most)


def _cpu_of_requests(pid: int, address: tuple[str, int]) -> float:
    connection = http.client.HTTPConnection(address[0], address[1], timeout=30)
    began = 0.0
    for number in range(REQUESTS + REQUESTS // 4):
        if number == REQUESTS // 4:
            began = cpu_seconds(pid)
        connection.request("GET", "/version")
        connection.getresponse().read()
    took = cpu_seconds(pid) - began
    connection.close()
    return took / REQUESTS * 1e6


def _memory_of_streams(pid: int, address: tuple[str, int]) -> float:
    with ExitStack() as stack:
        _open(stack, address, STREAMS // 4)
        before = resident_kib(pid)
        _open(stack, address, STREAMS)
        return (resident_kib(pid) - before) / STREAMS


def _open(stack: ExitStack, address: tuple[str, int], number: int) -> None:
    for _ in range(number):
        stream = stack.enter_context(socket.create_connection(address, timeout=30))
        stream.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while b"event: hello" not in received:
            received += stream.recv(4_096)


if __name__ == "__main__":
    main()
