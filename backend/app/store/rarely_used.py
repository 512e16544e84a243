"""Tables that most installations have no rows in: one statement says which, and the others are not asked."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

_NAMES = ("bases", "protections", "limits", "canary_plans", "webhooks")
_ASK = f"SELECT {', '.join(f'EXISTS (SELECT 1 FROM {name})' for name in _NAMES)}"  # noqa: S608 - the names above


class RarelyUsed:
    """These tables in one transaction, which sees no changes but its own; all rows are inserted here."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._used: set[str] | None = None

    def rows(
        self, table: sa.Table, statement: sa.Select[Any], wanted: Mapping[str, object] | None = None
    ) -> Iterable[sa.Row[Any]]:
        """Return what `statement` finds in `table`; there is nothing to ask if that has no rows."""
        if self._used is None:
            found = self._connection.exec_driver_sql(_ASK).one()
            self._used = {name for name, is_used in zip(_NAMES, found, strict=True) if is_used}
        return self._connection.execute(statement, wanted) if table.name in self._used else ()

    def insert(self, table: sa.Table, row: Mapping[str, object]) -> None:
        """Insert a row."""
        self._connection.execute(table.insert(), row)
        self._used = None
