"""What is said of a server that nobody can log in to."""

import pytest

from app.domain.errors import UnavailableError, UnusableStorageError
from app.store.opening import open_store
from app.store.testing.examples import NEW_KEY
from support.postgresql_server import PostgresqlServer

CANARY = "c4n4ry-of-the-urls"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"postgresql://{CANARY}@HERE/postgres", "the server does not accept the user or the password"),
        (f"postgresql://postgres:{CANARY}@HERE/{CANARY}", "there is no such database on the server"),
        (f"postgresql://postgres:{CANARY}@HERE/postgres?sslmode=require", "does not support TLS"),
        (f"postgresql://postgres:a@{CANARY}.invalid/postgres", "its host name is not known"),
        (f"postgresql://postgres:{CANARY}@127.0.0.1:9/postgres", "connection refused"),
        ("postgresql://postgres@HERE/postgres?target_session_attrs=standby", "can't be reached"),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_from_others(postgresql: PostgresqlServer, url: str, says: str) -> None:
    """In our own words: those of libpq quote what it takes for a host or a user, which may be a piece of a password."""
    with pytest.raises(UnavailableError, match=says) as told:
        open_store(url.replace("HERE", f"127.0.0.1:{postgresql.port}"), NEW_KEY)
    assert CANARY not in str(told.value)


def test_a_url_that_postgresql_does_not_know_is_refused() -> None:
    """At once, and without a word of it."""
    with pytest.raises(UnusableStorageError, match="`DATABASE_URL` has an option that PostgreSQL's client") as told:
        open_store(f"postgresql://postgres@127.0.0.1/postgres?{CANARY}=1", NEW_KEY)
    assert CANARY not in str(told.value)
