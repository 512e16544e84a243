"""What the service does in a second and how soon it tells, beside what people would take instead; all on this machine.

Redis and etcd take part where they are installed. CPU times are those of the one process that serves.
"""

import base64
import http.client
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from app.stream.heartbeats import HEARTBEAT_SECONDS
from gunicorn_worker import BACKEND, cpu_seconds, resident_kib, worker
from load_clients import Address, UnexpectedAnswerError, flat_out, watchers
from own_service import CONFIG, admin_token, first_revision, putting, request
from rounds import limit, table

ROUNDS = 3
REQUESTS = 4_000
WRITES = 160
CROWD = 16
WATCHERS = tuple(int(each) for each in os.environ.get("BENCH_WATCHERS", "1000 5000").split())
HELD = int(os.environ.get("BENCH_HELD", "10000"))
STREAM = "/v1/apps/billing/environments/production/stream"
_GUNICORN = ("--no-control-socket", "--worker-class=gevent", "--workers=1", "--access-logfile=/dev/null")
_BARE = """
BODY = b"x" * 1_024
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "1024")])
    return [BODY]
"""
_FLASK = """
import os, sqlite3
from flask import Flask, Response, request
application = Flask(__name__)
store = sqlite3.connect(os.environ["STORE"], check_same_thread=False, isolation_level=None)
store.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
store.execute("CREATE TABLE IF NOT EXISTS kept (app TEXT, environment TEXT, number INTEGER, body BLOB)")
store.execute("INSERT INTO kept VALUES ('billing', 'production', 1, ?)", (b"x" * 1_024,))
@application.get("/v1/apps/<app>/environments/<environment>/config")
def read(app, environment):
    where = (app, environment)
    row = store.execute("SELECT number, body FROM kept WHERE app = ? AND environment = ?", where).fetchone()
    response = Response(row[1], mimetype="application/json")
    response.set_etag(str(row[0]))
    return response.make_conditional(request)
@application.put("/v1/apps/<app>/environments/<environment>/config")
def write(app, environment):
    store.execute("INSERT INTO kept VALUES (?, ?, 2, ?)", (app, environment, request.get_data()))
    return "", 201
"""


def main() -> None:
    """Measure and print."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for module, source in {"bare": _BARE, "flask_and_sqlite": _FLASK}.items():
            (folder / f"{module}.py").write_text(source)
        most_streams = str(HELD + 600)
        variables = {"DATABASE_URL": f"sqlite:///{folder}/setpoint.db", "APP_REVISIONS_PER_HOUR": "1000000"}
        variables |= {"MAX_STREAMS": most_streams, "APP_STREAMS": most_streams}
        _reads(folder, variables)
        _writes(folder, variables)
        _fan_out(variables, admin_token(folder, variables))
        _held(variables, admin_token(folder, variables))


def _reads(folder: Path, variables: Mapping[str, str]) -> None:
    token = admin_token(folder, variables)
    plain = request("GET", CONFIG, token)
    known = request("GET", CONFIG, token, **{"If-None-Match": '"1"'})
    store = {"STORE": str(folder / "flask.db")}
    subjects = {
        "bare WSGI callable": (folder, (*_GUNICORN, "bare:application"), {}, plain, b"200"),
        "Flask + sqlite3": (folder, (*_GUNICORN, "flask_and_sqlite:application"), store, plain, b"200"),
        "Setpoint, 200": (BACKEND, ("run:application",), variables, plain, b"200"),
        "Setpoint, 304": (BACKEND, ("run:application",), variables, known, b"304"),
    }
    cpu: dict[str, list[float]] = {name: [] for name in subjects}
    fairness = dict[str, float]()
    for _ in range(ROUNDS):
        for name, (where, words, environment, sent, status) in subjects.items():
            with worker(where, words, environment) as (pid, address):
                if name.startswith("Setpoint"):
                    first_revision(folder, address, token)
                flat_out(address, sent, status, REQUESTS // 4)
                before = cpu_seconds(pid)
                load = flat_out(address, sent, status, REQUESTS)
                cpu[name].append((cpu_seconds(pid) - before) / REQUESTS * 1e6)
                fairness[name] = load.percentile(0.99) / load.percentile(0.5)
    figures = {name: statistics.median(each) for name, each in cpu.items()}
    table("CPU of a read of 1 KiB over 32 connections, each with an access log", figures, "µs", "Setpoint, 200")
    ours = figures["Setpoint, 200"]
    limit("A read over a bare WSGI callable", ours / figures["bare WSGI callable"], 1 / 0.7)
    limit("A read over Flask + sqlite3", ours / figures["Flask + sqlite3"], 1 / 1.4)
    for name, ratio in fairness.items():
        print(f"{name}: saturated, the slowest hundredth waits {ratio:.1f} times the median")


def _writes(folder: Path, variables: Mapping[str, str]) -> None:
    token = admin_token(folder, variables)
    with ExitStack() as stack:
        _, address = stack.enter_context(worker(BACKEND, ("run:application",), variables))
        first_revision(folder, address, token)
        alone = {"fdatasync of 4 KiB": [_syncing(folder)], "PUT to Setpoint": [putting(address, token)]}
        words = (*_GUNICORN, "--keep-alive=5", "flask_and_sqlite:application")
        _, flask = stack.enter_context(worker(folder, words, {"STORE": str(folder / "written.db")}))
        alone["PUT to Flask + sqlite3"] = [_putting_to_flask(flask)]
        etcd = stack.enter_context(_etcd(folder)) if shutil.which("etcd") else None
        if etcd:
            alone["put to etcd's gateway"] = [_putting_to_etcd(etcd)]
        else:
            print("\netcd is not installed, and takes no part")
        table("Writes in a second, one after the other", _rates(alone), "a second", "PUT to Setpoint")
        crowd = {"PUT to Setpoint": [putting(address, token, f"crowd-{number}") for number in range(CROWD)]}
        if etcd:
            crowd["put to etcd's gateway"] = [_putting_to_etcd(etcd) for _ in range(CROWD)]
        table(f"Writes in a second, {CROWD} at once", _rates(crowd), "a second", "PUT to Setpoint")


def _fan_out(variables: Mapping[str, str], token: str) -> None:
    for number in WATCHERS:
        figures = {}
        with worker(BACKEND, ("run:application",), variables) as (_, address):
            hello = request("GET", STREAM, token)
            with watchers(address, hello, b"event: bookmark", number) as watching:
                put = putting(address, token)
                rounds = [watching.last_told_ms(put, b"event: revision") for _ in range(ROUNDS + 2)]
            figures["Setpoint, PUT to the last stream"] = statistics.median(rounds)
        if shutil.which("redis-server"):
            with _redis() as address:
                publish = _publishing(address)
                with watchers(address, b"SUBSCRIBE c\r\n", b":1\r\n", number) as watching:
                    rounds = [watching.last_told_ms(publish, b"message") for _ in range(ROUNDS + 2)]
            figures["Redis, PUBLISH to the last subscriber"] = statistics.median(rounds)
        else:
            print("\nRedis is not installed, and takes no part")
        table(f"Until the last of {number:,} watchers is told", figures, "ms", next(reversed(figures)))


def _held(variables: Mapping[str, str], token: str) -> None:
    with worker(BACKEND, ("run:application",), variables) as (pid, address):
        hello = request("GET", STREAM, token)
        with watchers(address, hello, b"event: bookmark", 500):
            before = resident_kib(pid)
            with watchers(address, hello, b"event: bookmark", HELD):
                each = (resident_kib(pid) - before) / HELD
                began = cpu_seconds(pid)
                time.sleep(HEARTBEAT_SECONDS)  # each of them has one
                idle = (cpu_seconds(pid) - began) / HEARTBEAT_SECONDS
                print(f"\n{HELD:,} streams held by one worker: {each:.1f} KiB each, idle at {idle:.1%} of a core")


def _putting_to_flask(address: Address) -> Callable[[], object]:
    """Return what inserts a row of 1 KiB, which nothing checks and nobody is told of."""
    connection = http.client.HTTPConnection(*address, timeout=30)

    def put() -> None:
        connection.request("PUT", CONFIG, b"x" * 1_024)
        response = connection.getresponse()
        answer = response.read()
        if response.status != http.HTTPStatus.CREATED:
            raise UnexpectedAnswerError(answer)

    return put


def _putting_to_etcd(address: Address) -> Callable[[], object]:
    """Return what puts 1 KiB."""
    connection = http.client.HTTPConnection(*address, timeout=30)
    body = json.dumps({"key": base64.b64encode(b"k").decode(), "value": base64.b64encode(b"x" * 1_024).decode()})

    def put() -> None:
        connection.request("POST", "/v3/kv/put", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        if response.status != http.HTTPStatus.OK:
            raise UnexpectedAnswerError(answer)

    return put


def _syncing(folder: Path) -> Callable[[], object]:
    """Return what writes over a page of a file, as a log does whose space is there already."""
    stream = (folder / "synced").open("wb", buffering=0)
    stream.write(bytes(4_096))

    def sync() -> None:
        os.pwrite(stream.fileno(), b"x" * 4_096, 0)
        os.fdatasync(stream.fileno())

    return sync


def _publishing(address: Address) -> Callable[[], object]:
    client = socket.create_connection(address)

    def publish() -> None:
        client.sendall(b"PUBLISH c " + b"x" * 150 + b"\r\n")
        client.recv(64)

    return publish


def _rates(subjects: Mapping[str, Sequence[Callable[[], object]]]) -> dict[str, float]:
    """Return how much each of them writes in a second; what has several writers, with all of them at once."""
    rates: dict[str, list[float]] = {name: [] for name in subjects}
    with ThreadPoolExecutor(CROWD) as pool:
        for each in range(ROUNDS + 1):
            for name, writers in subjects.items():
                number, began = WRITES // len(writers), time.perf_counter()
                for done in [pool.submit(_repeated, write, number) for write in writers]:
                    done.result()
                if each:  # the first round is for getting warm
                    rates[name].append(number * len(writers) / (time.perf_counter() - began))
    return {name: statistics.median(each) for name, each in rates.items()}


def _repeated(write: Callable[[], object], number: int) -> None:
    for _ in range(number):
        write()


@contextmanager
def _redis() -> Iterator[Address]:
    port = _free_port()
    words = ["--port", str(port), "--save", "", "--bind", "127.0.0.1", "--maxclients", "20000"]
    with _running(["redis-server", *words], ("127.0.0.1", port)) as address:
        yield address


@contextmanager
def _etcd(folder: Path) -> Iterator[Address]:
    port, peer = _free_port(), _free_port()
    own, others = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
    words = [f"--data-dir={folder}/etcd", f"--listen-client-urls={own}", f"--advertise-client-urls={own}"]
    words += [f"--listen-peer-urls={others}", f"--initial-advertise-peer-urls={others}"]
    words += [f"--initial-cluster=default={others}"]
    with _running(["etcd", *words], ("127.0.0.1", port)) as address:
        yield address


@contextmanager
def _running(command: list[str], address: Address) -> Iterator[Address]:
    """Run another server, and give where it listens."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with suppress(OSError):
                socket.create_connection(address).close()
                break
            time.sleep(0.05)
        time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
