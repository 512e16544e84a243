"""Tokens hold a set of scopes in each place, rather than one set in all of their places."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TOKENS = sa.table(
    "tokens", *(sa.column(name, sa.JSON) for name in ("scopes", "bounds", "rights")), sa.column("id", sa.Text)
)


def upgrade() -> None:
    """Put what each token may do into one column."""
    op.add_column("tokens", sa.Column("rights", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    for token, scopes, bounds in connection.execute(sa.select(_TOKENS.c.id, _TOKENS.c.scopes, _TOKENS.c.bounds)).all():
        rights = [{"scopes": scopes, "bound": bound} for bound in bounds]
        connection.execute(_TOKENS.update().where(_TOKENS.c.id == token).values(rights=rights))
    with op.batch_alter_table("tokens") as table:
        table.drop_column("scopes")
        table.drop_column("bounds")
        table.alter_column("rights", server_default=None)
