"""`/v1/tokens`: who may do what."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Literal, TypeVar

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from app.domain.identity import Bound, Principal, PrincipalKind, Right, Scope, Token, rights_within
from app.domain.token_text import TokenText
from app.http.answers import TokenAnswer, token_json
from app.http.authentication import actor
from app.http.json_body import read_json, validated
from app.http.marks import Mark, marked
from app.http.problem import Problem, ProblemItem
from app.http.queries import RotateQuery, query
from app.service.ports import Clock
from app.service.tokens import ISSUER, Grant, Tokens

_LARGEST = 16_384

Parsed = TypeVar("Parsed")


class WantedToken(BaseModel):
    """What a new token is to be."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    kind: Literal["person", "machine"] = "machine"
    roles: list[str] = Field(default_factory=list, max_length=100)
    """Each with where it holds: `editor@billing/staging`."""
    scopes: list[Scope] = Field(default_factory=list, max_length=20)
    bounds: list[str] = Field(default=["*/*"], min_length=1, max_length=100)
    """Where the scopes hold."""
    expires_in: int | None = Field(None, ge=60, le=315_360_000)


class NewTokenAnswer(TokenAnswer):
    """A new token; its text is shown this once."""

    token: str


class TokensAnswer(BaseModel):
    """Tokens, without what is secret of them."""

    tokens: list[TokenAnswer]


def tokens(use_cases: Tokens, clock: Clock) -> Blueprint:
    """Return the resource that manages tokens."""
    blueprint = Blueprint("tokens", __name__)

    @blueprint.get("/v1/tokens")
    @marked(
        Mark(
            "List the tokens that have no more rights than one's own",
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
        grant = Grant(principal, wanted.name, _rights(wanted), expires_at)
        return _shown_once(*use_cases.create(actor(), grant))

    @blueprint.post("/v1/tokens/<token_id>/rotate")
    @marked(
        Mark(
            "Replace a token; the old one goes on for a while",
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
            "End a token now",
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


def _rights(wanted: WantedToken) -> frozenset[Right]:
    """Return what the token may do, of both ways to say it.

    Raises:
        Problem: 422 with each role and bound that is none.
    """
    items: list[ProblemItem] = []
    rights = {*_parsed(Right.parse, "roles", "role-not-allowed", wanted.roles, items)}
    bounds = _parsed(Bound.parse, "bounds", "bound-not-allowed", wanted.bounds, items)
    if items:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has problems", errors=items)
    return frozenset(rights | rights_within(wanted.scopes, bounds)) if wanted.scopes else frozenset(rights)


def _parsed(
    parse: Callable[[str], Parsed], key: str, code: str, texts: list[str], items: list[ProblemItem]
) -> list[Parsed]:
    """Return what `texts` write; what one of them can't be goes to `items`."""
    found = []
    for text in texts:
        try:
            found.append(parse(text))
        except ValueError as error:
            items.append(ProblemItem(key, code, str(error)))
    return found
