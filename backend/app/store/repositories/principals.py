"""Principals and their tokens in SQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from app.domain.identity import Bound, Principal, PrincipalKind, Right, Scope, Token
from app.store.prepared import Prepared
from app.store.repositories.access_tables import principals, tokens
from app.store.repositories.columns import BY_TABLE

_PRINCIPAL = sa.select(principals).where(
    principals.c.issuer == sa.bindparam("issuer"), principals.c.subject == sa.bindparam("subject")
)
_TOKENS = sa.select(tokens, principals).join(principals).set_label_style(BY_TABLE)
_IS_LIVE = tokens.c.revoked_at.is_(None) & (
    tokens.c.expires_at.is_(None) | (tokens.c.expires_at > sa.bindparam("now", type_=tokens.c.expires_at.type))
)
_LIVE_BY_DIGEST = Prepared(_TOKENS.where(tokens.c.digest == sa.bindparam("wanted"), _IS_LIVE))
_BY_ID = _TOKENS.where(tokens.c.id == sa.bindparam("wanted"))


class SqlPrincipals:
    """The port `Principals` in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._ids: dict[tuple[str, str], int] = {}

    def remember(self, principal: Principal) -> None:
        """Store a principal, or its new name."""
        row = self._row(principal)
        if row is None:
            new = {"kind": principal.kind, "issuer": principal.issuer, "subject": principal.subject}
            self._connection.execute(principals.insert(), {**new, "name": principal.name})
        elif row.name != principal.name:
            change = principals.update().where(principals.c.id == row.id)
            self._connection.execute(change.values(name=principal.name))

    def all_principals(self) -> Sequence[Principal]:
        """Return all of them, by name."""
        rows = self._connection.execute(sa.select(principals).order_by(principals.c.name, principals.c.id))
        return [as_principal(row) for row in rows]

    def seen(self, principal: Principal, number: int) -> None:
        """Remember the number of a principal that came with another row."""
        self._ids[principal.issuer, principal.subject] = number

    def id_of(self, principal: Principal) -> int:
        """Return the number of a principal, which is stored if it is new."""
        key = (principal.issuer, principal.subject)
        if key not in self._ids:
            if (row := self._row(principal)) is None:
                self.remember(principal)
                row = self._row(principal)
            self._ids[key] = row.id if row else 0
        return self._ids[key]

    def _row(self, principal: Principal) -> sa.Row[Any] | None:
        wanted = {"issuer": principal.issuer, "subject": principal.subject}
        return self._connection.execute(_PRINCIPAL, wanted).first()


class SqlTokens:
    """The port `Tokens` in one transaction."""

    def __init__(self, connection: sa.Connection, known: SqlPrincipals) -> None:
        self._connection = connection
        self._known = known

    def live_by_digest(self, digest: str, now: datetime) -> Token | None:
        """Return the token whose text has this SHA-256; None if there is none that is live."""
        row = _LIVE_BY_DIGEST.first(self._connection, {"wanted": digest, "now": now})
        return as_token(row) if row else None

    def by_id(self, token_id: str) -> Token | None:
        """Return the token with this public id; None if there is none."""
        row = self._connection.execute(_BY_ID, {"wanted": token_id}).first()
        return as_token(row) if row else None

    def all_tokens(self) -> Sequence[Token]:
        """Return all tokens, newest first."""
        rows = self._connection.execute(_TOKENS.order_by(tokens.c.made_at.desc(), tokens.c.id))
        return [as_token(row) for row in rows]

    def add(self, token: Token, digest: str) -> None:
        """Store a new token under the SHA-256 of its text."""
        row = {
            "id": token.id,
            "digest": digest,
            "family": token.family,
            "principal_id": self._known.id_of(token.principal),
            "label": token.label,
            "rights": rights_as_json(token.rights),
            "made_at": token.made_at,
            "expires_at": token.expires_at,
            "revoked_at": token.revoked_at,
        }
        self._connection.execute(tokens.insert(), row)

    def change(self, token: Token) -> None:
        """Store when a token ends."""
        change = tokens.update().where(tokens.c.id == token.id)
        self._connection.execute(change.values(expires_at=token.expires_at, revoked_at=token.revoked_at))

    def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """Store when tokens were used, by their ids; a later use that is already stored stays."""
        used = tokens.c.last_used_at
        is_news = sa.or_(used.is_(None), used < sa.bindparam("at"))
        statement = tokens.update().where(tokens.c.id == sa.bindparam("used"), is_news)
        rows = [{"used": token, "at": at} for token, at in sorted(uses.items())]
        self._connection.execute(statement.values(last_used_at=sa.bindparam("at")), rows)

    def forget_expired(self, before: datetime, lifetime: timedelta) -> None:
        """Forget the tokens that expired before a given time and were made to live no longer than `lifetime`."""
        is_short = tokens.c.expires_at - tokens.c.made_at <= lifetime // timedelta(microseconds=1)
        self._connection.execute(tokens.delete().where(tokens.c.expires_at < before, is_short))


def rights_as_json(rights: Iterable[Right]) -> list[dict[str, object]]:
    """Return rights in the form that is stored."""
    return [{"scopes": sorted(each.scopes), "bound": str(each.bound)} for each in sorted(rights, key=str)]


def rights_of_json(stored: Iterable[dict[str, Any]]) -> frozenset[Right]:
    """Return the stored rights."""
    return frozenset(Right(frozenset(map(Scope, each["scopes"])), Bound.parse(each["bound"])) for each in stored)


def as_token(row: Any) -> Token:
    """Return the token that the columns of tokens and principals hold in a row whose columns are named by table."""
    return Token(
        id=row.tokens_id,
        family=row.tokens_family,
        principal=as_principal(row),
        label=row.tokens_label,
        rights=rights_of_json(row.tokens_rights),
        made_at=row.tokens_made_at,
        expires_at=row.tokens_expires_at,
        revoked_at=row.tokens_revoked_at,
        last_used_at=row.tokens_last_used_at,
    )


def principal_of(name: str) -> Callable[[Any], Principal]:
    """Return a function that takes a principal from a row whose columns are named by table.

    Args:
        name: That of the table of principals in the statement.
    """
    parts = attrgetter(*(f"{name}_{part}" for part in ("kind", "issuer", "subject", "name")))

    def take(row: Any) -> Principal:
        kind, issuer, subject, shown = parts(row)
        return Principal(PrincipalKind(kind), issuer, subject, shown)

    return take


as_principal = principal_of(principals.name)
"""Returns the principal that a row is about."""
