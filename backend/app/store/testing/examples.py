"""What tests of a store, and of what stands on one, put into it."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

from app.domain.event import EventKind, Happening
from app.domain.identity import Bound, Principal, PrincipalKind, Scope, Token, rights_within
from app.domain.place import Place
from app.domain.revision import Draft, Revision, Schema
from app.domain.variables import Variables
from app.store.postgresql import PostgresqlStore
from app.store.sqlite.store import SqliteStore
from app.store.transaction import SqlTransaction

AnyStore = SqliteStore | PostgresqlStore

NOW = datetime(2026, 11, 26, 12, 30, 0, 123456, tzinfo=UTC)
ADA = Principal(PrincipalKind.PERSON, "setpoint", "ada", "Ada")
CI = Principal(PrincipalKind.MACHINE, "https://ci.example", "repo:billing", "CI of billing")
PRODUCTION = Place("billing", "production")
STAGING = Place("billing", "staging")
TOKEN = Token("id1", "id1", ADA, "laptop", rights_within({Scope.ADMIN}, {Bound()}), NOW)
SCHEMA = Schema("billing", "sha256:one", '{"version": 1}', "billing@1", ADA, NOW)
OLD_KEY = "old:" + base64.b64encode(b"o" * 32).decode()
NEW_KEY = "new:" + base64.b64encode(b"n" * 32).decode()


def draft(place: Place = PRODUCTION, **texts: str) -> Draft:
    """Return a revision of `place` with these variables."""
    return Draft(place, Variables(texts), ADA, "why", NOW, SCHEMA.digest)


def append(store: AnyStore, new: Draft) -> Revision:
    """Store a revision as a use case does: with its event."""

    def change(found: SqlTransaction) -> Revision:
        if found.schemas.current(new.place.app) is None:
            found.schemas.put(replace(SCHEMA, app=new.place.app))
        revision = found.revisions.append(new)
        found.events.add(happening(str(revision.number)))
        return revision

    return store.write(change)


def happening(subject: str) -> Happening:
    """Return an event that tells of a revision."""
    return Happening(EventKind.REVISION, NOW, "billing", "production", subject)
