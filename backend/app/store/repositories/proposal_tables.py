"""The tables of protected environments and of what is proposed there, and the form in which terms are stored."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.domain.audit import Action
from app.domain.canary import Plan, Size
from app.domain.proposal import Terms
from app.store.repositories.columns import Moment
from app.store.repositories.tables import metadata

protections = sa.Table(
    "protections",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("approvals", sa.Integer, nullable=False),
)
"""How many approvals a change needs; there is no row for an environment that is not protected."""

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("base", sa.BigInteger),
    sa.Column("base_digest", sa.Text, nullable=False),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("author_id", sa.ForeignKey("principals.id"), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("schema", sa.Text, nullable=False),
    sa.Column("unchecked", sa.JSON, nullable=False),
    sa.Column("copied_from", sa.BigInteger),
    sa.Column("bases", sa.JSON, nullable=False),
    sa.Column("origins", sa.JSON, nullable=False),
    sa.Column("is_base", sa.Boolean, nullable=False),
    sa.Column("terms", sa.JSON, nullable=False),
    sa.Column("body", sa.LargeBinary),
    sa.Column("data_key", sa.LargeBinary),
    sa.Column("sealed_sha256", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("ended_by", sa.ForeignKey("principals.id")),
    sa.Column("ended_reason", sa.Text, nullable=False),
    sa.Column("revision", sa.BigInteger),
    sa.Index("proposals_by_end", "state", "expires_at"),
)
"""`body` and `data_key` go when a proposal ends; `sealed_sha256` stays, so that the digest still adds up."""

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("app", sa.Text, primary_key=True),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("proposal", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("principal_id", sa.ForeignKey("principals.id"), primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("places", sa.JSON, nullable=False),
    sa.ForeignKeyConstraint(
        ["app", "environment", "proposal"], ["proposals.app", "proposals.environment", "proposals.number"]
    ),
    sa.Index("approvals_by_principal", "principal_id"),
)
"""One per principal, for what they last looked at."""


def terms_as_json(terms: Terms) -> dict[str, Any]:
    """Return terms in the form that is stored."""
    plan = terms.canary
    return {
        "action": str(terms.action),
        "detail": dict(terms.detail),
        "canary": {"size": str(plan.size), "bake_seconds": int(plan.bake.total_seconds())} if plan else None,
        "at_once": terms.at_once,
        "allow_dangerous": terms.allow_dangerous,
        "ignore_live": terms.ignore_live,
        "applies_itself": terms.applies_itself,
    }


def terms_of_json(stored: Mapping[str, Any]) -> Terms:
    """Return the stored terms."""
    plan = stored["canary"]
    return Terms(
        action=Action(stored["action"]),
        detail=stored["detail"],
        canary=Plan(Size.parse(plan["size"]), timedelta(seconds=plan["bake_seconds"])) if plan else None,
        at_once=stored["at_once"],
        allow_dangerous=stored["allow_dangerous"],
        ignore_live=stored["ignore_live"],
        applies_itself=stored["applies_itself"],
    )
