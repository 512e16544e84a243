"""The audit log: who did what, where, when; names of variables, never values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.identity import Actor, Principal, PrincipalKind

SERVICE = Principal(PrincipalKind.MACHINE, "setpoint", "service", "Setpoint")
"""The name for what nobody has done by hand."""


class Action(StrEnum):
    """What the log records."""

    CONFIG_WRITE = "config.write"
    CONFIG_REVEAL = "config.reveal"
    CONFIG_ROLLBACK = "config.rollback"
    CONFIG_PROMOTE = "config.promote"
    CONFIG_EXTEND = "config.extend"
    CONFIG_INHERIT = "config.inherit"
    CONFIG_BREAK_GLASS = "config.break-glass"
    PROTECTION_PUT = "protection.put"
    PROTECTION_REMOVE = "protection.remove"
    PROPOSAL_MAKE = "proposal.make"
    PROPOSAL_CHANGE = "proposal.change"
    PROPOSAL_APPROVE = "proposal.approve"
    PROPOSAL_REFUSE = "proposal.refuse"
    PROPOSAL_WITHDRAW = "proposal.withdraw"
    PROPOSAL_APPLY = "proposal.apply"
    PROPOSAL_EXPIRE = "proposal.expire"
    ROLLOUT_COMPLETE = "rollout.complete"
    ROLLOUT_ROLL_BACK = "rollout.rollback"
    ROLLOUT_PLAN = "rollout.plan"
    REVISION_DESTROY = "revision.destroy"
    SCHEMA_PUSH = "schema.push"
    TOKEN_CREATE = "token.create"  # noqa: S105 - a word for what happened, not a password
    TOKEN_ROTATE = "token.rotate"  # noqa: S105 - a word for what happened, not a password
    TOKEN_REVOKE = "token.revoke"  # noqa: S105 - a word for what happened, not a password
    TOKEN_EXCHANGE = "token.exchange"  # noqa: S105 - a word for what happened, not a password
    SIGN_IN = "browser.sign-in"
    SIGN_OUT = "browser.sign-out"
    TRUST_PUT = "trust.put"
    TRUST_REMOVE = "trust.remove"
    KEYS_ROTATE = "keys.rotate"
    LIMITS_SET = "limits.set"
    WEBHOOK_CREATE = "webhook.create"
    WEBHOOK_ROTATE = "webhook.rotate"
    WEBHOOK_ENABLE = "webhook.enable"
    WEBHOOK_DISABLE = "webhook.disable"
    WEBHOOK_DELETE = "webhook.delete"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the log.

    Attributes:
        action: What was done.
        at: When.
        principal: Who did something.
        token_id: The token it was done with.
        app: The app; empty where it concerns none.
        environment: The environment; empty where it concerns a whole app or none.
        detail: Numbers, names and reasons.
        request_id: The id of the request in the logs.
        address: Where the request came from.
        id: Its position in the log; 0 before it has one.
    """

    action: Action
    at: datetime
    principal: Principal
    token_id: str
    app: str = ""
    environment: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    request_id: str = ""
    address: str = ""
    id: int = 0


def entry(
    actor: Actor,
    action: Action,
    at: datetime,
    app: str = "",
    environment: str = "",
    *,
    detail: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Return the entry for something that `actor` did."""
    return AuditEntry(
        action=action,
        at=at,
        principal=actor.principal,
        token_id=actor.token.id,
        app=app,
        environment=environment,
        detail=detail or {},
        request_id=actor.request_id,
        address=actor.address,
    )
