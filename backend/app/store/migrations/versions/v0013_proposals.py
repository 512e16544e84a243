"""Protected environments, proposals, and their approvals."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "protections",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app", "environment"),
    )
    op.create_table(
        "proposals",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("base_digest", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("unchecked", sa.JSON(), nullable=False),
        sa.Column("copied_from", sa.BigInteger(), nullable=True),
        sa.Column("bases", sa.JSON(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("is_base", sa.Boolean(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["principals.id"]),
        sa.ForeignKeyConstraint(["ended_by"], ["principals.id"]),
        sa.PrimaryKeyConstraint("app", "environment", "number"),
    )
    op.create_index("proposals_by_end", "proposals", ["state", "expires_at"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("proposal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("principal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"]),
        sa.ForeignKeyConstraint(
            ["app", "environment", "proposal"], ["proposals.app", "proposals.environment", "proposals.number"]
        ),
        sa.PrimaryKeyConstraint("app", "environment", "proposal", "principal_id"),
    )
    op.create_index("approvals_by_principal", "approvals", ["principal_id"], unique=False)
