"""When tokens were used last."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column; nothing is known of earlier uses."""
    op.add_column("tokens", sa.Column("last_used_at", sa.BigInteger(), nullable=True))
