"""The types of columns that both databases store in the same way, and the list of tables."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

EVERY_TABLE = sa.MetaData()

BY_TABLE = sa.LABEL_STYLE_TABLENAME_PLUS_COL
"""Names the columns of a join so that no two have the same name: `principals_kind`."""

ONE = sa.literal_column("1", sa.Integer)
"""A limit that is a part of the text: SQLite compiles a statement anew for each limit that is bound to it."""

LARGEST = 2**63 - 1
"""The largest number that both databases accept."""

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows automatically only if the type is exactly INTEGER."""


class Moment(sa.types.TypeDecorator[datetime]):
    """A time as microseconds since 1970, which both databases store exactly and in the same way."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """Return the stored value."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Return the original value."""
        return None if value is None else _EPOCH + value * _MICROSECOND


def json_text(value: object) -> str:
    """Return the JSON that is stored for `value`, which holds no number of more than 64 bits."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a lone surrogate
        return json.dumps(value)


def json_value(text: str) -> Any:
    """Return what is stored as `text`, whichever library has written it.

    Raises:
        JSONDecodeError: It is not JSON.
    """
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


def microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND
