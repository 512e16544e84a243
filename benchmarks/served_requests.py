"""What the service adds to a request and to an idle stream: CPU and memory of a real gunicorn's worker."""

import base64
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rounds import limit, table

REQUESTS = 2_500
STREAMS = 400
ROUNDS = 5
_BACKEND = Path(__file__).resolve().parents[1] / "backend"
_KEYS = "bench:" + base64.b64encode(os.urandom(32)).decode()
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
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
        "Setpoint": (_BACKEND, _OURS, {}),
        "Setpoint, Sentry at 0.1": (_BACKEND, _OURS, traced),
    }
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, (folder, words, variables) in subjects.items():
            with _worker(folder, words, variables) as (pid, address):
                times[name].append(_cpu_of_requests(pid, address))
    figures = {name: statistics.median(each) for name, each in times.items()}
    table("CPU time of a worker for a request", figures, "µs", "bare Flask view, access log")
    one = figures["bare Flask view, access log"]
    limit("A request over a bare Flask view", figures["Setpoint"] / one, 1.15)
    limit("A request with Sentry at 0.1 over a bare Flask view", figures["Setpoint, Sentry at 0.1"] / one, 2.13)


def _streams(traced: Mapping[str, str]) -> None:
    for name, variables, most in (("An idle stream", {}, 19), ("An idle stream with Sentry", traced, 34)):
        with _worker(_BACKEND, _OURS, variables) as (pid, address):
            limit(f"{name}, in KiB", _memory_of_streams(pid, address), most)


def _cpu_of_requests(pid: int, address: tuple[str, int]) -> float:
    connection = http.client.HTTPConnection(address[0], address[1], timeout=30)
    began = 0.0
    for number in range(REQUESTS + REQUESTS // 4):
        if number == REQUESTS // 4:
            began = _cpu_seconds(pid)
        connection.request("GET", "/version")
        connection.getresponse().read()
    took = _cpu_seconds(pid) - began
    connection.close()
    return took / REQUESTS * 1e6


def _memory_of_streams(pid: int, address: tuple[str, int]) -> float:
    with ExitStack() as stack:
        _open(stack, address, STREAMS // 4)
        before = _resident_kib(pid)
        _open(stack, address, STREAMS)
        return (_resident_kib(pid) - before) / STREAMS


def _open(stack: ExitStack, address: tuple[str, int], number: int) -> None:
    for _ in range(number):
        stream = stack.enter_context(socket.create_connection(address, timeout=30))
        stream.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while b"event: hello" not in received:
            received += stream.recv(4_096)


@contextmanager
def _worker(folder: Path, words: Sequence[str], variables: Mapping[str, str]) -> Iterator[tuple[int, tuple[str, int]]]:
    """Run gunicorn with one worker, and give its process id and where it listens."""
    own = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    with tempfile.TemporaryDirectory() as kept, socket.create_server(("127.0.0.1", 0), backlog=1_024) as listener:
        descriptor, address = listener.fileno(), listener.getsockname()
        store = {"ENCRYPTION_KEYS": _KEYS, "DATABASE_URL": f"sqlite:///{kept}/setpoint.db"}
        process = subprocess.Popen(
            [gunicorn, f"--bind=fd://{descriptor}", *words],
            cwd=folder,
            env={**own, "ENV_FILE": os.devnull, "WEB_CONCURRENCY": "1", **store, **variables},
            pass_fds=[descriptor],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _ask(address)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            yield int(children[0]), address
        finally:
            process.terminate()
            process.wait()


def _ask(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(address[0], address[1], timeout=30)
    connection.request("GET", "/version")
    connection.getresponse().read()
    connection.close()


def _cpu_seconds(pid: int) -> float:
    time.sleep(0.02)  # the clock of processes ticks a hundred times a second
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def _resident_kib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1_024


if __name__ == "__main__":
    main()
