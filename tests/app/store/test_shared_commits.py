"""Writes that wait at the same time share a commit, and nothing else, on both databases."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from contextvars import ContextVar
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from app.domain.errors import InvalidError, ServiceError
from app.domain.event import START, Reset
from app.domain.revision import Revision
from app.service.webhooks.announcing import announce_revision
from app.store.opening import open_store
from app.store.shared_commits import MOST
from app.store.testing.examples import OLD_KEY, PRODUCTION, SCHEMA, AnyStore, draft
from app.store.transaction import SqlTransaction
from support.fresh_database import fresh_database, fresh_postgresql_database

Change = Callable[[SqlTransaction], object]


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    is_file = request.param == "sqlite"
    url = fresh_database(tmp_path) if is_file else fresh_postgresql_database(request.getfixturevalue("postgresql"))
    with closing(open_store(url, OLD_KEY)) as opened:
        opened.write(lambda found: found.schemas.put(SCHEMA))
        yield opened


def made(found: SqlTransaction) -> Revision:
    """Make a revision and its event, as a use case does."""
    revision = found.revisions.append(draft())
    announce_revision(found, revision)
    return revision


def refused(found: SqlTransaction) -> None:
    """Be refused after something was changed."""
    made(found)
    raise InvalidError(())


def failing(found: SqlTransaction) -> None:
    """Have the database fail after something was changed."""
    made(found)
    found.connection.execute(sa.text("INSERT INTO principals (id) VALUES (NULL)"))


def written_together(store: AnyStore, changes: Sequence[Change]) -> list[Future[object]]:
    """Return what came of changes that have all waited for one before them."""
    began, may_end = Event(), Event()

    def first(_: SqlTransaction) -> None:
        began.set()
        may_end.wait(10)

    with ThreadPoolExecutor(len(changes) + 1) as pool:
        pool.submit(store.write, first)
        began.wait(10)
        futures: list[Future[object]] = []
        for each in changes:
            futures.append(pool.submit(store.write, each))
            while len(store._commits._waiting) < len(futures):
                time.sleep(0.001)
        may_end.set()
    return futures


def commits(store: AnyStore) -> list[object]:
    """Return a list that grows with each commit from now on."""
    seen: list[object] = []
    sa.event.listen(getattr(store, "_writing", store.engine), "commit", seen.append)
    return seen


def numbers(store: AnyStore) -> tuple[list[int], list[int]]:
    """Return the numbers of the revisions and of the events that are there."""
    events = store.read(lambda found: found.events.after(START))
    assert not isinstance(events, Reset)
    revisions = store.read(lambda found: found.revisions.history(PRODUCTION))
    return [each.number for each in reversed(revisions)], [each.position.sequence for each in events]


def test_writes_that_wait_share_a_commit_in_their_order(store: AnyStore) -> None:
    """What was asked for first is made first, and no number is left out."""
    seen = commits(store)
    futures = written_together(store, [made] * 6)
    assert len(seen) == 2, "that of the first, and one for all others"
    assert [each.result().number for each in futures] == [1, 2, 3, 4, 5, 6]  # type: ignore[attr-defined]
    assert numbers(store) == ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6])


def test_a_crowd_leaves_others_a_turn(store: AnyStore) -> None:
    """No commit is shared by more than a few, because others wait for it."""
    seen = commits(store)
    written_together(store, [lambda _: None] * (MOST + 1))
    assert len(seen) == 3


@pytest.mark.parametrize(("bad", "error"), [(refused, InvalidError), (failing, Exception)])
def test_one_write_that_is_not_stored_harms_no_other(store: AnyStore, bad: Change, error: type[Exception]) -> None:
    """Be it refused or a fault of ours: who asked for it is told, and nobody else finds anything of it."""
    futures = written_together(store, [made, bad, made])
    assert isinstance(futures[1].exception(), error)
    assert [futures[each].result().number for each in (0, 2)] == [1, 2]  # type: ignore[attr-defined]
    assert numbers(store) == ([1, 2], [1, 2])


def test_none_is_answered_before_the_commit(store: AnyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it fails, all are told so, and nothing of them is there."""

    def no_commit(connection: DBAPIConnection) -> None:
        connection.rollback()
        error = sa.exc.OperationalError("COMMIT", None, OSError("the disk is gone"))
        raise error

    engine = getattr(store, "_writing", store.engine)
    with monkeypatch.context() as patched:
        patched.setattr(engine.dialect, "do_commit", no_commit)
        futures = written_together(store, [made, refused, made])
    assert all(isinstance(each.exception(), ServiceError) for each in futures)
    assert numbers(store) == ([], [])
    assert store.write(made).number == 1


def test_each_write_has_the_context_of_its_own_request(store: AnyStore) -> None:
    """What is logged while it runs names the request that it is for, whoever makes it."""
    asking = ContextVar("asking", default="nobody")
    seen: list[str] = []

    def write(name: str) -> Change:
        return lambda _: seen.append(f"{name} as {asking.get()}")

    with ThreadPoolExecutor(1) as pool:

        def as_somebody(name: str) -> None:
            asking.set(name)
            store.write(write(name))

        for each in ("ada", "grace"):
            pool.submit(as_somebody, each).result()
    assert seen == ["ada as ada", "grace as grace"]
