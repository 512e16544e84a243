"""Revisions that some instances are offered first, and how environments want that."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make two tables, and note of a session what it was offered first."""
    op.create_table(
        "canaries",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("bake_seconds", sa.Integer(), nullable=False),
        sa.Column("instances", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("baking_since", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", "environment", "revision"),
    )
    op.create_index("canaries_by_end", "canaries", ["ended_at"], unique=False)
    op.create_table(
        "canary_plans",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("bake_seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app", "environment"),
    )
    op.add_column("sessions", sa.Column("canary", sa.BigInteger(), nullable=True))
