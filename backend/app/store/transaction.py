"""One transaction: all the ports on one connection."""

import sqlalchemy as sa

from app.store.rarely_used import RarelyUsed
from app.store.repositories.app_keys import SqlKeys
from app.store.repositories.canaries import SqlCanaries
from app.store.repositories.events import SqlAuditLog, SqlEvents
from app.store.repositories.incoming_webhooks import SqlIncomingWebhooks
from app.store.repositories.limits import SqlLimits
from app.store.repositories.principals import SqlPrincipals, SqlTokens
from app.store.repositories.proposals import SqlProposals
from app.store.repositories.revisions import SqlRevisions
from app.store.repositories.schemas import SqlSchemas
from app.store.repositories.session_stances import SqlRolloutResults
from app.store.repositories.sessions import SqlSessions
from app.store.repositories.sign_ins import SqlSignIns
from app.store.repositories.trust import SqlTrustRules
from app.store.repositories.webhooks import SqlWebhooks
from app.store.sealing import Sealer


class SqlTransaction:
    """The port `Transaction`."""

    def __init__(self, connection: sa.Connection, sealer: Sealer) -> None:
        self.connection = connection
        rarely_used = RarelyUsed(connection)
        self.principals = SqlPrincipals(connection)
        self.keys = SqlKeys(connection, sealer)
        self.revisions = SqlRevisions(connection, sealer, self.principals, self.keys, rarely_used)
        self.proposals = SqlProposals(connection, sealer, self.principals, self.keys, rarely_used)
        self.schemas = SqlSchemas(connection, self.principals)
        self.tokens = SqlTokens(connection, self.principals)
        self.sign_ins = SqlSignIns(connection)
        self.sessions = SqlSessions(connection, self.principals, rarely_used)
        self.trust = SqlTrustRules(connection, self.principals)
        self.canaries = SqlCanaries(connection, rarely_used)
        self.rollout_results = SqlRolloutResults(connection, rarely_used)
        self.events = SqlEvents(connection)
        self.audit = SqlAuditLog(connection, self.principals)
        self.webhooks = SqlWebhooks(connection, sealer, self.keys, rarely_used)
        self.incoming = SqlIncomingWebhooks(connection, sealer, self.keys)
        self.limits = SqlLimits(connection, rarely_used)
