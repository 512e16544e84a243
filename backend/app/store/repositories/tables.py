"""The tables, the same on SQLite and PostgreSQL; `migrations/` creates them."""

import sqlalchemy as sa

from app.store.repositories.access_tables import principals
from app.store.repositories.columns import EVERY_TABLE, ROW_ID, Moment

metadata = EVERY_TABLE

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("mark", sa.Text, nullable=False),
)
"""One row: the position of the newest event. A writer locks it first, so that there is one writer at a time."""

schemas = sa.Table(
    "schemas",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("turn", sa.BigInteger, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("document_sha256", sa.LargeBinary, nullable=False),
    sa.Column("release", sa.Text, nullable=False),
    sa.Column("author_id", sa.ForeignKey(principals.c.id), nullable=False),
    sa.Column("pushed_at", Moment, nullable=False),
    sa.UniqueConstraint("app", "turn"),
)
"""`turn` counts the pushes of an app: the schema with the highest one is the current one."""

app_keys = sa.Table(
    "app_keys",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("wrapped_by", sa.Text, nullable=False),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("author_id", sa.ForeignKey(principals.c.id), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("schema", sa.Text),
    sa.Column("unchecked", sa.JSON, nullable=False),
    sa.Column("copied_from", sa.BigInteger),
    sa.Column("bases", sa.JSON, nullable=False),
    sa.Column("origins", sa.JSON, nullable=False),
    sa.Column("is_base", sa.Boolean, nullable=False),
    sa.Column("body", sa.LargeBinary),
    sa.Column("data_key", sa.LargeBinary),
    sa.Column("body_sha256", sa.LargeBinary, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("destroyed_by", sa.ForeignKey(principals.c.id)),
    sa.Column("destroyed_at", Moment),
    sa.Column("destroyed_reason", sa.Text),
    sa.ForeignKeyConstraint(["app", "schema"], ["schemas.app", "schemas.digest"]),
)
"""`body` and `data_key` go when the values are destroyed; `body_sha256` stays, so that the digest still adds up."""

bases = sa.Table(
    "bases",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("base_app", sa.Text, primary_key=True),
    sa.Column("base_environment", sa.Text, primary_key=True),
    sa.Index("bases_by_base", "base_app", "base_environment"),
)
"""What the newest revision of each environment extends, to look up from the base."""

events = sa.Table(
    "events",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("mark", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("app", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("principal_id", sa.ForeignKey(principals.c.id), nullable=False),
    sa.Column("token_id", sa.Text, nullable=False),
    sa.Column("app", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Index("audit_by_app", "app", "id"),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("beat_at", Moment, nullable=False),
)
"""The processes of the service that hold sessions, and when each was last known to run."""

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("instance", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("release", sa.Text, nullable=False),
    sa.Column("schema", sa.Text, nullable=False),
    sa.Column("principal_id", sa.ForeignKey(principals.c.id), nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("held_by", sa.Text, nullable=False),
    sa.Column("left_at", Moment),
    sa.Column("attempted", sa.BigInteger),
    sa.Column("answer", sa.Text),
    sa.Column("answered_at", Moment),
    sa.Column("reasons", sa.JSON),
    sa.Column("serves", sa.BigInteger),
    sa.Column("serves_since", Moment),
    sa.Column("source", sa.Text),
    sa.Column("known_good_at", Moment),
    sa.Column("canary", sa.BigInteger),
    sa.Index("sessions_by_id", "id"),
    sa.Index("sessions_by_worker", "held_by"),
    sa.Index("sessions_by_end", "left_at"),
)
"""`held_by` names the worker that holds the stream of a session, and is empty once the instance has gone; `canary` is
the newest revision that it was offered before everyone else."""

rollouts = sa.Table(
    "rollouts",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("told_at", Moment, nullable=False),
)
"""When the watchers of an environment were last notified that its instances have answered."""

rollout_results = sa.Table(
    "rollout_results",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("live", sa.BigInteger, nullable=False),
    sa.Column("serving", sa.BigInteger, nullable=False),
    sa.Column("refused", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
"""The state of a revision among the live instances when it was replaced."""

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("bound", sa.Text, nullable=False),
    sa.Column("topics", sa.JSON, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("old_secret", sa.LargeBinary),
    sa.Column("old_until", Moment),
    sa.Column("disabled_at", Moment),
    sa.Column("disabled_because", sa.Text, nullable=False),
)
"""`secret` and `old_secret` are sealed with the key of the app that `bound` names, or of `*`."""

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("webhook", sa.ForeignKey("webhooks.id"), nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("app", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.JSON, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
    sa.UniqueConstraint("webhook", "topic", "app", "environment", "revision"),
    sa.Index("deliveries_by_state", "state", "next_at"),
)
"""What webhooks are to send, stored in the transaction of the event. Whoever tries one postpones its `next_at`."""

incoming_webhooks = sa.Table(
    "incoming_webhooks",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("app", sa.Text, nullable=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("old_secret", sa.LargeBinary),
    sa.Column("old_until", Moment),
)

received_webhooks = sa.Table(
    "received_webhooks",
    metadata,
    sa.Column("webhook", sa.ForeignKey("incoming_webhooks.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("effect", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger),
    sa.Column("current", sa.BigInteger, nullable=False),
    sa.Index("received_webhooks_by_time", "at"),
)
"""Incoming messages, by `webhook-id`, and what they did: stored in the transaction that did it."""

canaries = sa.Table(
    "canaries",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.Text, nullable=False),
    sa.Column("bake_seconds", sa.Integer, nullable=False),
    sa.Column("instances", sa.Integer, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("begun_at", Moment, nullable=False),
    sa.Column("baking_since", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("canaries_by_end", "ended_at"),
)
"""The revisions that some instances were offered first, and the stage of each."""

canary_plans = sa.Table(
    "canary_plans",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("size", sa.Text, nullable=False),
    sa.Column("bake_seconds", sa.Integer, nullable=False),
)
"""How an environment tries revisions by default."""
