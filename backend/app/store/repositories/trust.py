"""Trust rules, and the tokens that were exchanged under them, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.domain.trust import TrustRule
from app.store.repositories.access_tables import principals, trust_rules, used_assertions
from app.store.repositories.columns import BY_TABLE
from app.store.repositories.principals import SqlPrincipals, as_principal, rights_as_json, rights_of_json

_RULES = sa.select(trust_rules, principals).join(principals).set_label_style(BY_TABLE)


class SqlTrustRules:
    """The port `TrustRules` in one transaction."""

    def __init__(self, connection: sa.Connection, known: SqlPrincipals) -> None:
        self._connection = connection
        self._known = known

    def named(self, name: str) -> TrustRule | None:
        """Return the rule with this name; None if there is none."""
        row = self._connection.execute(_RULES.where(trust_rules.c.name == name)).first()
        return _rule(row) if row else None

    def all_rules(self) -> Sequence[TrustRule]:
        """Return all rules, by name."""
        return [_rule(row) for row in self._connection.execute(_RULES.order_by(trust_rules.c.name))]

    def put(self, rule: TrustRule) -> None:
        """Store `rule`, replacing the one with the same name if there is one."""
        self.remove(rule.name)
        row = {
            "name": rule.name,
            "issuer": rule.issuer,
            "audience": rule.audience,
            "subject": rule.subject,
            "claims": dict(rule.claims),
            "key_set": rule.key_set,
            "key_set_url": rule.key_set_url,
            "once": rule.once,
            "sign_in": rule.sign_in,
            "rights": rights_as_json(rule.rights),
            "author_id": self._known.id_of(rule.author) if rule.author else None,
            "made_at": rule.made_at,
        }
        self._connection.execute(trust_rules.insert(), row)

    def remove(self, name: str) -> None:
        """Remove the rule with this name."""
        self._connection.execute(trust_rules.delete().where(trust_rules.c.name == name))

    def use(self, token: str, until: datetime) -> bool:
        """Note that the token with the digest `token` is used; return whether that was already noted."""
        known = sa.select(used_assertions.c.digest).where(used_assertions.c.digest == token)
        if self._connection.execute(known).first() is not None:
            return True
        self._connection.execute(used_assertions.insert(), {"digest": token, "until": until})
        return False

    def forget_used(self, before: datetime) -> None:
        """Forget the tokens that have been refused as expired since `before`."""
        self._connection.execute(used_assertions.delete().where(used_assertions.c.until < before))


def _rule(row: sa.Row[Any]) -> TrustRule:
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's documented name
    return TrustRule(
        name=found[trust_rules.c.name],
        issuer=found[trust_rules.c.issuer],
        audience=found[trust_rules.c.audience],
        subject=found[trust_rules.c.subject],
        claims=found[trust_rules.c.claims],
        key_set=found[trust_rules.c.key_set],
        key_set_url=found[trust_rules.c.key_set_url],
        once=found[trust_rules.c.once],
        sign_in=found[trust_rules.c.sign_in],
        rights=rights_of_json(found[trust_rules.c.rights]),
        author=as_principal(row),
        made_at=found[trust_rules.c.made_at],
    )
