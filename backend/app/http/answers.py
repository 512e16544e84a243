"""What the API answers, as JSON: one shape for each thing, for the description and for the code that builds them."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, RootModel

from app.domain.audit import AuditEntry
from app.domain.bases import Origins
from app.domain.canary import Canary, Stage
from app.domain.difference import Difference
from app.domain.identity import Principal, Right, Role, Token
from app.domain.revision import Revision, Schema
from app.service.reading import Content


class AnswerModel(BaseModel, defer_build=True):
    """The shape of an answer, which is built when the description of the API first asks for it."""


class PrincipalAnswer(AnswerModel):
    """Who did it."""

    kind: str
    issuer: str
    subject: str
    name: str


class DestroyedAnswer(AnswerModel):
    """Who permanently removed values, when and why."""

    at: str
    principal: PrincipalAnswer
    reason: str


class RevisionAnswer(AnswerModel):
    """What is known about a revision."""

    app: str
    environment: str
    revision: int
    created_at: str
    principal: PrincipalAnswer
    message: str
    copied_from: int | None
    bases: list[str]
    is_base: bool
    schema_digest: str | None
    validation: str
    unchecked: list[str]
    variables: int
    names: list[str]
    digest: str
    stage: Stage
    destroyed: DestroyedAnswer | None


class CanaryAnswer(AnswerModel):
    """How a revision is tried before everyone is offered it; `reason` says why it was rolled back."""

    size: str
    bake_seconds: int
    instances: int
    begun_at: str
    baking_since: str | None
    ended_at: str | None
    reason: str


class WrittenAnswer(RevisionAnswer):
    """A revision after a write; `canary` is null if everyone is offered it at once."""

    changed: bool
    dry_run: bool
    canary: CanaryAnswer | None


class VariableAnswer(AnswerModel):
    """A variable; the value is null if it is a secret that is not revealed, the origin if the variable is its own."""

    value: str | None
    secret: bool
    origin: str | None


class ConfigurationAnswer(AnswerModel):
    """The variables of a revision."""

    app: str
    environment: str
    revision: int
    created_at: str
    bases: list[str]
    schema_digest: str | None
    variables: dict[str, VariableAnswer]


class KubernetesAnswer(AnswerModel):
    """The variables of a revision as objects that `kubectl apply` takes."""

    apiVersion: Literal["v1"]  # noqa: N815 - Kubernetes' own name
    kind: Literal["List"]
    items: list[dict[str, Any]]


class RepresentedAnswer(RootModel[ConfigurationAnswer | KubernetesAnswer]):
    """The variables of a revision, by `format`."""


class ChangeAnswer(AnswerModel):
    """One variable that differs; values of secrets are null, as is the origin of the environment's own value."""

    name: str
    origin: str | None
    change: str
    secret: bool
    before: str | None
    after: str | None


class SchemaAnswer(AnswerModel):
    """A schema without its content."""

    app: str
    digest: str
    release: str
    created_at: str
    principal: PrincipalAnswer


class RightAnswer(AnswerModel):
    """What may be done in one place; `role` is null if no role allows exactly this."""

    bound: str
    role: Role | None
    scopes: list[str]


class TokenAnswer(AnswerModel):
    """What is known about a token."""

    id: str
    label: str
    principal: PrincipalAnswer
    rights: list[RightAnswer]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None


class AuditAnswer(AnswerModel):
    """Something that was done."""

    id: int
    at: str
    principal: PrincipalAnswer
    action: str
    app: str | None
    environment: str | None
    details: dict[str, Any]
    token_id: str | None
    address: str | None
    request_id: str


Json = dict[str, Any]


def when(at: datetime) -> str:
    """Return a time as RFC 3339 writes it, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def principal_json(principal: Principal) -> Json:
    """Return a principal."""
    return {
        "kind": str(principal.kind),
        "issuer": principal.issuer,
        "subject": principal.subject,
        "name": principal.name,
    }


def revision_json(revision: Revision) -> Json:
    """Return what is known about a revision."""
    gone = revision.destroyed
    return {
        "app": revision.place.app,
        "environment": revision.place.environment,
        "revision": revision.number,
        "created_at": when(revision.made_at),
        "principal": principal_json(revision.author),
        "message": revision.message,
        "copied_from": revision.copied_from,
        "bases": list(map(str, revision.bases)),
        "is_base": revision.is_base,
        "schema_digest": revision.schema or None,
        "validation": str(revision.outcome),
        "unchecked": list(revision.unchecked),
        "variables": len(revision.names),
        "names": list(revision.names),
        "digest": revision.digest,
        "stage": str(revision.stage),
        "destroyed": None
        if gone is None
        else {"at": when(gone.at), "principal": principal_json(gone.principal), "reason": gone.reason},
    }


def canary_json(canary: Canary) -> Json:
    """Return how a revision is tried."""
    return {
        "size": str(canary.plan.size),
        "bake_seconds": int(canary.plan.bake.total_seconds()),
        "instances": canary.instances,
        "begun_at": when(canary.begun_at),
        "baking_since": when(canary.baking_since) if canary.baking_since else None,
        "ended_at": when(canary.ended_at) if canary.ended_at else None,
        "reason": canary.reason,
    }


def configuration_json(content: Content) -> Json:
    """Return the variables of a revision, in order."""
    revision, secrets = content.revision, frozenset(content.secrets)
    return {
        "app": revision.place.app,
        "environment": revision.place.environment,
        "revision": revision.number,
        "created_at": when(revision.made_at),
        "bases": list(map(str, revision.bases)),
        "schema_digest": revision.schema or None,
        "variables": {name: _variable_json(content, name, secret=name in secrets) for name in revision.names},
    }


def _variable_json(content: Content, name: str, *, secret: bool) -> Json:
    return {"value": content.variables.get(name), "secret": secret, "origin": content.revision.origins.get(name)}


def change_json(difference: Difference, origins: Origins) -> Json:
    """Return how one variable differs, and where its new value comes from according to `origins`."""
    return {
        "name": difference.name,
        "origin": origins.get(difference.name),
        "change": str(difference.change),
        "secret": difference.secret,
        "before": difference.old,
        "after": difference.new,
    }


def schema_json(schema: Schema) -> Json:
    """Return a schema without its content."""
    return {
        "app": schema.app,
        "digest": schema.digest,
        "release": schema.release,
        "created_at": when(schema.pushed_at),
        "principal": principal_json(schema.author),
    }


def token_json(token: Token) -> Json:
    """Return what is known about a token."""
    return {
        "id": token.id,
        "label": token.label,
        "principal": principal_json(token.principal),
        "rights": sorted(map(right_json, token.rights), key=str),
        "created_at": when(token.made_at),
        "expires_at": when(token.expires_at) if token.expires_at else None,
        "revoked_at": when(token.revoked_at) if token.revoked_at else None,
        "last_used_at": when(token.last_used_at) if token.last_used_at else None,
    }


def right_json(right: Right) -> Json:
    """Return what may be done in one place."""
    return {"bound": str(right.bound), "role": right.role, "scopes": sorted(map(str, right.scopes))}


def audit_json(entry: AuditEntry) -> Json:
    """Return an audit log entry."""
    return {
        "id": entry.id,
        "at": when(entry.at),
        "principal": principal_json(entry.principal),
        "action": str(entry.action),
        "app": entry.app or None,
        "environment": entry.environment or None,
        "details": dict(entry.detail),
        "token_id": entry.token_id or None,
        "address": entry.address or None,
        "request_id": entry.request_id,
    }
