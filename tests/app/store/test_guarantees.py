"""What watchers may rely on, by the names that etcd has for it: several processes write, and one is killed midway."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.event import START, Event, Position, Reset
from app.store.postgresql import PostgresqlStore
from app.store.sealing import Keyring, Sealer
from app.store.sqlite.store import SqliteStore
from app.store.testing.examples import OLD_KEY, PRODUCTION, AnyStore
from support.postgresql_server import PostgresqlServer
from support.writing_process import answered, writing

KINDS = ["sqlite", "postgresql", pytest.param("postgresql without notify", marks=pytest.mark.long)]
ENOUGH = 60


class Watcher(threading.Thread):
    """Follows events as a worker does for its streams, and drops out once."""

    def __init__(self, store: AnyStore) -> None:
        super().__init__()
        self.store = store
        self.seen: list[Event] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        """Read what is there, and wait for more, until it is told to stop and nothing more comes."""
        while True:
            last = self.stopping.is_set()
            self.store.wait(self.position, timeout=0.2)
            found = self.store.read(lambda each: each.events.after(self.position, limit=7))
            assert not isinstance(found, Reset)
            self.seen += found
            if last and not found:
                return

    @property
    def position(self) -> Position:
        """Up to where it has read."""
        return self.seen[-1].position if self.seen else START


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/setpoint.db"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.new_database()


def opened(kind: str, url: str) -> AnyStore:
    sealer = Sealer(Keyring.parse(OLD_KEY))
    if kind == "sqlite":
        return SqliteStore(Path(url.removeprefix("sqlite:///")), sealer)
    return PostgresqlStore(url, sealer, notify=kind == "postgresql")


@pytest.fixture
def history(kind: str, url: str) -> Iterator[tuple[AnyStore, list[Watcher], list[str]]]:
    """Give a store after three processes have written, with two watchers, and what the writers were answered."""
    with closing(opened(kind, url)) as one, closing(opened(kind, url)) as other:
        watchers = [Watcher(one), Watcher(other)]
        for watcher in watchers:
            watcher.start()
        lines: list[str] = []
        with writing(url, "a") as first, writing(url, "b") as second, writing(url, "c") as third:
            processes = (first, second, third)
            while one.position().sequence < ENOUGH // 2:
                time.sleep(0.01)
            second.send_signal(signal.SIGKILL)
            while one.position().sequence < ENOUGH:
                time.sleep(0.01)
            for process in processes:
                process.send_signal(signal.SIGKILL)
            for process in processes:
                assert process.stdout
                lines += process.stdout.readlines()
        for watcher in watchers:
            watcher.stopping.set()
            watcher.join()
        yield one, watchers, lines


def test_watchers_are_told_of_everything_once_and_in_order(
    history: tuple[AnyStore, list[Watcher], list[str]],
) -> None:
    """Ordered, unique, atomic, reliable, resumable, bookmarkable: one history, and each name a line."""
    store, watchers, lines = history
    revisions = store.read(lambda found: found.revisions.history(PRODUCTION, limit=10_000))
    for watcher in watchers:
        sequences = [each.position.sequence for each in watcher.seen]
        numbers = [int(each.happening.subject) for each in watcher.seen]
        assert sequences == sorted(sequences), "ordered: an event never comes before one that happened earlier"
        assert len(set(sequences)) == len(sequences), "unique: no event comes twice"
        assert sequences == list(range(1, len(sequences) + 1)), "reliable: no event is missing between two others"
        assert numbers == [each.number for each in reversed(revisions)], "atomic: an event and its revision are one"
        assert set(answered(lines)) <= set(numbers), "reliable: whatever was answered is told"
        for place in (0, len(sequences) // 2, len(sequences) - 1):
            rest = store.read(lambda found, at=watcher.seen[place].position: found.events.after(at, 10_000))  # type: ignore[misc]
            assert rest == watcher.seen[place + 1 :], "resumable: from any event that was seen"
        assert watcher.position == store.position(), "bookmarkable: who has read all knows that it is all"
    assert watchers[0].seen == watchers[1].seen
