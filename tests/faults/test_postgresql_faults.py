"""What the store must survive of a PostgreSQL: ended connections, a killed server, a primary that never comes back."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from app.domain.errors import UnavailableError
from app.store.opening import open_store
from app.store.testing.examples import OLD_KEY, append, draft
from support.contenders import Client, Watcher, Writer, begin
from support.gunicorn_process import gunicorn
from support.keyed_settings import KEYS
from support.postgresql_server import PostgresqlServer, binaries, postgresql_folder, postgresql_server
from support.waiting import PATIENCE_IN_SECONDS, eventually
from support.writing_process import ROUNDS, answered, assert_all_are_there, writing

pytestmark = pytest.mark.long

DURABLE = {"fsync": "on", "synchronous_commit": "on"}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    """A server that keeps what it has answered."""
    with postgresql_server(settings=DURABLE) as started:
        yield started


def test_ended_connections_fail_no_write_and_no_read(server: PostgresqlServer) -> None:
    """The pool notices, and what was asked is asked again on a new connection."""
    with closing(open_store(server.new_database(), OLD_KEY)) as store:
        append(store, draft(A="0"))
        for count in range(1, 6):
            assert server.terminate_backends() > 0
            assert append(store, draft(A=str(count))).number == count + 1
            assert server.terminate_backends() > 0
            assert store.position().sequence == count + 1


def test_a_server_that_hangs_is_asked_again_on_another_connection(
    server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It closes nothing, so a wait without an end would be all that anybody sees of it."""
    monkeypatch.setattr("app.store.postgresql._Connection.patience", 0.3)
    with closing(open_store(server.new_database(), OLD_KEY, workers=1)) as store:
        append(store, draft(A="1"))
        for ask in (
            store.position,
            lambda: append(store, draft(A="2")),
            lambda: store.read(lambda found: found.events.latest()),
        ):
            assert store.position().sequence >= 1
            with server.hung_backends() as hung:
                assert hung > 0
                ask()
        assert store.position().sequence == 2


def test_who_waits_hears_of_commits_after_its_connection_was_ended(server: PostgresqlServer) -> None:
    """It listens anew, and reads what it has missed meanwhile."""
    url = server.new_database()
    with closing(open_store(url, OLD_KEY)) as writer, closing(open_store(url, OLD_KEY)) as watcher:
        for number in range(1, 4):
            known = watcher.position()
            server.terminate_backends()
            late = threading.Timer(0.2, append, args=(writer, draft(A=str(number))))
            late.start()
            assert watcher.wait(known, timeout=PATIENCE_IN_SECONDS).sequence == number
            late.join()


def test_a_server_that_is_gone_is_a_sentence_and_its_return_is_noticed() -> None:
    """No stack of the driver's, and no password."""
    with postgresql_server(settings=DURABLE) as server, closing(open_store(server.new_database(), OLD_KEY)) as store:
        append(store, draft(A="1"))
        server.stop()
        for ask in (store.position, lambda: append(store, draft(A="2"))):
            with pytest.raises(UnavailableError, match="the database can't be reached"):
                ask()
        server.start()
        assert append(store, draft(A="2")).number == 2


def test_no_answered_revision_is_lost_when_writers_and_the_server_are_killed() -> None:
    """The server comes back, and finds all of them in its log."""
    told: dict[int, tuple[str, str]] = {}
    with postgresql_server(settings=DURABLE) as server:
        url = server.new_database()
        for attempt in range(ROUNDS):
            with writing(url, f"a{attempt}") as one, writing(url, f"b{attempt}") as other:
                lines = first_lines(one, other)
                time.sleep(0.2)
                server.kill()
                for process in (one, other):
                    process.send_signal(signal.SIGKILL)
                lines += rest_of_lines(one, other)
            told |= answered(lines)
            server.start()
        with closing(open_store(url, OLD_KEY)) as store:
            assert_all_are_there(store, told)


def test_no_answered_revision_is_lost_when_a_standby_takes_over() -> None:
    """The primary is killed and stays away; writers go on with the other host of their URL, without hands."""
    with primary_and_standby() as (primary, standby):
        url = either_of(primary, standby)
        with writing(url, "a") as one, writing(url, "b") as other:
            lines = first_lines(one, other)
            time.sleep(0.3)
            primary.kill()
            standby.promote()
            # Only once the standby lets go of waiting for a standby of its own can it answer.
            lines += lines_until_available(one)
            for process in (one, other):
                process.send_signal(signal.SIGKILL)
            lines += rest_of_lines(one, other)
        told = answered(lines)
        assert "unavailable\n" in lines
        with closing(open_store(url, OLD_KEY)) as store:
            assert_all_are_there(store, told)


def test_a_service_and_its_watchers_go_on_with_a_standby_that_takes_over(tmp_path: Path) -> None:
    """Nobody restarts it: what was answered is there, is told once and in order, and so is what is written then."""
    with primary_and_standby() as (primary, standby), ExitStack() as stack:
        url = either_of(primary, standby)
        server = stack.enter_context(gunicorn(tmp_path / "output", {"DATABASE_URL": url, "WEB_CONCURRENCY": "2"}))
        server.wait_for_workers(2)
        token = begin(server, url, KEYS)
        writing, reading, following = (
            stack.enter_context(closing(Client(server.address, token, "failing-over"))) for _ in range(3)
        )
        assert writing.write({"WRITER": "first", "COUNT": "0"}, If_None_Match="*")[0] == 201
        watcher = Watcher(following)
        watcher.start()
        stack.callback(watcher.stop)
        watcher.has_begun.wait()
        writer = Writer("writer", writing, reading, 1_000_000)
        writer.start()
        stack.callback(writer.stop)
        eventually(lambda: len(writer.accepted) > 5, "it writes")
        primary.kill()
        eventually(lambda: writer.unanswered, "it notices")
        answered_before = len(writer.accepted)
        standby.promote()
        eventually(lambda: len(writer.accepted) > answered_before + 5, "it writes again")
        writer.stop()
        writer.join()
        newest = reading.current()
        eventually(lambda: watcher.numbers[-1:] == [newest], "the last revision is told")
        assert watcher.numbers == list(range(2, newest + 1))
        for number, variables in writer.accepted.items():
            read = reading.call("GET", f"{reading.base}/revisions/{number}")[1]["variables"]
            assert {name: each["value"] for name, each in read.items()} == variables
        assert (writer.stale, watcher.resets) == ([], 0)


def either_of(*servers: PostgresqlServer) -> str:
    """Return the URL of a new database of the first, for whichever of them takes writes."""
    database = servers[0].new_database().rpartition("/")[2]
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"postgresql://postgres@{hosts}/{database}?target_session_attrs=read-write"


@contextmanager
def primary_and_standby() -> Iterator[tuple[PostgresqlServer, PostgresqlServer]]:
    """Give a primary that answers when a standby has what it answers, and this standby."""
    with ExitStack() as stack:
        primary, standby = (
            PostgresqlServer(stack.enter_context(postgresql_folder()), binaries(), dict(DURABLE)) for _ in range(2)
        )
        primary.make()
        primary.copy_to(standby)
        for server in (primary, standby):
            stack.callback(server.kill)
        standby.follow(primary)
        primary.start()
        standby.start()
        primary.wait_for_standby()
        yield primary, standby


def first_lines(*processes: Popen[str]) -> list[str]:
    """Return what each process says first."""
    return [process.stdout.readline() for process in processes if process.stdout]


def rest_of_lines(*processes: Popen[str]) -> list[str]:
    """Return all that is left of what the processes say."""
    return [line for process in processes if process.stdout for line in process.stdout]


def lines_until_available(process: Popen[str]) -> list[str]:
    """Return what a process says until it has written again after it could not."""
    assert process.stdout
    lines: list[str] = []
    while "unavailable\n" not in lines or lines[-1] == "unavailable\n":
        lines.append(process.stdout.readline())
        assert lines[-1], "the process has ended"
    return lines
