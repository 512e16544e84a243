"""The keys of the apps in SQL, each wrapped by a key of the service."""

from collections.abc import Mapping

import sqlalchemy as sa

from app.store.repositories.tables import app_keys
from app.store.sealing import Sealer, WrappedAppKey


class SqlKeys:
    """The port `Keys` in one transaction."""

    def __init__(self, connection: sa.Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def first(self) -> str:
        """Return the id of the service's first key, which wraps everything new."""
        return self._sealer.keyring.first

    def wrapped_by(self) -> Mapping[str, str]:
        """Return the id of the wrapping key by app."""
        rows = self._connection.execute(sa.select(app_keys.c.app, app_keys.c.wrapped_by).order_by(app_keys.c.app))
        return {row.app: row.wrapped_by for row in rows}

    def wrap_anew(self, app: str) -> None:
        """Wrap the key of `app` with the first of the service's keys."""
        if (stored := self._stored(app)) is not None:
            anew = self._sealer.wrap_anew(stored)
            change = app_keys.update().where(app_keys.c.app == app)
            self._connection.execute(change.values(wrapped_by=anew.wrapped_by, wrapped=anew.wrapped))

    def of(self, app: str) -> WrappedAppKey:
        """Return the key of `app`, which gets one with its first revision."""
        if (stored := self._stored(app)) is not None:
            return stored
        new = self._sealer.new_app_key(app)
        row = {"app": app, "wrapped_by": new.wrapped_by, "wrapped": new.wrapped}
        self._connection.execute(app_keys.insert(), row)
        return new

    def unwrap_all(self) -> None:
        """Check that the service has the keys for everything that is stored.

        Raises:
            UnusableStorageError: It lacks one.
        """
        for row in self._connection.execute(sa.select(app_keys)):
            self._sealer.app_key(WrappedAppKey(row.app, row.wrapped_by, bytes(row.wrapped)))

    def _stored(self, app: str) -> WrappedAppKey | None:
        row = self._connection.execute(sa.select(app_keys).where(app_keys.c.app == app)).first()
        return WrappedAppKey(row.app, row.wrapped_by, bytes(row.wrapped)) if row else None
