"""`/v1/tokens`: who may do what."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any, Literal

from flask import Blueprint
from pydantic import Field

from app.domain.identity import Principal, PrincipalKind, Scope, Token
from app.domain.token_text import TokenText
from app.http.answers import AnswerModel, TokenAnswer, token_json
from app.http.json_body import read_json, validated
from app.http.queries import RotateQuery, query
from app.http.wanted_rights import WantedRights, wanted_rights
from app.service.ports import Clock
from app.service.tokens import ISSUER, Grant, Tokens
from app.views.authentication import actor
from app.views.marks import Mark, marked

_LARGEST = 16_384


class WantedToken(WantedRights):
    """A new token."""

    name: str = Field(min_length=1, max_length=200)
    kind: Literal["person", "machine"] = "machine"
    expires_in: int | None = Field(None, strict=True, ge=60, le=315_360_000)


class NewTokenAnswer(TokenAnswer):
    """A new token; its text is shown only once."""

    token: str


class TokensAnswer(AnswerModel):
    """Tokens, without their secrets."""

    tokens: list[TokenAnswer]


def tokens(use_cases: Tokens, clock: Clock) -> Blueprint:
    """Return the resource that manages tokens."""
    blueprint = Blueprint("tokens", __name__)

    @blueprint.get("/v1/tokens")
    @marked(
        Mark(
            "List the tokens that have no more rights than the caller's",
            scope=Scope.ADMIN,
            anywhere=True,
            answers={200: {"application/json": TokensAnswer}},
        )
    )
    def list_tokens() -> dict[str, Any]:
        return {"tokens": [token_json(each) for each in use_cases.visible(actor())]}

    @blueprint.post("/v1/tokens")
    @marked(
        Mark(
            "Make a token",
            scope=Scope.ADMIN,
            anywhere=True,
            body={"application/json": WantedToken},
            answers={201: {"application/json": NewTokenAnswer}},
        )
    )
    def create() -> tuple[dict[str, Any], HTTPStatus]:
        wanted = validated(WantedToken, read_json(_LARGEST))
        expires_at = clock() + timedelta(seconds=wanted.expires_in) if wanted.expires_in else None
        principal = Principal(PrincipalKind(wanted.kind), ISSUER, wanted.name, wanted.name)
        grant = Grant(principal, wanted.name, wanted_rights(wanted), expires_at)
        return _shown_once(*use_cases.create(actor(), grant))

    @blueprint.post("/v1/tokens/<token_id>/rotate")
    @marked(
        Mark(
            "Replace a token; the old one keeps working for a while",
            scope=Scope.ADMIN,
            anywhere=True,
            query=RotateQuery,
            answers={201: {"application/json": NewTokenAnswer}},
            refusals=(HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
    )
    def rotate(token_id: str) -> tuple[dict[str, Any], HTTPStatus]:
        return _shown_once(*use_cases.rotate(actor(), token_id, timedelta(seconds=query(RotateQuery).grace)))

    @blueprint.delete("/v1/tokens/<token_id>")
    @marked(
        Mark(
            "Revoke a token now",
            scope=Scope.ADMIN,
            anywhere=True,
            answers={200: {"application/json": TokenAnswer}},
        )
    )
    def revoke(token_id: str) -> dict[str, Any]:
        return token_json(use_cases.revoke(actor(), token_id))

    return blueprint


def _shown_once(token: Token, text: TokenText) -> tuple[dict[str, Any], HTTPStatus]:
    return {**token_json(token), "token": text.text}, HTTPStatus.CREATED
