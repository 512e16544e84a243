"""Statements that are always the same but for their values: compiled once, and run by the driver itself."""

from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, object]


class Prepared:
    """A statement of SQLAlchemy Core in the form that a driver takes.

    For each call, `Connection.execute` looks up what it has compiled, and makes a context and a result. That takes 12
    to 45 µs, and SQLite takes 2 to 10 for the statement itself. What fails is raised as `Connection.execute` raises it.
    """

    def __init__(self, statement: sa.Select[*tuple[Any, ...]] | sa.UpdateBase | sa.TextClause) -> None:
        """Take a statement; each call gives all of its values, by the same names."""
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def all(self, connection: sa.Connection, values: Values) -> Sequence[Any]:
        """Return the rows: tuples whose fields are named after the columns."""
        return self._for(connection, values).rows(connection, values)

    def first(self, connection: sa.Connection, values: Values) -> Any:
        """Return the first row; None if there is none."""
        return next(iter(self.all(connection, values)), None)

    def run(self, connection: sa.Connection, values: Values) -> int:
        """Change rows; return how many."""
        _, changed = self._for(connection, values).run(connection, values)
        return changed

    def _for(self, connection: sa.Connection, values: Values) -> "_Compiled":
        dialect = connection.dialect
        if (compiled := self._compiled.get(dialect.name)) is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, dialect, values)
        return compiled


class _Compiled:
    """A statement for one kind of database."""

    def __init__(self, statement: Any, dialect: sa.Dialect, values: Values) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=[*values])
        self._text = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        self._fixed = {name: value for name, value in compiled.params.items() if name not in values}
        binds = [(name, _kind(bind, dialect).bind_processor(dialect)) for name, bind in compiled.binds.items()]
        self._to_store = [(name, convert) for name, convert in binds if convert]
        columns = {} if isinstance(statement, sa.TextClause) else statement.exported_columns
        row: Any = namedtuple("Row", columns.keys())  # type: ignore[misc]  # noqa: PYI024 - known when it runs
        self._as_row = row._make
        self._has_rows = bool(columns)
        found = [_kind(column, dialect).result_processor(dialect, None) for column in columns]
        self._from_stored = [(at, convert) for at, convert in enumerate(found) if convert]

    def run(self, connection: sa.Connection, values: Values) -> tuple[Sequence[Sequence[Any]], int]:
        """Return what the database says: rows as they are stored, and how many it has changed."""
        given = {**self._fixed, **values}
        for name, convert in self._to_store:
            given[name] = convert(given[name])
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        try:
            cursor.execute(self._text, given if self._order is None else [given[name] for name in self._order])
            return (cursor.fetchall() if self._has_rows else ()), cursor.rowcount
        except connection.dialect.loaded_dbapi.Error as error:
            _raise_in_words_of_sqlalchemy(error, connection, cursor, self._text)

    def rows(self, connection: sa.Connection, values: Values) -> Sequence[Any]:
        """Return the rows."""
        found, _ = self.run(connection, values)
        return list(map(self._as_row, map(self._converted, found) if self._from_stored else found))

    def _converted(self, row: Iterable[Any]) -> Sequence[Any]:
        values = list(row)
        for at, convert in self._from_stored:
            values[at] = convert(values[at])
        return values


def _kind(of: Any, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
    kind: sa.types.TypeEngine[Any] = of.type.dialect_impl(dialect)
    return kind


def _raise_in_words_of_sqlalchemy(error: Any, connection: sa.Connection, cursor: Any, text: str) -> NoReturn:
    """Raise what `Connection.execute` makes of an error; with a lost connection, all that are as old are given up."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection, cursor)
    if is_lost:
        connection.invalidate(error)
        connection.engine.dispose()
    base = dialect.loaded_dbapi.Error
    raise DBAPIError.instance(
        text, None, error, base, hide_parameters=True, connection_invalidated=is_lost, dialect=dialect
    ) from error
