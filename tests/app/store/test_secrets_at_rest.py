import logging
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from app.domain.errors import DamagedError
from app.domain.proposal import Ending, ProposalState, Terms, Wish
from app.domain.token_text import new_token_text
from app.store.opening import open_store
from app.store.repositories.proposal_tables import proposals
from app.store.sqlite.backup import back_up
from app.store.testing.examples import ADA, NOW, OLD_KEY, PRODUCTION, TOKEN, AnyStore, append, draft
from support.postgresql_server import PostgresqlServer

CANARY = "c4n4ry-at-rest"
KEY = OLD_KEY.partition(":")[2]


def use(store: AnyStore) -> str:
    """Let a secret and a token go through the store, in good ways and bad ones; return the token's text."""
    text = new_token_text()
    store.write(lambda found: found.tokens.add(TOKEN, text.digest))
    revision = append(store, draft(PASSWORD=CANARY, PORT="8080"))
    append(store, draft(PASSWORD=CANARY + "2"))
    store.read(lambda found: found.revisions.variables(revision))
    wish = Wish(draft(PASSWORD=CANARY + "3"), 2, Terms())
    store.write(lambda found: found.proposals.variables(found.proposals.add(wish, NOW)))
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM revisions").scalar() == 2
    return text.text


def found_in(folder: Path, *needles: str) -> list[str]:
    """Return the files below `folder` that hold one of the texts."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(path) for path in files if any(needle.encode() in _content(path) for needle in needles)]


def _content(path: Path) -> bytes:
    """Return what is in a file; nothing where a running server has just removed it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def test_no_value_no_token_and_no_key_is_in_a_sqlite_file(
    database: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither in the database, nor in the log of changes beside it, nor in a backup, nor in what is logged."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)
    url = f"sqlite:///{database}"
    try:
        with closing(open_store(url, OLD_KEY)) as store:
            token = use(store)
            back_up(url, database.parent / "backup.db")
            assert found_in(database.parent, "billing") != []
            assert found_in(database.parent, CANARY, token, token[16:], KEY) == []
            with pytest.raises(DamagedError) as damaged:
                damage(store)
    finally:
        logging.getLogger("sqlalchemy").setLevel(logging.NOTSET)
    said = caplog.text + "".join(capfd.readouterr()) + repr(damaged.value)
    assert "INSERT INTO tokens" in said
    assert [needle for needle in (CANARY, token, token[16:], KEY) if needle in said] == []


def damage(store: AnyStore) -> None:
    """Read a revision that was changed where it lies."""
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("UPDATE revisions SET body = data_key")
        connection.commit()
    store.read(lambda found: found.revisions.variables(found.revisions.numbered(PRODUCTION, 1)))  # type: ignore[arg-type]


def test_no_value_no_token_and_no_key_is_in_the_files_of_a_postgresql(postgresql: PostgresqlServer) -> None:
    """Neither in its tables nor in its log of changes."""
    with closing(open_store(postgresql.new_database(), OLD_KEY)) as store:
        token = use(store)
    with psycopg.connect(postgresql.url(), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    assert found_in(postgresql.data, "billing") != []
    assert found_in(postgresql.data, CANARY, token, token[16:], KEY) == []


def test_what_a_proposal_held_is_gone_from_the_file_once_it_has_ended(database: Path) -> None:
    """What was sealed, too: with its data key it would open."""
    with closing(open_store(f"sqlite:///{database}", OLD_KEY)) as store:
        append(store, draft(A="1"))
        proposal = store.write(lambda found: found.proposals.add(Wish(draft(A="2" * 500), 1, Terms()), NOW))
        row = store.read(lambda found: found.connection.execute(proposals.select()).one())
        kept = [bytes(row.body)[100:150], bytes(row.data_key)[:40]]
        assert all(any(each in _content(path) for path in database.parent.iterdir()) for each in kept)
        ending = Ending(ProposalState.WITHDRAWN, NOW, ADA)
        store.write(lambda found: found.proposals.end(proposal, ending))
        store.scrub()
        assert [each for each in kept for path in database.parent.iterdir() if each in _content(path)] == []
