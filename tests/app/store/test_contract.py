from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.store.postgresql import PostgresqlStore
from app.store.sealing import Keyring, Sealer
from app.store.sqlite.store import SqliteStore
from app.store.testing.canary_contract import CanaryContract
from app.store.testing.contract import Open, StoreContract
from app.store.testing.examples import OLD_KEY, AnyStore
from app.store.testing.incoming_webhook_contract import IncomingWebhookContract
from app.store.testing.limit_contract import LimitContract
from app.store.testing.proposal_contract import ProposalContract
from app.store.testing.rollout_result_contract import RolloutResultContract
from app.store.testing.session_contract import SessionContract
from app.store.testing.sign_in_contract import SignInContract
from app.store.testing.trust_contract import TrustContract
from app.store.testing.webhook_contract import WebhookContract
from support.fresh_database import fresh_database, fresh_postgresql_database
from support.postgresql_server import PostgresqlServer


def _sealer(keys: str) -> Sealer:
    return Sealer(Keyring.parse(keys))


class Contract(
    StoreContract,
    SignInContract,
    SessionContract,
    CanaryContract,
    RolloutResultContract,
    TrustContract,
    WebhookContract,
    IncomingWebhookContract,
    ProposalContract,
    LimitContract,
):
    """The contract, with a store that the test begins with."""

    @pytest.fixture
    def store(self, open_store: Open) -> AnyStore:
        """The store that a test begins with."""
        return open_store(OLD_KEY)


class TestSqlite(Contract):
    """On a file."""

    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Iterator[Open]:
        """Stores on one file."""
        fresh_database(tmp_path)
        with ExitStack() as opened:
            yield lambda keys: opened.enter_context(closing(SqliteStore(tmp_path / "setpoint.db", _sealer(keys))))


class OnPostgresql(Contract):
    """On a database of its own on a server."""

    notify = True

    @pytest.fixture
    def open_store(self, server: PostgresqlServer) -> Iterator[Open]:
        """Stores on one database."""
        url = fresh_postgresql_database(server)
        with ExitStack() as opened:
            yield lambda keys: opened.enter_context(closing(PostgresqlStore(url, _sealer(keys), notify=self.notify)))


class TestPostgresql(OnPostgresql):
    """On the newest server."""

    @pytest.fixture
    def server(self, postgresql: PostgresqlServer) -> PostgresqlServer:
        """The server that tests share."""
        return postgresql


class TestPostgresqlWithoutNotify(TestPostgresql):
    """As on servers that speak PostgreSQL but know no `NOTIFY`."""

    notify = False


class TestOldestPostgresql(OnPostgresql):
    """On the oldest server that is still looked after."""

    @pytest.fixture
    def server(self, oldest_postgresql: PostgresqlServer) -> PostgresqlServer:
        """A server of that version."""
        return oldest_postgresql
