"""Writers that contend for one environment over HTTP, watchers of it, and readers, each on a worker of its own."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from support.configuration_service import first_token
from support.gunicorn_process import GunicornProcess
from support.small_contract import contract
from support.waiting import PATIENCE_IN_SECONDS, eventually

CONTRACT = contract(WRITER="text!", COUNT="integer!")
LOST = (OSError, http.client.HTTPException)
_MOST_CONNECTIONS = 2_000


@dataclass
class Client:
    """One connection, which stays with the worker that took it, to read and write one environment."""

    address: tuple[str, int]
    token: str
    environment: str = "production"

    def __post_init__(self) -> None:
        self.base = f"/v1/apps/billing/environments/{self.environment}"
        self.connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE_IN_SECONDS)
        self.connection.connect()

    def ask(self, method: str, path: str, content: object = None, /, **headers: str) -> http.client.HTTPResponse:
        """Send a request, a text as it is; headers are written with `_` for `-`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        body = content if content is None or isinstance(content, str) else json.dumps(content)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **named}
        try:
            self.connection.request(method, path, body, sent)
            return self.connection.getresponse()
        except LOST:
            self.connection.close()  # the next request makes a new one
            raise

    def call(self, method: str, path: str, content: object = None, /, **headers: str) -> tuple[int, Any]:
        """Return status and JSON of the answer."""
        response = self.ask(method, path, content, **headers)
        try:
            return response.status, json.loads(response.read() or b"null")
        except LOST:
            self.connection.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def current(self) -> int:
        """Return the number of the current revision."""
        try:
            status, found = self.call("GET", f"{self.base}/config")
        except http.client.RemoteDisconnected:  # it had been idle for too long
            status, found = self.call("GET", f"{self.base}/config")
        assert status == 200, found
        number: int = found["revision"]
        return number

    def write(self, variables: Mapping[str, str], **condition: str) -> tuple[int, Any]:
        """Write a revision; return status and JSON of the answer."""
        return self.call("PUT", f"{self.base}/config", variables, **condition)


def client_of_each_worker(server: GunicornProcess, token: str, environment: str) -> list[Client]:
    """Return a client of each worker of `server`."""
    found: dict[int, Client] = {}
    workers = server.workers()
    for _ in range(_MOST_CONNECTIONS):
        client = Client(server.address, token, environment)
        client.call("GET", "/livez")
        if found.setdefault(server.worker_of(client.connection.sock), client) is not client:
            client.close()
        if set(found) == workers:
            return list(found.values())
    for client in found.values():
        client.close()
    message = f"of the workers {sorted(workers)}, only {sorted(found)} took one of {_MOST_CONNECTIONS} connections"
    raise AssertionError(message)


def begin(server: GunicornProcess, database: str, keys: str) -> str:
    """Make a token and a schema; return the token."""
    token = first_token(database, keys)
    push_contract(server, token)
    return token


def push_contract(server: GunicornProcess, token: str) -> None:
    """Make the schema of what writers write."""
    with closing(Client(server.address, token)) as client:
        path = f"/v1/apps/billing/schemas/{CONTRACT.digest}?release=1"
        assert client.call("PUT", path, json.loads(CONTRACT.document))[0] in {200, 201}


class Writer(threading.Thread):
    """Writes so many times, or until it is told to stop, each time from the newest revision that it knows of.

    Attributes:
        accepted: What it wrote, by the number of the revision that it was told.
        refused: How often somebody else was faster.
        unanswered: How often a connection was lost, or the service could not reach its database.
        stale: The numbers that a read on another connection did not know of yet.
    """

    def __init__(self, name: str, writing: Client, reading: Client, attempts: int) -> None:
        super().__init__(name=name, daemon=True)
        self._writing, self._reading, self._attempts = writing, reading, attempts
        self._stopping = threading.Event()
        self.accepted: dict[int, dict[str, str]] = {}
        self.refused = self.unanswered = 0
        self.last_failure = ""
        self.stale: list[int] = []

    def run(self) -> None:
        """Write."""
        known = self._newest()
        for count in range(self._attempts):
            if self._stopping.is_set():
                return
            known = self._write(known, {"WRITER": self.name, "COUNT": str(count)})

    def stop(self) -> None:
        """Write no longer."""
        self._stopping.set()

    def _write(self, known: int, variables: dict[str, str]) -> int:
        try:
            status, answer = self._writing.write(variables, If_Match=f'"{known}"')
        except LOST:
            status, answer = 503, None
        if status == 201:
            self.accepted[answer["revision"]] = variables
            newest = self._newest()
            if newest < answer["revision"]:
                self.stale.append(answer["revision"])
            return newest
        if status == 412:
            self.refused += 1
            number: int = answer["current"]
            return number
        assert status == 503, answer
        self.unanswered += 1
        return self._newest()

    def _newest(self) -> int:
        while True:
            try:
                return self._reading.current()
            except (*LOST, AssertionError) as error:
                self.unanswered += 1
                self.last_failure = repr(error)
            time.sleep(0.02)


class Watcher(threading.Thread):
    """Follows the environment until it is told to stop; comes back when its stream ends."""

    def __init__(self, client: Client) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._position = ""
        self._stopping = threading.Event()
        self.numbers: list[int] = []
        self.resets = 0
        self.has_begun = threading.Event()

    def run(self) -> None:
        """Follow."""
        while not self._stopping.is_set():
            # http.client raises an AttributeError where a response is cut between two chunks.
            with suppress(*LOST, AttributeError):
                for event in self._events():
                    self._take(event)
            self._client.close()
            time.sleep(0.02)

    def stop(self) -> None:
        """Follow no longer."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        with suppress(OSError):
            self._client.connection.sock.shutdown(socket.SHUT_RDWR)
        self.join()

    def _events(self) -> Iterator[Mapping[str, str]]:
        resuming = {"Last_Event_ID": self._position} if self._position else {}
        response = self._client.ask("GET", f"{self._client.base}/stream", **resuming)
        if response.status != http.client.OK:
            raise ConnectionError(response.status)
        event: dict[str, str] = {}
        while line := response.readline().decode():
            name, _, text = line.rstrip("\n").partition(": ")
            if name:
                event[name] = text
            elif "event" in event:
                yield event
                event = {}
            else:
                event = {}

    def _take(self, event: Mapping[str, str]) -> None:
        self._position = event.get("id", self._position)
        if event["event"] == "revision":
            self.numbers.append(json.loads(event["data"])["revision"])
        self.resets += event["event"] == "reset"
        if event["event"] == "bookmark":
            self.has_begun.set()


class Holder(threading.Thread):
    """Reads all the time, on one worker, with the token that it holds.

    Attributes:
        statuses: What it was answered.
    """

    def __init__(self, client: Client, token: str) -> None:
        super().__init__(daemon=True)
        client.token = token
        self._client, self._stopping = client, threading.Event()
        self.statuses: list[int] = []

    def run(self) -> None:
        """Read."""
        while not self._stopping.is_set():
            self.statuses.append(self._client.call("GET", f"{self._client.base}/config")[0])

    def take(self, token: str) -> None:
        """Hold another token, and return once the one before is on its way no longer."""
        self._client.token = token
        sent = len(self.statuses)
        eventually(lambda: len(self.statuses) > sent + 1 or not self.is_alive(), "it reads")

    def stop(self) -> None:
        """Read no longer."""
        self._stopping.set()
        self.join()
