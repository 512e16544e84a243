"""`/v1/trust-rules` and `/v1/auth/exchange`: whose tokens are trusted, and a token of this service in exchange."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import InvalidError
from app.domain.identity import Scope
from app.domain.place import LABEL_RULE, is_label
from app.domain.trust import TrustRule
from app.domain.validation import Fault
from app.http.answers import AnswerModel, PrincipalAnswer, RightAnswer, principal_json, right_json, token_json, when
from app.http.json_body import read_json, validated
from app.http.resources.access.tokens import NewTokenAnswer
from app.http.wanted_rights import WantedRights, wanted_rights
from app.issuers.key_sets import read_key_set, url_problems
from app.service.exchanging import Exchanging
from app.views.authentication import Authentication, actor
from app.views.marks import Mark, marked

_LARGEST = 300_000


class WantedTrustRule(WantedRights):
    """Whose tokens are trusted, and what their holders may do."""

    issuer: str = Field(min_length=1, max_length=500)
    audience: str = Field(min_length=1, max_length=500)
    subject: str = Field(min_length=1, max_length=1_000)
    """A pattern, in which `*` matches any text."""
    claims: dict[str, str] = Field(default_factory=dict, max_length=50)
    """A pattern for each other claim that a token must have."""
    key_set: str = Field("", max_length=262_144)
    """The keys of the issuer as a JSON Web Key Set (RFC 7517)."""
    key_set_url: str = Field("", max_length=1_000)
    """Where the keys are fetched, if they aren't given."""
    once: bool = Field(default=True, strict=True)
    """Whether a token is exchanged only once."""
    sign_in: bool = Field(default=False, strict=True)
    """Whether it is for people who sign in with a browser; then without keys."""


class TrustRuleAnswer(AnswerModel):
    """Whose tokens are trusted, and what their holders may do."""

    name: str
    issuer: str
    audience: str
    subject: str
    claims: dict[str, str]
    key_set: str
    key_set_url: str
    once: bool
    sign_in: bool
    rights: list[RightAnswer]
    principal: PrincipalAnswer | None
    created_at: str | None


class TrustRulesAnswer(AnswerModel):
    """The trust rules."""

    trust_rules: list[TrustRuleAnswer]


class WantedExchange(BaseModel):
    """The token of another issuer."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=16_384)


def trust_rules(use_case: Exchanging) -> Blueprint:
    """Return the resource of the trust rules."""
    blueprint = Blueprint("trust_rules", __name__)

    @blueprint.get("/v1/trust-rules")
    @marked(Mark("List the trust rules", scope=Scope.ADMIN, anywhere=True, answers=_answers(TrustRulesAnswer)))
    def list_rules() -> dict[str, Any]:
        return {"trust_rules": [_rule_json(each) for each in use_case.visible(actor())]}

    @blueprint.put("/v1/trust-rules/<name>")
    @marked(
        Mark(
            "Trust the tokens of another issuer",
            scope=Scope.ADMIN,
            anywhere=True,
            body={"application/json": WantedTrustRule},
            answers=_answers(TrustRuleAnswer),
        )
    )
    def put(name: str) -> dict[str, Any]:
        return _rule_json(use_case.put(actor(), _wanted(name)))

    @blueprint.delete("/v1/trust-rules/<name>")
    @marked(
        Mark(
            "Remove a trust rule",
            scope=Scope.ADMIN,
            anywhere=True,
            answers=_answers(TrustRuleAnswer),
        )
    )
    def remove(name: str) -> dict[str, Any]:
        return _rule_json(use_case.remove(actor(), name))

    return blueprint


def exchange(use_case: Exchanging, authentication: Authentication) -> Blueprint:
    """Return the resource that exchanges a token of another issuer."""
    blueprint = Blueprint("exchange", __name__)

    @blueprint.post("/v1/auth/exchange")
    @marked(
        Mark(
            "Exchange the token of another issuer for one that lasts 15 minutes",
            body={"application/json": WantedExchange},
            answers={201: {"application/json": NewTokenAnswer}},
            refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS),
        )
    )
    def post() -> tuple[dict[str, Any], HTTPStatus]:
        wanted = validated(WantedExchange, read_json(_LARGEST))
        with authentication.attempt() as (request_id, address):
            token, text = use_case.exchange(wanted.token, request_id, address)
        return {**token_json(token), "token": text.text}, HTTPStatus.CREATED

    return blueprint


def _answers(model: type[BaseModel]) -> dict[int, dict[str, type[BaseModel]]]:
    return {200: {"application/json": model}}


def _wanted(name: str) -> TrustRule:
    wanted = validated(WantedTrustRule, read_json(_LARGEST))
    problems = [*url_problems(wanted.key_set_url)] if wanted.key_set_url else []
    if not is_label(name):
        problems.append(Fault("name", "name-not-allowed", f"the name of a trust rule has {LABEL_RULE}"))
    if problems:
        raise InvalidError(tuple(problems))
    if wanted.key_set:
        read_key_set(wanted.key_set)
    return TrustRule(
        name=name,
        issuer=wanted.issuer,
        audience=wanted.audience,
        subject=wanted.subject,
        rights=wanted_rights(wanted),
        key_set=wanted.key_set,
        key_set_url=wanted.key_set_url,
        claims=wanted.claims,
        once=wanted.once,
        sign_in=wanted.sign_in,
    )


def _rule_json(rule: TrustRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "issuer": rule.issuer,
        "audience": rule.audience,
        "subject": rule.subject,
        "claims": dict(rule.claims),
        "key_set": rule.key_set,
        "key_set_url": rule.key_set_url,
        "once": rule.once,
        "sign_in": rule.sign_in,
        "rights": sorted(map(right_json, rule.rights), key=str),
        "principal": principal_json(rule.author) if rule.author else None,
        "created_at": when(rule.made_at) if rule.made_at else None,
    }
