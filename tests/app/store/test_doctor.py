from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from inline_snapshot import snapshot

from app.store.doctor import examine, file_system
from app.store.migrating import migrate
from app.store.opening import open_store
from app.store.sqlite.engine import DRIVER
from app.store.testing.examples import NEW_KEY, NOW, OLD_KEY, append, draft
from app.store.testing.webhook_contract import MESSAGE, add, endpoint, put
from support.postgresql_server import PostgresqlServer


@pytest.fixture
def url(database: Path) -> str:
    url = f"sqlite:///{database}"
    with closing(open_store(url, OLD_KEY)) as store:
        append(store, draft(A="1"))
    return url


def test_a_safe_installation_has_nothing_to_complain_of(url: str) -> None:
    """So that a complaint is worth reading."""
    assert examine(url, OLD_KEY, workers=4) == []


def test_all_that_is_unsafe_is_told_with_what_to_do(url: str, database: Path) -> None:
    """At once, and a key or a value is not in it."""
    database.chmod(0o644)
    with closing(DRIVER.connect(database)) as connection, connection:
        connection.execute("UPDATE revisions SET message = 'another'")
    found = examine(url, f"{NEW_KEY},{OLD_KEY}", workers=4)
    told = [(each.code, each.message.replace(str(database), "setpoint.db"), each.hint.split()[0]) for each in found]
    assert told == snapshot(
        [
            ("open-file", "others can read or write `setpoint.db`", "`chmod"),
            ("damaged", "`billing/production@1` is not what was written: restore it from a backup", "restore"),
            (
                "outdated-key",
                "values are still encrypted with the key `old`, which is not the first of `ENCRYPTION_KEYS`",
                "`setpoint",
            ),
        ]
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_tables_of_an_older_version_are_left_as_they_are(
    kind: str, database: Path, request: pytest.FixtureRequest
) -> None:
    """A service of that version may run on them."""
    url = f"sqlite:///{database}" if kind == "sqlite" else request.getfixturevalue("postgresql").new_database()
    database.parent.mkdir(exist_ok=True)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        migrate(connection, "0015")
    if kind == "sqlite":
        database.chmod(0o600)
    assert [each.code for each in examine(url, OLD_KEY, workers=1)] == ["old-tables"]
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "0015"


def test_what_keeps_the_service_from_starting_is_told(url: str) -> None:
    """In the words of the start."""
    assert [each.code for each in examine(url, NEW_KEY, workers=1)] == ["no-start"]
    assert [each.code for each in examine(url, "", workers=1)] == ["no-start"]


def test_who_can_read_the_file_is_told_whatever_keeps_it_from_being_examined(url: str, database: Path) -> None:
    """A missing key hides no other problem."""
    database.chmod(0o644)
    assert [each.code for each in examine(url, NEW_KEY, workers=1)] == ["open-file", "no-start"]


def test_a_postgresql_that_can_lose_what_was_answered_is_named(postgresql: PostgresqlServer) -> None:
    """The server of the tests is one: it is set up to be fast."""
    url = postgresql.new_database()
    assert [each.code for each in examine(url, OLD_KEY, workers=4)] == ["no-database"]
    open_store(url, OLD_KEY).close()
    found = examine(url, OLD_KEY, workers=4)
    assert [each.message.split(":")[0] for each in found] == [
        "`fsync` is off",
        "`full_page_writes` is off",
        "`synchronous_commit` is off",
        "there is no synchronous standby",
    ]


@pytest.mark.skipif(not Path("/proc/self/mounts").exists(), reason="the system does not tell what is mounted where")
def test_the_kind_of_a_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    """What is below `/proc` is not on the disk that `/` is on."""
    assert file_system(Path("/proc/self")) == "proc"
    assert file_system(tmp_path) not in {"", "proc"}


def test_what_webhooks_have_not_been_told_for_long_is_said(database: Path) -> None:
    """Not what was put there a moment ago."""
    url = f"sqlite:///{database}"
    with closing(open_store(url, OLD_KEY)) as store:
        add(store, endpoint("wh_old"), endpoint("wh_new"))
        put(store, replace(MESSAGE, at=NOW - timedelta(days=365)), "wh_old")
        put(store, replace(MESSAGE, at=datetime.now(UTC)), "wh_new")
    problems = [each for each in examine(url, OLD_KEY, 1) if each.code == "undelivered"]
    assert [(each.message, each.hint) for each in problems] == [
        (
            "the webhook `wh_old` has 1 undelivered message, the oldest of 2025-11-26 12:30 UTC",
            "`setpoint webhooks deliveries wh_old` says why",
        )
    ]
