import http.client
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from support.gunicorn_process import Answer, GunicornProcess, gunicorn
from support.sentry_receiver import SentryReceiver, running_receiver
from support.waiting import eventually

LIMIT = 100_000
POST = b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def sentry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentryReceiver]:
    with running_receiver(tmp_path_factory.mktemp("sentry")) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornProcess]:
    variables = {"MAX_STREAMS": "2", "STREAM_MAX_AGE": "1", "MAX_CHECK_BYTES": str(LIMIT)}
    with gunicorn(tmp_path_factory.mktemp("gunicorn") / "output", variables) as process:
        process.wait_until_ready()
        yield process


@pytest.fixture(scope="module")
def reporting(tmp_path_factory: pytest.TempPathFactory, sentry: SentryReceiver) -> Iterator[GunicornProcess]:
    """A server that tells Sentry of each request and each error."""
    variables = {"WEB_CONCURRENCY": "1", **sentry.environment(), "SENTRY_TRACES_SAMPLE_RATE": "1"}
    with gunicorn(tmp_path_factory.mktemp("reporting") / "output", variables) as process:
        process.wait_until_ready()
        yield process


def everything_until_the_end(connection: socket.socket) -> bytes:
    """Return what comes until the server closes the connection; fail if it doesn't."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received


def answers_to(server: GunicornProcess, *requests: bytes) -> list[bytes]:
    """Return the status lines of everything that the server answers on one connection until it closes it."""
    with server.connect() as connection:
        for request in requests:
            connection.sendall(request)
        received = everything_until_the_end(connection)
    return [line for line in received.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


def reported_errors(server: GunicornProcess, sentry: SentryReceiver) -> list[object]:
    """Return all errors that Sentry was told of before now: what it is told comes in order."""

    def marks() -> int:
        urls = [each["request"]["url"] for each in sentry.received("transaction")]
        return sum(url.endswith("/version") for url in urls)

    before = marks()
    assert server.get("/version").status == 200
    eventually(lambda: marks() > before, "Sentry is told of a request")
    return sentry.received("event")


def peak_kib(process: int) -> int:
    """Return the most memory that a process has used."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def followed_to_its_end(server: GunicornProcess) -> Answer:
    """Return a whole stream, as soon as there is a place for it."""

    def whole_stream() -> Answer | None:
        answer = server.get("/v1/stream", seconds=30)
        return answer if answer.status == 200 else None

    answer = eventually(whole_stream, "a place is free")
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    "chunks",
    [
        b"0x5\r\nPORT=\r\n0\r\n\r\n",
        b"5;a\nb\r\nPORT=\r\n0\r\n\r\n",
        b"-5\r\nPORT=",
        b"5\r\nPORT=1\r\n0\r\n\r\n",
        b"\r\n",
    ],
)
def test_a_malformed_chunk_is_refused_and_its_connection_closed(
    reporting: GunicornProcess, sentry: SentryReceiver, chunks: bytes
) -> None:
    """Nothing after it is taken for a request, and nothing of it for an error of ours, in the log or by Sentry."""
    assert answers_to(reporting, CHUNKED + chunks + NEXT) == [b"HTTP/1.1 400 BAD REQUEST"]
    assert [line for line in reporting.log() if line["level"] == "ERROR"] == []
    assert reported_errors(reporting, sentry) == []


def test_an_endless_body_is_refused_at_the_limit(server: GunicornProcess) -> None:
    """The server doesn't read on to find out where it ends."""
    chunk = b"8000\r\n" + b"#" * 0x8000 + b"\r\n"

    assert answers_to(server, CHUNKED, *[chunk] * 4) == [b"HTTP/1.1 413 REQUEST ENTITY TOO LARGE"]


@pytest.mark.parametrize(("path", "status"), [(b"/v1/checks", b"413"), (b"/nothing", b"404")])
def test_a_huge_body_is_refused_before_it_is_sent(server: GunicornProcess, path: bytes, status: bytes) -> None:
    """Its announcement is enough, and the connection is not kept for it."""
    request = POST.replace(b"/v1/checks", path) + b"Content-Length: 200000000\r\n\r\n"
    (worker,) = server.workers()
    assert [each.split()[1] for each in answers_to(server, request)] == [status]
    before = peak_kib(worker)
    assert [each.split()[1] for each in answers_to(server, request)] == [status]
    with server.connect() as connection, suppress(ConnectionError):  # it is closed before all of this is sent
        connection.sendall(request + bytes(8 << 20))
    assert peak_kib(worker) - before < 2_048


def test_a_refusal_without_a_look_at_the_body_says_that_its_connection_ends(server: GunicornProcess) -> None:
    """A client that keeps connections would otherwise send its next request into one that is closed."""
    with server.connect() as connection:
        connection.sendall(POST.replace(b"/v1/checks", b"/nothing") + b"Content-Length: 6\r\n\r\nPORT=1")
        answer = everything_until_the_end(connection)

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"\r\nConnection: close\r\n" in answer


def test_a_body_that_breaks_off_is_refused(server: GunicornProcess) -> None:
    """Half a file could pass where the whole would not."""
    with server.connect() as connection:
        connection.sendall(POST + b"Content-Length: 100\r\n\r\nPORT=1")
        connection.shutdown(socket.SHUT_WR)

        assert everything_until_the_end(connection).startswith(b"HTTP/1.1 400 ")


def test_checks_follow_each_other_on_one_connection(server: GunicornProcess) -> None:
    """A body that was read to its end leaves the connection as it was."""
    connection = http.client.HTTPConnection(*server.address, timeout=30)
    try:
        connection.connect()
        first = connection.sock
        for _ in range(3):
            connection.request("POST", "/v1/checks", b"PORT=1\n", {"Content-Type": "text/plain"})
            response = connection.getresponse()
            assert (response.status, response.read()[:12]) == (200, b'{"version":1')
        assert connection.sock is first
    finally:
        connection.close()


def test_a_stream_begins_with_hello_and_ends_with_goaway(server: GunicornProcess) -> None:
    """At the end of its age the response is complete: its client need not guess whether something is missing."""
    answer = followed_to_its_end(server)

    events = [block.partition(b"\n")[0] for block in answer.body.removesuffix(b"\n\n").split(b"\n\n")]
    assert [events[0][:7], *events[1:]] == [b"retry: ", b"event: hello", b"event: goaway"]


def test_a_client_that_leaves_before_the_first_event_gives_its_place_back(server: GunicornProcess) -> None:
    """However often it does so."""
    for _ in range(10):
        with server.connect() as connection:
            connection.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")

    followed_to_its_end(server)


def test_a_worker_without_a_file_left_waits_until_there_is_one(server: GunicornProcess) -> None:
    """Clients beyond that are not served meanwhile; it neither ends nor turns in circles, and goes on by itself."""
    (worker,) = server.workers()
    most = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    in_use = len([*Path(f"/proc/{worker}/fd").iterdir()])
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (in_use + 5, most[1]))
    try:
        with ExitStack() as stack:
            for _ in range(50):
                stack.enter_context(server.connect())
            eventually(lambda: len([*Path(f"/proc/{worker}/fd").iterdir()]) >= in_use + 5, "it has no file left")
            began = processor_seconds(worker)
            time.sleep(1)
            assert processor_seconds(worker) - began < 0.3
    finally:
        resource.prlimit(worker, resource.RLIMIT_NOFILE, most)
    assert server.get("/readyz", seconds=30).status == 200
    assert server.workers() == {worker}


def test_a_process_that_crashes_leaves_no_memory_on_a_disk(server: GunicornProcess) -> None:
    """It holds keys and values; what anybody may see of a process has no key."""
    for process in (server.pid, *server.workers()):
        assert resource.prlimit(process, resource.RLIMIT_CORE)[0] == 0
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode()
        assert [word for word in words.split("\0") if "key" in word.lower()] == []


def processor_seconds(process: int) -> float:
    """Return how much time a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_stream_too_many_is_refused_at_once_while_everything_else_is_served(server: GunicornProcess) -> None:
    """At gunicorn's own limit it would hang without a word, and so would every other request."""

    def too_many() -> bool:
        connections = [http.client.HTTPConnection(*server.address, timeout=30) for _ in range(3)]
        try:
            for connection in connections:
                connection.request("GET", "/v1/stream")
            answers = [connection.getresponse() for connection in connections]
            ready = server.get("/readyz").status
        finally:
            for connection in connections:
                connection.close()
        refused = [answer for answer in answers if answer.status == 503]
        assert all(answer.getheader("Retry-After") for answer in refused)
        return bool(refused) and ready == 200

    eventually(too_many, "one of three streams is refused, with two places")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"CANARY\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nCANARY : x\r\n\r\n", 400),
    ],
)
def test_a_request_that_cannot_be_read_gets_a_problem_without_a_word_of_it(
    server: GunicornProcess, request_bytes: bytes, status: int
) -> None:
    """Gunicorn itself would quote it in a page of HTML."""
    with server.connect() as connection:
        connection.sendall(request_bytes)
        answer = everything_until_the_end(connection)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:60]
    assert b"application/problem+json" in answer
    assert b"CANARY" not in answer


@pytest.mark.parametrize(
    "target",
    [
        "//readyz",
        "/%2freadyz",
        "/%2F%2F%2fv1/settings",
        "/v1%2Fsettings",
        "/v1/%2fsettings",
        "%2freadyz",
        "http://localhost//readyz",
        "http://localhost/%2freadyz",
    ],
)
def test_a_slash_too_many_or_an_encoded_one_leads_nowhere(server: GunicornProcess, target: str) -> None:
    """Whoever guards a path before the service compares it as it is written."""
    with server.connect() as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert everything_until_the_end(connection).partition(b" ")[2][:3] in {b"404", b"400"}


@pytest.mark.parametrize("target", ["/readyz#", "/readyz#/../nothing", "/readyz?#x", "http://localhost/readyz#x"])
def test_a_fragment_leads_nowhere(server: GunicornProcess, target: str) -> None:
    """No client sends one, and whoever guards a path before the service may take it for a part of the path."""
    with server.connect() as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert everything_until_the_end(connection).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", b"204"), ("GET", b"400")])
def test_an_asterisk_asks_what_the_server_can_do(server: GunicornProcess, method: str, status: bytes) -> None:
    """It is the target of OPTIONS alone (RFC 9112, section 3.2.4), and needs no token."""
    with server.connect() as connection:
        connection.sendall(f"{method} * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        received = everything_until_the_end(connection)
    assert received.split(b" ")[1] == status
    methods = b"\r\nAllow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\r\n"
    assert (methods in received) == (status == b"204")


@pytest.mark.parametrize(
    "head",
    [
        "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close",
        "GET http://evil.example/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close",
        "GET /nothing HTTP/1.1\r\nHost: evil.example\r\nConnection: close",
        "GET http://evil.example/ HTTP/1.1\r\nConnection: close",
        "GET / HTTP/1.1\r\nHost: <evil>",
        "GET /v1/openapi.json HTTP/1.0",
    ],
)
def test_no_host_or_another_one_comes_back_in_no_answer(server: GunicornProcess, head: str) -> None:
    """Also if the whole address is the target, or nothing says which host is meant."""
    with server.connect() as connection:
        connection.sendall(f"{head}\r\n\r\n".encode())
        received = everything_until_the_end(connection)
    assert received.startswith(b"HTTP/1.")
    assert b"evil" not in received
    assert b"Location:" not in received
    assert "evil" not in server.text()


def test_an_encoded_slash_in_a_query_is_the_clients_business(server: GunicornProcess) -> None:
    """Only paths have spellings."""
    assert server.get("/readyz?next=%2Fv1").status == 200


def test_a_probe_is_answered_while_a_large_file_is_checked(server: GunicornProcess) -> None:
    """The check has a thread of its own, and the one worker goes on."""
    names = b"".join(b"SENTRY_TRACES_SAMPLE_RATE_%d=x\n" % number for number in range(1_900))
    with server.connect() as checking:
        checking.sendall(POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(names) + names)
        checking.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        answered = 0
        while True:
            assert server.get("/livez").status == 200
            try:
                checking.recv(1)
            except BlockingIOError:
                answered += 1
            else:
                break
    assert answered > 1
