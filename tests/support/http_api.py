"""The service over HTTP with a real store, for tests of its resources."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.contracts.validator import ContractValidator
from app.domain.identity import Bound, Principal, PrincipalKind, Scope, rights_within
from app.factory import Keeping, background_of, create_app
from app.service.tokens import Grant, Tokens
from app.store.opening import open_store
from app.store.sqlite.store import SqliteStore
from app.store.testing.examples import OLD_KEY
from support.configuration_service import ADA, CONTRACT, Clock, actor
from support.fresh_database import fresh_database
from support.keyed_settings import Settings

BASE = "/v1/apps/billing/environments/production"


@dataclass
class Api:
    """The service over HTTP, as holders of tokens see it.

    Attributes:
        application: The service.
        store: Where it keeps everything.
        clock: The time for what is done without HTTP.
        admin: A token that may do everything; made if there is none yet.
    """

    application: Flask
    store: SqliteStore
    clock: Clock = field(default_factory=Clock)
    admin: str = ""

    def __post_init__(self) -> None:
        self.client: FlaskClient = self.application.test_client()
        self.admin = self.admin or self.token(Scope.ADMIN)

    def token(self, *scopes: Scope, bounds: tuple[str, ...] = ("*/*",), name: str = "ada") -> str:
        """Return the text of a new token."""
        principal = Principal(PrincipalKind.PERSON, "setpoint", name, name)
        grant = Grant(principal, name, rights_within(scopes, map(Bound.parse, bounds)))
        _, text = Tokens(self.store, self.clock).create(actor(ADA), grant)
        return text.text

    def call(self, method: str, path: str, token: str | None = None, **more: Any) -> TestResponse:
        """Send a request with a token, the admin's by default."""
        headers = {"Authorization": f"Bearer {self.admin if token is None else token}", **more.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **more)

    def push_schema(self) -> TestResponse:
        """Push the schema of `billing`."""
        path = f"/v1/apps/billing/schemas/{CONTRACT.digest}?release=1.0"
        return self.call("PUT", path, data=CONTRACT.document, content_type="application/json")

    def put(self, variables: dict[str, str], based_on: int | None = None, **more: Any) -> TestResponse:
        """Write a revision."""
        condition = {"If-None-Match": "*"} if based_on is None else {"If-Match": f'"{based_on}"'}
        return self.call("PUT", f"{BASE}/config{more.pop('query', '')}", json=variables, headers=condition, **more)


@contextmanager
def api_of_billing(folder: Path) -> Iterator[Api]:
    """Give the service on a new SQLite database in `folder`, with an app `billing` that has a schema."""
    content, admin = _database_of_billing()
    path = folder / "setpoint.db"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with _api_on(f"sqlite:///{path}", admin) as made:
        yield made


@cache
def _database_of_billing() -> tuple[bytes, str]:
    """Return such a database, and the token of its admin: made once, because that takes longer than most tests."""
    with TemporaryDirectory() as folder:
        with _api_on(fresh_database(Path(folder))) as made:
            assert made.push_schema().status_code == 200
        return Path(folder, "setpoint.db").read_bytes(), made.admin


@contextmanager
def _api_on(url: str, admin: str = "") -> Iterator[Api]:
    with closing(open_store(url, OLD_KEY)) as store:
        assert isinstance(store, SqliteStore)
        application = create_app(Settings(), keeping=Keeping(store, ContractValidator()))
        yield Api(application, store, admin=admin)
        background_of(application).close()
