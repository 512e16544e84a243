"""How soon 100,000 instances are heard that all answer at once, and what that costs the service and PostgreSQL."""

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from gunicorn_worker import BACKEND, cpu_seconds, workers
from light_instances import PLACE
from load_clients import Address, UnexpectedAnswerError
from own_service import admin_token, first_revision
from rounds import limit
from support.postgresql_server import PostgresqlServer, postgresql_server

ROUNDS = 3
REQUESTS, IN_A_REQUEST = 10, 10_000
MOST_SECONDS = 1.5
"""About a second, with a client and a database on the same two cores."""
_SESSIONS = """
    INSERT INTO sessions (app, environment, id, instance, host, pid, started_at, release, schema, principal_id,
                          opened_at, held_by)
    SELECT 'billing', 'production', gen_random_uuid()::text, number::text, 'web-1', number, 1, '1', '', principals.id,
           1, 'bench'
    FROM generate_series(1, %s) AS number, (SELECT min(id) AS id FROM principals) AS principals
    RETURNING id
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, postgresql_server(settings={}) as server:
        folder = Path(name)
        variables = {"DATABASE_URL": server.url(), "WEB_CONCURRENCY": "2"}
        token = admin_token(folder, variables)
        with workers(BACKEND, ("run:application",), variables) as (pids, address):
            first_revision(folder, address, token)
            opened = _opened(server)
            told = {
                "": [_body(ids, _alike) for ids in opened],
                ", of which no two are alike,": [_body(ids, _unlike) for ids in opened],
            }
            took = {which: _cost(server, pids, address, token, bodies) for which, bodies in told.items()}
    number = REQUESTS * IN_A_REQUEST
    print()
    for which, (_, cpu) in took.items():
        cost = f"{cpu:.2f} s of CPU, {cpu / number * 1e6:.1f} µs each"
        print(f"{number:,} verdicts{which} cost the workers and PostgreSQL {cost}")
    limit(f"Seconds until {number:,} verdicts in {REQUESTS} requests are stored", took[""][0], MOST_SECONDS)


def _opened(server: PostgresqlServer) -> Sequence[Sequence[str]]:
    """Return the ids of sessions that are put into the database directly: to open them is not what is measured."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        ids = [each for (each,) in connection.execute(_SESSIONS, [REQUESTS * IN_A_REQUEST])]
        connection.execute("VACUUM ANALYZE sessions")
    return [ids[start : start + IN_A_REQUEST] for start in range(0, len(ids), IN_A_REQUEST)]


def _alike(_: int) -> Mapping[str, object]:
    return {"environment": PLACE, "revision": 1, "verdict": "APPLIED"}


def _unlike(number: int) -> Mapping[str, object]:
    """Return a verdict of an instance that says since when it serves the revision, too."""
    return {**_alike(number), "serves": {"revision": 1, "since": f"2026-01-01T00:00:00.{number:06}Z"}}


def _body(ids: Sequence[str], told: Callable[[int], Mapping[str, object]]) -> bytes:
    return json.dumps([{"session": each, **told(number)} for number, each in enumerate(ids)]).encode()


def _cost(
    server: PostgresqlServer, workers: Sequence[int], address: Address, token: str, bodies: Sequence[bytes]
) -> tuple[float, float]:
    """Return the seconds until all are stored, and those of the processors that this takes."""
    _tell(address, token, bodies)
    processes = [*workers, *_servers(server)]
    before = sum(map(cpu_seconds, processes))
    took = [_tell(address, token, bodies) for _ in range(ROUNDS)]
    return statistics.median(took), (sum(map(cpu_seconds, processes)) - before) / ROUNDS


def _tell(address: Address, token: str, bodies: Sequence[bytes]) -> float:
    """Return the seconds until all are stored."""
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def report(body: bytes) -> None:
        connection = http.client.HTTPConnection(*address, timeout=60)
        connection.request("POST", "/v1/verdicts", body, sent)
        answer = connection.getresponse().read()
        connection.close()
        if json.loads(answer).get("stored") != IN_A_REQUEST:
            raise UnexpectedAnswerError(answer[:500])

    began = time.perf_counter()
    with ThreadPoolExecutor(len(bodies)) as clients:
        list(clients.map(report, bodies))
    return time.perf_counter() - began


def _servers(server: PostgresqlServer) -> Sequence[int]:
    """Return the processes that have connections of the service."""
    with psycopg.connect(server.url()) as connection:
        others = "SELECT pid FROM pg_stat_activity WHERE application_name = 'setpoint'"
        return [pid for (pid,) in connection.execute(others)]


if __name__ == "__main__":
    main()
