"""`/v1/webhooks/in`: who may report that something is wrong in an environment, and the requests that do."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint, request
from pydantic import BaseModel, ConfigDict, Field

from app.domain.identity import Scope
from app.domain.place import Place
from app.domain.webhooks.incoming import Effect, IncomingAction, IncomingWebhook
from app.domain.webhooks.signature import Signed
from app.http.answers import AnswerModel, when
from app.http.json_body import is_json, json_of, read_json, validated
from app.http.queries import RotateQuery, query
from app.service.webhooks.accepting import Accepting
from app.service.webhooks.receiving import LONGEST_MESSAGE, Receiving, Told
from app.views.authentication import Authentication, actor
from app.views.marks import Mark, marked
from app.views.problem import Problem, ProblemItem
from app.views.request_body import read_body

_BASE = "/v1/webhooks/in"
_LARGEST = 16_384
_LARGEST_RECEIVED = 65_536
_HEADERS = {
    "webhook-id": "The id of the message, the same in every attempt",
    "webhook-timestamp": "When it was sent, in seconds since 1970; at most five minutes off",
    "webhook-signature": "`v1,` and the signature in base64; several are separated by spaces",
}


class WantedIncomingWebhook(BaseModel):
    """What to do in which environment."""

    model_config = ConfigDict(extra="forbid")

    environment: str = Field(min_length=1, max_length=200)
    """`billing/production`."""
    action: IncomingAction


class IncomingWebhookAnswer(AnswerModel):
    """An incoming webhook without its secret; requests go to `path`."""

    id: str
    environment: str
    action: IncomingAction
    path: str
    created_at: str


class NewIncomingWebhookAnswer(IncomingWebhookAnswer):
    """An incoming webhook with its secret, which is shown only once."""

    secret: str


class IncomingWebhooksAnswer(AnswerModel):
    """Incoming webhooks, without their secrets."""

    webhooks: list[IncomingWebhookAnswer]


class WrongWebhook(BaseModel):
    """What is wrong; anything else that is sent is ignored."""

    message: str = Field("", max_length=LONGEST_MESSAGE)
    """Why, for people."""
    revision: int | None = Field(None, strict=True, ge=1)
    """The revision concerned; nothing is done if that is not the newest one."""


class ReactionAnswer(AnswerModel):
    """What was done: `revision` is the one that was rolled back, `current` what everyone is offered afterwards."""

    effect: Effect
    environment: str
    revision: int | None
    current: int


def incoming_webhooks(use_cases: Accepting) -> Blueprint:
    """Return the resource that manages incoming webhooks."""
    blueprint = Blueprint("incoming_webhooks", __name__)

    @blueprint.get(_BASE)
    @marked(
        Mark(
            "List the incoming webhooks of the environments that the token is `admin` of",
            scope=Scope.ADMIN,
            anywhere=True,
            answers={200: {"application/json": IncomingWebhooksAnswer}},
        )
    )
    def list_webhooks() -> dict[str, Any]:
        return {"webhooks": [_webhook_json(each) for each in use_cases.visible(actor())]}

    @blueprint.post(_BASE)
    @marked(
        Mark(
            "Make an incoming webhook that can roll back the newest revision of an environment",
            scope=Scope.ADMIN,
            anywhere=True,
            body={"application/json": WantedIncomingWebhook},
            answers={201: {"application/json": NewIncomingWebhookAnswer}},
            refusals=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        )
    )
    def accept() -> tuple[dict[str, Any], HTTPStatus]:
        wanted = validated(WantedIncomingWebhook, read_json(_LARGEST))
        return _shown_once(use_cases.accept(actor(), _place(wanted.environment), wanted.action))

    @blueprint.post(f"{_BASE}/<webhook_id>/rotate")
    @marked(
        Mark(
            "Replace the secret of an incoming webhook; the old one is also accepted for a while",
            scope=Scope.ADMIN,
            anywhere=True,
            query=RotateQuery,
            answers={201: {"application/json": NewIncomingWebhookAnswer}},
        )
    )
    def rotate(webhook_id: str) -> tuple[dict[str, Any], HTTPStatus]:
        return _shown_once(use_cases.rotate(actor(), webhook_id, timedelta(seconds=query(RotateQuery).grace)))

    @blueprint.delete(f"{_BASE}/<webhook_id>")
    @marked(
        Mark(
            "Delete an incoming webhook",
            scope=Scope.ADMIN,
            anywhere=True,
            answers={200: {"application/json": IncomingWebhookAnswer}},
        )
    )
    def delete(webhook_id: str) -> dict[str, Any]:
        return _webhook_json(use_cases.delete(actor(), webhook_id))

    return blueprint


def received_webhooks(use_case: Receiving, authentication: Authentication) -> Blueprint:
    """Return the resource that takes signed messages, without a token."""
    blueprint = Blueprint("received_webhooks", __name__)

    @blueprint.post(f"{_BASE}/<webhook_id>")
    @marked(
        Mark(
            "Report that something is wrong, signed as Standard Webhooks are: the newest revision is rolled back",
            body={"application/json": WrongWebhook},
            headers=_HEADERS,
            answers={200: {"application/json": ReactionAnswer}},
            refusals=(HTTPStatus.UNAUTHORIZED, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
        )
    )
    def receive(webhook_id: str) -> dict[str, Any]:
        signed, body = (
            Signed(*(request.headers.get(each, "") for each in _HEADERS)),
            read_body(_LARGEST_RECEIVED, of_any_type=True),
        )
        with authentication.attempt() as (request_id, address):
            webhook = use_case.verified(webhook_id, signed, body)
        wrong = _wrong(body)
        told = Told(signed.message_id, wrong.message, wrong.revision)
        reaction = use_case.react(webhook, webhook.actor(request_id, address), told)
        return {
            "effect": str(reaction.effect),
            "environment": str(webhook.place),
            "revision": reaction.revision,
            "current": reaction.current,
        }

    return blueprint


def _wrong(body: bytes) -> WrongWebhook:
    """Return what a sender says; a body that is not JSON says nothing, unless it claims to be JSON."""
    if not body:
        return WrongWebhook()
    try:
        content = json_of(body)
    except Problem:
        if is_json():
            raise
        return WrongWebhook()
    return validated(WrongWebhook, content) if isinstance(content, dict) else WrongWebhook()


def _place(text: str) -> Place:
    try:
        return Place.parse(text)
    except ValueError as error:
        items = [ProblemItem("environment", "name-not-allowed", str(error))]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has problems", errors=items) from None


def _shown_once(webhook: IncomingWebhook) -> tuple[dict[str, Any], HTTPStatus]:
    return {**_webhook_json(webhook), "secret": webhook.secrets[0]}, HTTPStatus.CREATED


def _webhook_json(webhook: IncomingWebhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "environment": str(webhook.place),
        "action": str(webhook.action),
        "path": f"{_BASE}/{webhook.id}",
        "created_at": when(webhook.made_at),
    }
