"""Room in each page of PostgreSQL for the next version of a session: a verdict then changes no index."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Leave room; SQLite changes rows where they are."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE sessions SET (fillfactor = 60)")
