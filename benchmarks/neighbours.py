"""What one noisy app costs another one: the same reads and writes with the noise and without it, by turns.

The noise is a process of its own: reads and writes as fast as they are answered or refused, and streams up to the app's
limit. The service has one worker, and the noise a lower priority than who is measured, so that it is the service for
which they compete, and not the processor.
"""

import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from gunicorn_worker import BACKEND, worker
from load_clients import Address, Load, UnexpectedAnswerError, answer_to, is_whole
from own_service import VARIABLES, admin_token, first_revision, request
from rounds import limit, table

ROUNDS = 3
SECONDS = 10.0
STREAMS = 200
READERS, WRITERS = 16, 4
MOST = 2.0
_BETWEEN_READS, _READS_A_WRITE = 0.01, 10


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        variables = {"DATABASE_URL": f"sqlite:///{folder}/setpoint.db", "APP_STREAMS": str(STREAMS)}
        token = admin_token(folder, variables)
        with worker(BACKEND, ("run:application",), variables) as (_, address):
            for app in ("billing", "noisy"):
                first_revision(folder, address, token, app)
            compare(Neighbour(address, token), lambda: _noise(address, token), "a noisy app", MOST)


def compare(
    neighbour: "Neighbour", disturbed: Callable[[], AbstractContextManager[None]], by: str, most: float
) -> None:
    """Measure `neighbour` alone and `disturbed`, by turns, and print how long it takes; `by` says what disturbs it."""
    quiet, noisy = list[tuple[Load, Load]](), list[tuple[Load, Load]]()
    for _ in range(ROUNDS):
        quiet.append(neighbour.measured(SECONDS))
        with disturbed():
            noisy.append(neighbour.measured(SECONDS))
    for kind, what in enumerate(("reads", "writes")):
        figures = {
            f"{name}, {percent} % within": statistics.median(each[kind].percentile(percent / 100) for each in loads)
            for percent in (50, 99)
            for name, loads in (("alone", quiet), (f"beside {by}", noisy))
        }
        table(f"How long {what} of an app take", figures, "ms", "alone, 99 % within")
        ratio = figures[f"beside {by}, 99 % within"] / figures["alone, 99 % within"]
        limit(f"p99 of {what} beside {by} over that without", ratio, most)


class Neighbour:
    """An app that reads and writes now and then, over one connection each."""

    def __init__(self, address: Address, token: str) -> None:
        self._read = request("GET", _config("billing"), token)
        self._token, self._address = token, address
        self._revision = 1

    def measured(self, seconds: float) -> tuple[Load, Load]:
        """Return how its reads and its writes went."""
        reads, writes = list[float](), list[float]()
        with socket.create_connection(self._address) as reader, socket.create_connection(self._address) as writer:
            ends_at, number = time.perf_counter() + seconds, 0
            while time.perf_counter() < ends_at:
                reads.append(_answered(reader, self._read, b"200"))
                number += 1
                if number % _READS_A_WRITE == 0:
                    writes.append(_answered(writer, _write("billing", self._token, self._revision), b"201"))
                    self._revision += 1
                time.sleep(_BETWEEN_READS)
        return Load(seconds, sorted(reads)), Load(seconds, sorted(writes))


def _answered(client: socket.socket, sent: bytes, status: bytes) -> float:
    began = time.perf_counter()
    answer = answer_to(client, sent)
    took = time.perf_counter() - began
    if not answer.startswith(b"HTTP/1.1 " + status):
        raise UnexpectedAnswerError(answer[:300])
    return took


def _config(app: str) -> str:
    return f"/v1/apps/{app}/environments/production/config"


def _write(app: str, token: str, revision: int) -> bytes:
    body = json.dumps({**VARIABLES, "NAME_0": str(time.perf_counter_ns())}).encode()
    condition = {"If-Match": f'"{revision}"', "Content-Type": "application/json", "Content-Length": str(len(body))}
    return request("PUT", _config(app), token, **condition) + body


@contextmanager
def _noise(address: Address, token: str) -> Iterator[None]:
    """Make noise for a while, and give a moment in which it is at its height."""
    command, pipe = [sys.executable, __file__, "noise", address[0], str(address[1])], subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    try:
        process.stdin.write(f"{token}\n")  # type: ignore[union-attr]  # it has pipes
        process.stdin.flush()  # type: ignore[union-attr]
        process.stdout.readline()  # type: ignore[union-attr]
        yield
    finally:
        process.terminate()
        process.wait()


def make_noise(address: Address, token: str) -> None:
    """Do all that an app can do to others, until somebody ends this process."""
    os.nice(5)
    hello = request("GET", "/v1/stream?environment=noisy/production", token)
    streams = [socket.create_connection(address) for _ in range(STREAMS)]
    for each in streams:
        each.sendall(hello)
        each.recv(1_024)  # of what was opened, or that there are too many
    print("ready", flush=True)
    _read_and_write(address, token)


def _read_and_write(address: Address, token: str) -> None:
    """Read and write without a pause; whatever is answered, the next request follows."""
    read = request("GET", _config("noisy"), token)
    poll = select.epoll()
    clients = dict[int, socket.socket]()
    writers, received = set[int](), dict[int, bytes]()
    for number in range(READERS + WRITERS):
        client = socket.create_connection(address)
        clients[client.fileno()] = client
        poll.register(client, select.EPOLLIN)
        if number < WRITERS:
            writers.add(client.fileno())
        client.sendall(read)
    while True:
        for each, _ in poll.poll(30):
            part = clients[each].recv(65_536)
            if not part:
                raise ConnectionError
            answer = received.pop(each, b"") + part
            if is_whole(answer):
                clients[each].sendall(_write("noisy", token, _revision(answer)) if each in writers else read)
            else:
                received[each] = answer


def _revision(answer: bytes) -> int:
    """Return the revision to write over: what was told last, whoever has written it."""
    global _known  # noqa: PLW0603 - the one thing that all writers know
    for name in (b'"revision":', b'"current":'):
        found = answer.partition(name)[2].lstrip()[:12]
        digits = bytes(each for each in found.partition(b",")[0] if chr(each).isdigit())
        if digits:
            _known = int(digits)
    return _known


_known = 1

if __name__ == "__main__":
    if sys.argv[1:2] == ["noise"]:
        make_noise((sys.argv[2], int(sys.argv[3])), sys.stdin.readline().strip())
    else:
        main()
