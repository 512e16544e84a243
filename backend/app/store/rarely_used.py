"""Tables that many installations have no rows in: one statement says which, and the others are not asked."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.store.prepared import Prepared

_NAMES = ("bases", "protections", "limits", "canary_plans", "webhooks", "sessions")
_ASK = Prepared(sa.select(*(sa.exists().select_from(sa.table(name)).label(name) for name in _NAMES)))


class RarelyUsed:
    """These tables in one transaction, which sees no changes but its own; all rows are inserted here."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._used: set[str] | None = None

    def rows(self, table: sa.Table, statement: Prepared, wanted: Mapping[str, object]) -> Iterable[Any]:
        """Return what `statement` finds in `table`; there is nothing to ask if that has no rows."""
        if self._used is None:
            found = _ASK.first(self._connection, {})
            self._used = {name for name, is_used in zip(_NAMES, found, strict=True) if is_used}
        return statement.all(self._connection, wanted) if table.name in self._used else ()

    def insert(self, table: sa.Table, row: Mapping[str, object]) -> None:
        """Insert a row."""
        self._connection.execute(table.insert(), row)
        self._used = None
