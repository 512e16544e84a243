"""Clients that cost little themselves: one process, raw sockets, epoll."""

import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Address = tuple[str, int]


class UnexpectedAnswerError(Exception):
    """What was measured is not what was meant; the text is what came instead."""


@dataclass(frozen=True, slots=True)
class Load:
    """How a number of requests went.

    Attributes:
        seconds: How long all of them took.
        latencies: Seconds for each, sorted.
    """

    seconds: float
    latencies: list[float]

    def percentile(self, share: float) -> float:
        """Return the latency that so many requests did not exceed, in milliseconds."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))] * 1_000


def flat_out(
    address: Address,
    request: bytes,
    status: bytes,
    number: int,
    connections: int = 32,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> Load:
    """Send `number` requests as fast as they are answered, over as many connections that are kept."""
    poll = select.epoll()
    clients = {}
    for _ in range(connections):
        client = socket.create_connection(address)
        clients[client.fileno()] = client
        poll.register(client, select.EPOLLIN)
    sent, received, latencies = dict[int, float](), dict.fromkeys(clients, b""), list[float]()
    left = number
    began = clock()
    waiting = list(clients)
    while len(latencies) < number:
        for each in waiting[:left]:
            sent[each] = clock()
            clients[each].sendall(request)
        left -= min(left, len(waiting))
        waiting = []
        for each, _ in poll.poll(30):
            received[each] += _read(clients[each])
            if is_whole(received[each]):
                if not received[each].startswith(b"HTTP/1.1 " + status):
                    raise UnexpectedAnswerError(received[each][:200])
                latencies.append(clock() - sent[each])
                received[each] = b""
                waiting.append(each)
    took = clock() - began
    for client in clients.values():
        client.close()
    return Load(took, sorted(latencies))


@contextmanager
def watchers(address: Address, hello: bytes, ready: bytes, number: int) -> Iterator["Watchers"]:
    """Give so many connections that have sent `hello` and have received `ready`."""
    clients = {}
    poll = select.epoll()
    for _ in range(number):
        client = socket.create_connection(address)
        client.sendall(hello)
        received = b""
        while ready not in received:
            received += _read(client)
        client.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        clients[client.fileno()] = client
        poll.register(client, select.EPOLLIN)
    try:
        yield Watchers(clients, poll)
    finally:
        for client in clients.values():
            client.close()


@dataclass(frozen=True, slots=True)
class Watchers:
    """Connections that wait to be told something."""

    clients: dict[int, socket.socket]
    poll: select.epoll

    def last_told_ms(self, publish: Callable[[], object], told: bytes) -> float:
        """Return the milliseconds from the call of `publish` until the last one has received `told`."""
        missing, received = set(self.clients), dict.fromkeys(self.clients, b"")
        began = time.perf_counter()
        publish()
        while missing:
            ready = self.poll.poll(30)
            if not ready:
                raise UnexpectedAnswerError(f"{len(missing)} were told nothing")  # noqa: TRY003, EM102 - its one place
            for each, _ in ready:
                received[each] += _read(self.clients[each])
                if told in received[each]:
                    missing.discard(each)
        return (time.perf_counter() - began) * 1_000


def answer_to(client: socket.socket, request: bytes) -> bytes:
    """Send a request and return the whole answer."""
    client.sendall(request)
    received = b""
    while not is_whole(received):
        received += _read(client)
    return received


def _read(client: socket.socket) -> bytes:
    part = client.recv(65_536)
    if not part:
        raise ConnectionError
    return part


def is_whole(received: bytes) -> bool:
    """Return whether an answer is there with all of its body."""
    head, end, body = received.partition(b"\r\n\r\n")
    _, named, rest = head.lower().partition(b"\r\ncontent-length:")
    return bool(end) and len(body) >= (int(rest.split(b"\r\n")[0]) if named else 0)
