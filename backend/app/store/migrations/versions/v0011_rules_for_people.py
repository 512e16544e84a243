"""Trust rules on people who sign in with a browser."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Let every rule that there is stay one on tokens that are exchanged."""
    op.add_column("trust_rules", sa.Column("sign_in", sa.Boolean(), nullable=False, server_default=sa.false()))
