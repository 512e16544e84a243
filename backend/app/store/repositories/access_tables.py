"""The tables of who may do what; the same on SQLite and PostgreSQL."""

import sqlalchemy as sa

from app.store.repositories.columns import EVERY_TABLE, ROW_ID, Moment

principals = sa.Table(
    "principals",
    EVERY_TABLE,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.UniqueConstraint("issuer", "subject"),
)

tokens = sa.Table(
    "tokens",
    EVERY_TABLE,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("family", sa.Text, nullable=False),
    sa.Column("principal_id", sa.ForeignKey("principals.id"), nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("rights", sa.JSON, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("revoked_at", Moment),
    sa.Column("last_used_at", Moment),
)

trust_rules = sa.Table(
    "trust_rules",
    EVERY_TABLE,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("claims", sa.JSON, nullable=False),
    sa.Column("key_set", sa.Text, nullable=False),
    sa.Column("key_set_url", sa.Text, nullable=False),
    sa.Column("once", sa.Boolean, nullable=False),
    sa.Column("sign_in", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("rights", sa.JSON, nullable=False),
    sa.Column("author_id", sa.ForeignKey("principals.id"), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
)

used_assertions = sa.Table(
    "used_assertions",
    EVERY_TABLE,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("until", Moment, nullable=False),
    sa.Index("used_assertions_by_end", "until"),
)
"""The exchanged tokens of other issuers, as long as they would otherwise be accepted again."""

sign_ins = sa.Table(
    "sign_ins",
    EVERY_TABLE,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("token_id", sa.ForeignKey("tokens.id", ondelete="CASCADE"), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Index("sign_ins_by_token", "token_id"),
    sa.Index("sign_ins_by_end", "expires_at"),
)
"""Browsers that act for a token; `digest` is the SHA-256 of the cookie."""
