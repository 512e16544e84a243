from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import app.store.transaction  # noqa: F401 - which knows all tables
from app.domain.errors import UnusableStorageError
from app.domain.identity import Bound, Scope, rights_within
from app.store.migrating import HEAD, MIGRATIONS, migrate
from app.store.repositories.principals import SqlPrincipals, SqlTokens
from app.store.repositories.proposal_tables import approvals
from app.store.repositories.tables import metadata
from support.postgresql_server import PostgresqlServer


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> sa.Engine:
    if request.param == "sqlite":
        return sa.create_engine(f"sqlite:///{tmp_path}/x.db", poolclass=sa.NullPool)
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    url = server.new_database().replace("postgresql:", "postgresql+psycopg:")
    return sa.create_engine(url, poolclass=sa.NullPool)


def test_the_migrations_make_the_tables_that_the_code_knows(engine: sa.Engine) -> None:
    """Column for column, on both databases."""
    with engine.connect() as connection:
        migrate(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == HEAD


def test_a_migration_is_there_as_a_whole_or_not_at_all(engine: sa.Engine) -> None:
    """Its tables are in the transaction of whoever migrates, and another start begins anew."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        migrate(connection)
        connection.rollback()
        assert sa.inspect(connection).get_table_names() == []
        migrate(connection)
        assert connection.scalar(sa.text("SELECT sequence FROM counter")) == 0


@pytest.mark.parametrize("theirs", ["customers", "alembic_version"])
def test_a_database_of_something_else_is_left_alone(engine: sa.Engine, theirs: str) -> None:
    """Also if that has migrations by Alembic too: whose tables they are is plain from their names."""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {theirs} (version_num TEXT)")
        with pytest.raises(UnusableStorageError, match="has tables that are not Setpoint's"):
            migrate(connection)
        assert sa.inspect(connection).get_table_names() == [theirs]


def test_the_newest_migration_is_the_one_that_a_start_looks_for() -> None:
    """A start compares the version with a constant, without importing Alembic."""
    newest = max((MIGRATIONS / "versions").glob("v*.py"))
    assert newest.name.startswith(f"v{HEAD}_")


def test_tokens_keep_their_rights(engine: sa.Engine) -> None:
    """What they might do in all of their places, they may do in each."""
    with engine.connect() as connection:
        migrate(connection, "0002")
        connection.exec_driver_sql("INSERT INTO principals VALUES (1, 'person', 'a', 'b', 'c')")
        kept = """INSERT INTO tokens VALUES
            ('i', 'd', 'f', 1, 'l', '["config:read", "config:write"]', '["a/*", "*/b"]', 1, NULL, NULL)"""
        connection.exec_driver_sql(kept)
        migrate(connection)
        found = SqlTokens(connection, SqlPrincipals(connection)).by_id("i")
        assert found is not None
        scopes = {Scope.CONFIG_READ, Scope.CONFIG_WRITE}
        assert found.rights == rights_within(scopes, map(Bound.parse, ("a/*", "*/b")))


def test_approvals_go_on_counting_where_they_were_given(engine: sa.Engine) -> None:
    """Not in what extends the environment: nobody knows whether the approver might approve there."""
    with engine.connect() as connection:
        migrate(connection, "0015")
        connection.exec_driver_sql("INSERT INTO principals VALUES (1, 'person', 'a', 'b', 'c')")
        open_one = """INSERT INTO proposals (app, environment, number, base_digest, names, author_id, message, made_at,
            expires_at, schema, unchecked, bases, origins, is_base, terms, sealed_sha256, digest, state, ended_reason)
            VALUES ('billing', 'base', 1, '', '[]', 1, '', 1, 2, '', '[]', '[]', '{}', true, '{}', '', '', 'open',
            '')"""
        connection.exec_driver_sql(open_one)
        connection.exec_driver_sql("INSERT INTO approvals VALUES ('billing', 'base', 1, 1, 'd', 1)")
        migrate(connection)
        assert connection.scalar(sa.select(approvals.c.places)) == ["billing/base"]
