"""Sign-ins in SQL."""

from datetime import datetime

import sqlalchemy as sa

from app.domain.sign_in import SignIn
from app.store.repositories.access_tables import principals, sign_ins, tokens
from app.store.repositories.columns import BY_TABLE
from app.store.repositories.principals import as_token

_BY_DIGEST = (
    sa.select(sign_ins, tokens, principals)
    .select_from(sign_ins.join(tokens).join(principals))
    .where(sign_ins.c.digest == sa.bindparam("wanted"))
    .set_label_style(BY_TABLE)
)


class SqlSignIns:
    """The port `SignIns` in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def by_digest(self, digest: str) -> SignIn | None:
        """Return the sign-in whose key has this SHA-256; None if there is none."""
        row = self._connection.execute(_BY_DIGEST, {"wanted": digest}).first()
        if row is None:
            return None
        found = row._mapping  # noqa: SLF001 - SQLAlchemy's documented name
        return SignIn(digest, as_token(row), found[sign_ins.c.made_at], found[sign_ins.c.expires_at])

    def add(self, sign_in: SignIn) -> None:
        """Store a new one."""
        row = {
            "digest": sign_in.digest,
            "token_id": sign_in.token.id,
            "made_at": sign_in.made_at,
            "expires_at": sign_in.expires_at,
        }
        self._connection.execute(sign_ins.insert(), row)

    def remove(self, digest: str) -> None:
        """Delete the one with this digest, if it exists."""
        self._connection.execute(sign_ins.delete().where(sign_ins.c.digest == digest))

    def forget_expired(self, now: datetime) -> None:
        """Delete those that have expired."""
        self._connection.execute(sign_ins.delete().where(sign_ins.c.expires_at <= now))
