"""Environments extend others; a base may be of an app without a schema."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table, and let a revision tell what it has by itself."""
    op.create_table(
        "bases",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("base_app", sa.Text(), nullable=False),
        sa.Column("base_environment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", "environment", "base_app", "base_environment"),
    )
    op.create_index("bases_by_base", "bases", ["base_app", "base_environment"], unique=False)
    with op.batch_alter_table("revisions") as table:
        table.add_column(sa.Column("bases", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("origins", sa.JSON(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("is_base", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.alter_column("schema", existing_type=sa.Text(), nullable=True)
    with op.batch_alter_table("revisions") as table:
        for name in ("bases", "origins", "is_base"):
            table.alter_column(name, server_default=None)
