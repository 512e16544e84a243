"""What several workers must agree on over HTTP: who won, what is current, what is told, also when some are killed."""

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from app.service.webhooks.delivering import LEASE
from app.store.opening import open_store
from support.contenders import Client, Holder, Watcher, Writer, begin, client_of_each_worker
from support.gunicorn_process import GunicornProcess, gunicorn
from support.keyed_settings import KEYS
from support.postgresql_server import PostgresqlServer, postgresql_server
from support.waiting import PATIENCE_IN_SECONDS, eventually
from support.webhook_receiver import webhook_receiver
from support.writing_process import ROUNDS

pytestmark = pytest.mark.long

WRITERS = 8
ATTEMPTS = 200 if ROUNDS >= 10 else 12
KILLS = max(1, ROUNDS // 2)
KILLS_THE_DATABASE = ROUNDS >= 10
"""In every run, the store is held to that without HTTP (`test_postgresql_faults`)."""
PATIENT = ("--keep-alive", "60")
"""A client stays with its worker, however long a test talks to the others meanwhile."""
ALLOWED = {"WEBHOOKS_ALLOW_PRIVATE": "true", "APP_REVISIONS_PER_HOUR": "1000000"}
"""Receivers on this machine, and more writes than an app makes: in a long run, its usual limit would be reached."""
REVOKED_WITHIN = 1.0
"""How long a stream may outlive its token, in seconds."""
DURABLE = {"fsync": "on", "synchronous_commit": "on"}


@dataclass
class Deployment:
    """Servers on one database."""

    servers: list[GunicornProcess]
    token: str
    database: str
    postgresql: PostgresqlServer | None = None
    environment: str = ""
    open_clients: list[Client] = field(default_factory=list)

    def begin(self, environment: str) -> None:
        """Use an environment of its own from now on, and make its first revision."""
        self.environment = environment
        client = self.client_of_each_worker()[0]
        assert client.write({"WRITER": "first", "COUNT": "0"}, If_None_Match="*")[0] == 201

    def client_of_each_worker(self) -> list[Client]:
        """Return a client of each worker."""
        found = [
            client for server in self.servers for client in client_of_each_worker(server, self.token, self.environment)
        ]
        self.open_clients += found
        return found

    def close(self) -> None:
        """Close all connections."""
        for client in self.open_clients:
            client.close()


@contextmanager
def four_workers_on_sqlite(folder: Path) -> Iterator[Deployment]:
    database = f"sqlite:///{folder}/setpoint.db"
    variables = {"DATABASE_URL": database, "WEB_CONCURRENCY": "4", **ALLOWED}
    with gunicorn(folder / "output", variables, PATIENT) as server:
        server.wait_for_workers(4)
        yield Deployment([server], begin(server, database, KEYS), database)


@contextmanager
def twice_two_workers_on_postgresql(folder: Path) -> Iterator[Deployment]:
    with ExitStack() as stack:
        postgresql = stack.enter_context(postgresql_server(settings=DURABLE))
        variables = {"DATABASE_URL": postgresql.new_database(), "WEB_CONCURRENCY": "2", **ALLOWED}
        servers = [stack.enter_context(gunicorn(folder / f"output{number}", variables, PATIENT)) for number in range(2)]
        for server in servers:
            server.wait_for_workers(2)
        database = variables["DATABASE_URL"]
        yield Deployment(servers, begin(servers[0], database, KEYS), database, postgresql)


DEPLOYMENTS = {
    "four workers on SQLite": four_workers_on_sqlite,
    "twice two workers on PostgreSQL": twice_two_workers_on_postgresql,
}


@pytest.fixture(scope="module", params=DEPLOYMENTS)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with DEPLOYMENTS[request.param](tmp_path_factory.mktemp("deployment")) as started, closing(started):
        yield started


def written(writers: list[Writer]) -> dict[int, dict[str, str]]:
    """Return what was written by the number of the revision; fail if two were told the same."""
    accepted = [writer.accepted.copy() for writer in writers]  # those that still write add to it
    told = {number: variables for each in accepted for number, variables in each.items()}
    assert len(told) == sum(map(len, accepted)), "each number has one winner"
    return told


def numbers(client: Client) -> list[int]:
    """Return the numbers of all revisions, the newest first."""
    found: list[int] = []
    while True:
        before = f"&before={found[-1]}" if found else ""
        page = client.call("GET", f"{client.base}/revisions?limit=200{before}")[1]["revisions"]
        if not page:
            return found
        found += [each["revision"] for each in page]


def assert_all_agree(deployment: Deployment, watchers: list[Watcher], told: dict[int, dict[str, str]]) -> None:
    """Read everything from every worker, and what every watcher was told."""
    clients = deployment.client_of_each_worker()
    newest = clients[0].current()
    for client in clients:
        assert numbers(client) == list(range(newest, 0, -1)), "no number is missing"
    for number, variables in told.items():
        for client in clients:
            read = client.call("GET", f"{client.base}/revisions/{number}")[1]["variables"]
            assert {name: each["value"] for name, each in read.items()} == variables
    for watcher in watchers:
        eventually(lambda told=watcher.numbers: told[-1:] == [newest], "the last revision is told")  # type: ignore[misc]
        watcher.stop()
        assert watcher.numbers == list(range(2, newest + 1)), "each revision was told once and in order"
        assert watcher.resets == 0


@contextmanager
def contending(deployment: Deployment, attempts: int) -> Iterator[tuple[list[Writer], list[Watcher]]]:
    """Give writers at work, each on two workers, and a watcher on each worker."""
    watchers = [Watcher(client) for client in deployment.client_of_each_worker()]
    for watcher in watchers:
        watcher.start()
        watcher.has_begun.wait()
    writing, reading = ([*deployment.client_of_each_worker(), *deployment.client_of_each_worker()] for _ in range(2))
    writers = [Writer(f"writer-{number}", writing[number], reading[number - 1], attempts) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield writers, watchers
    finally:
        for writer in writers:
            writer.stop()
        for watcher in watchers:
            watcher.stop()


def test_all_workers_agree_on_who_won_and_on_what_is_told(deployment: Deployment) -> None:
    """Eight writers at once: what is accepted is read by every worker from then on, and told once and in order."""
    deployment.begin("agreeing")
    with contending(deployment, ATTEMPTS) as (writers, watchers):
        for writer in writers:
            writer.join()
        assert sum(writer.refused for writer in writers) > 0, "they were in each other's way"
        assert [writer.stale for writer in writers] == [[]] * WRITERS, "what was accepted is current for every worker"
        assert sum(writer.unanswered for writer in writers) == 0
        assert_all_agree(deployment, watchers, written(writers))


def test_messages_in_and_out_have_one_effect_though_all_workers_are_killed(deployment: Deployment) -> None:
    """What one did is stored with what it did; one whose worker is gone is sent again, under the same id."""
    deployment.begin("telling")
    client, wanted = deployment.client_of_each_worker()[0], {"bound": "billing/telling", "events": ["revision.created"]}
    assert client.write({"WRITER": "one", "COUNT": "1"}, If_Match='"1"')[0] == 201
    alarm = client.call("POST", "/v1/webhooks/in", {"environment": "billing/telling", "action": "rollback"})[1]
    with webhook_receiver() as receiver:
        receiver.is_open.clear()
        made = client.call("POST", "/v1/webhooks", {"url": receiver.url, **wanted})[1]
        taken_back = {"effect": "rolled_back", "environment": "billing/telling", "revision": 2, "current": 3}
        clients = deployment.client_of_each_worker()
        with ThreadPoolExecutor(len(clients)) as pool:
            assert [*pool.map(lambda each: _sound(each, alarm), clients)] == [(200, taken_back)] * len(clients)
        eventually(lambda: receiver.received, "the webhook arrives")
        _kill_all_workers(deployment)
        assert len(receiver.received) == 1, "nobody else has tried"
        receiver.is_open.set()
        _end_the_lease(deployment)
        eventually(lambda: len(receiver.received) > 1, "another worker delivers it")
        assert len({*receiver.ids}) == 1
        assert [each["data"]["revision"] for each in receiver.verified(made["secret"])] == [3, 3]
        client = deployment.client_of_each_worker()[0]
        path = f"/v1/webhooks/{made['id']}"
        eventually(
            lambda: client.call("GET", f"{path}/deliveries")[1]["deliveries"][0]["state"] == "delivered",
            "what came of it is written down",
        )
        assert client.call("DELETE", path)[0] == 200
    assert _sound(client, alarm) == (200, taken_back)
    assert numbers(client) == [3, 2, 1]


def _sound(client: Client, alarm: dict[str, Any]) -> tuple[int, Any]:
    """Send the same message to `alarm` as every time."""
    at = datetime.now(UTC)
    signature = Webhook(alarm["secret"]).sign("msg_1", at, "")
    headers = {"webhook_id": "msg_1", "webhook_timestamp": str(int(at.timestamp()))}
    return client.call("POST", alarm["path"], "", webhook_signature=signature, **headers)


def _kill_all_workers(deployment: Deployment) -> None:
    """Kill them at once, and wait for as many others."""
    before = {worker for server in deployment.servers for worker in server.workers()}
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    for server in deployment.servers:
        eventually(lambda server=server: server.workers().isdisjoint(before), "the workers are gone")  # type: ignore[misc]
        server.wait_for_workers(len(before) // len(deployment.servers))


def _end_the_lease(deployment: Deployment) -> None:
    """Claim what is waiting from its holder, and let go of it at once: no test waits for two minutes."""
    now = datetime.now(UTC)
    with closing(open_store(deployment.database, KEYS)) as store:
        (claimed,) = store.write(lambda found: found.webhooks.claim(now + LEASE, now, 1, []))
    assert claimed.attempts == ()


def test_a_token_is_rotated_under_load_on_all_workers(deployment: Deployment) -> None:
    """Who holds it is refused with neither the old one nor the new one; after its grace, the old one is refused."""
    deployment.begin("rotating")
    admin, *_ = deployment.client_of_each_worker()
    wanted = {"name": "ci", "scopes": ["config:read"], "bounds": ["billing/rotating"]}
    made = admin.call("POST", "/v1/tokens", wanted)[1]
    holders = [Holder(client, made["token"]) for client in deployment.client_of_each_worker()]
    for holder in holders:
        holder.start()
    for _ in range(5):
        renewed = admin.call("POST", f"/v1/tokens/{made['id']}/rotate?grace=60")[1]
        for holder in holders:
            holder.take(renewed["token"])
        assert admin.call("DELETE", f"/v1/tokens/{made['id']}")[0] == 200
        made = renewed
    for holder in holders:
        holder.stop()
        assert set(holder.statuses) == {200}
    others = deployment.client_of_each_worker()
    newest = admin.call("POST", f"/v1/tokens/{made['id']}/rotate?grace=0")[1]
    for token, status in ((made["token"], 401), (newest["token"], 200)):
        for each in others:
            each.token = token
            assert each.call("GET", f"{each.base}/config")[0] == status


def test_a_revoked_token_is_refused_by_all_workers_and_its_streams_end(deployment: Deployment) -> None:
    """On its next request; and a stream within the time that is promised, on whichever worker it is."""
    deployment.begin("revoking")
    clients = deployment.client_of_each_worker()
    scopes, bounds = ["config:read"], ["billing/revoking"]
    made = clients[0].call("POST", "/v1/tokens", {"name": "short", "scopes": scopes, "bounds": bounds})[1]
    streams = deployment.client_of_each_worker()
    for client in (*clients, *streams):
        client.token = made["token"]
    responses = [client.ask("GET", f"{client.base}/stream") for client in streams]
    assert [response.status for response in responses] == [200] * len(streams)
    assert [client.call("GET", f"{client.base}/config")[0] for client in clients] == [200] * len(clients)
    admin = deployment.client_of_each_worker()[0]
    assert admin.call("DELETE", f"/v1/tokens/{made['id']}")[0] == 200
    revoked = time.monotonic()
    assert [client.call("GET", f"{client.base}/config")[0] for client in clients] == [401] * len(clients)
    told = [response.read().decode() for response in responses]
    assert time.monotonic() - revoked < REVOKED_WITHIN
    assert [each.split("\n\n")[-2] for each in told] == ['event: goaway\ndata: {"reason":"token"}'] * len(streams)
    assert ": heartbeat" not in "".join(told)


def test_what_was_acknowledged_is_there_when_workers_and_the_database_are_killed(deployment: Deployment) -> None:
    """Watchers come back with the last event that they have seen, and miss nothing."""
    deployment.begin("outliving")
    with contending(deployment, 1_000_000) as (writers, watchers):
        for _ in range(KILLS):
            before = len(written(writers))
            eventually(lambda before=before: len(written(writers)) > before + WRITERS, "they write")  # type: ignore[misc]
            for server in deployment.servers:
                kill_a_worker(server)
            if deployment.postgresql and KILLS_THE_DATABASE:
                deployment.postgresql.kill()
                deployment.postgresql.start()
        for writer in writers:
            writer.stop()
        for writer in writers:
            writer.join(PATIENCE_IN_SECONDS)
            assert not writer.is_alive(), writer.last_failure
        assert sum(writer.unanswered for writer in writers) > 0, "somebody was cut off"
        assert_all_agree(deployment, watchers, written(writers))


def kill_a_worker(server: GunicornProcess) -> None:
    """Kill any worker of `server`, and wait for another in its place."""
    number = len(server.workers())
    worker = random.choice(sorted(server.workers()))  # noqa: S311 - any of them will do
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: worker not in server.workers(), "it is gone")
    server.wait_for_workers(number)
