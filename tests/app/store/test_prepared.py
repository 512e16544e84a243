"""A prepared statement finds, changes and raises what `Connection.execute` does, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.domain.place import Place
from app.store.opening import open_store
from app.store.prepared import Prepared
from app.store.repositories.columns import BY_TABLE, ONE
from app.store.repositories.tables import counter, revisions
from app.store.testing.examples import OLD_KEY, PRODUCTION, SCHEMA, AnyStore, append, draft
from support.fresh_database import fresh_database, fresh_postgresql_database

CANARY = "c4n4ry-of-a-statement"
NOBODY = Place("nobody", "nowhere")
OF_APP = (
    sa.select(revisions)
    .where(revisions.c.app == sa.bindparam("app"), revisions.c.destroyed_at.is_(None))
    .order_by(revisions.c.number.desc())
    .set_label_style(BY_TABLE)
    .limit(ONE)
)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    is_file = request.param == "sqlite"
    url = fresh_database(tmp_path) if is_file else fresh_postgresql_database(request.getfixturevalue("postgresql"))
    with closing(open_store(url, OLD_KEY)) as opened:
        opened.write(lambda found: found.schemas.put(SCHEMA))
        append(opened, draft(NAME="text"))
        yield opened


def test_rows_have_the_values_of_sqlalchemy_and_names_by_table(store: AnyStore) -> None:
    """Times, JSON, truth, bytes and nothing are what they were before they were stored."""
    prepared = Prepared(OF_APP)

    def ask(connection: sa.Connection) -> tuple[object, object, object]:
        known = connection.execute(OF_APP, {"app": PRODUCTION.app}).one()
        return tuple(known), prepared.first(connection, {"app": PRODUCTION.app}), prepared.all(connection, {"app": "x"})

    expected, row, none = store.read(lambda found: ask(found.connection))
    assert row == expected
    assert getattr(row, "revisions_names") == ["NAME"]  # noqa: B009 - what a row has is known when it runs
    assert none == []


def test_a_change_says_how_many_rows_it_was(store: AnyStore) -> None:
    """By this, the store knows whether there was something to change."""
    change = Prepared(revisions.update().where(revisions.c.app == sa.bindparam("whose")).values(message="x"))
    assert store.write(lambda found: change.run(found.connection, {"whose": PRODUCTION.app})) == 1
    assert store.write(lambda found: change.run(found.connection, {"whose": NOBODY.app})) == 0


def test_what_a_change_returns_is_a_row(store: AnyStore) -> None:
    """As the next number of an event does."""
    change = Prepared(counter.update().values(mark=sa.bindparam("next")).returning(counter.c.mark))
    assert store.write(lambda found: change.first(found.connection, {"next": "abc"})).mark == "abc"


def test_an_error_of_the_driver_is_one_of_sqlalchemy_without_a_value(store: AnyStore) -> None:
    """The store tells from it what is wrong, and whether the connection is lost."""
    insert = Prepared(counter.insert())
    with pytest.raises(sa.exc.IntegrityError) as told:
        store.write(lambda found: insert.run(found.connection, {"id": 2, "sequence": None, "mark": CANARY}))
    assert not told.value.connection_invalidated
    assert "INSERT INTO counter" in str(told.value)
    assert told.value.params is None
    assert store.position().sequence >= 0
