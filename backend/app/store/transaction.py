"""One transaction: all the ports on one connection."""

import sqlalchemy as sa

from app.store.app_keys import SqlKeys
from app.store.events import SqlAuditLog, SqlEvents
from app.store.principals import SqlPrincipals, SqlTokens
from app.store.revisions import SqlRevisions
from app.store.schemas import SqlSchemas
from app.store.sealing import Sealer


class SqlTransaction:
    """The port `Transaction`."""

    def __init__(self, connection: sa.Connection, sealer: Sealer) -> None:
        self.connection = connection
        self.principals = SqlPrincipals(connection)
        self.keys = SqlKeys(connection, sealer)
        self.revisions = SqlRevisions(connection, sealer, self.principals, self.keys)
        self.schemas = SqlSchemas(connection, self.principals)
        self.tokens = SqlTokens(connection, self.principals)
        self.events = SqlEvents(connection)
        self.audit = SqlAuditLog(connection, self.principals)
