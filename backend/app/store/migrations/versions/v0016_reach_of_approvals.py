"""Which protected environments an approval was given for."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_approvals = sa.table("approvals", sa.column("app"), sa.column("environment"), sa.column("places", sa.JSON()))


def upgrade() -> None:
    """Add the column; what was approved before counts for the environment of the proposal alone."""
    op.add_column("approvals", sa.Column("places", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    for app, environment in connection.execute(sa.select(_approvals.c.app, _approvals.c.environment).distinct()).all():
        there = (_approvals.c.app == app, _approvals.c.environment == environment)
        connection.execute(_approvals.update().where(*there).values(places=[f"{app}/{environment}"]))
