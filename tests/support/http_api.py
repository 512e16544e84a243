"""The service over HTTP with a real store, for tests of its resources."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.identity import Bound, Principal, PrincipalKind, Scope, rights_within
from app.service.tokens import Grant, Tokens
from app.store.sqlite.store import SqliteStore
from support.configuration_service import ADA, CONTRACT, Clock, actor

BASE = "/v1/apps/billing/environments/production"


@dataclass
class Api:
    """The service over HTTP, as holders of tokens see it."""

    application: Flask
    store: SqliteStore
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.client: FlaskClient = self.application.test_client()
        self.admin = self.token(Scope.ADMIN)

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
