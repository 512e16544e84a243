"""`/v1/webhooks`: who hears about revisions, and what was sent."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from app.domain.identity import Bound, Scope
from app.domain.webhooks.outgoing import EVENTS, Delivery, DeliveryState, Endpoint, Topic
from app.http.answers import AnswerModel, when
from app.http.json_body import read_json, validated
from app.http.queries import DeliveriesQuery, RotateQuery, query
from app.service.webhooks.managing import Webhooks
from app.views.authentication import actor
from app.views.marks import Mark, marked
from app.views.problem import Problem, ProblemItem

_LARGEST = 16_384


class WantedWebhook(BaseModel):
    """Who gets which events."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=2_000)
    bound: str = "*/*"
    """The environments that it hears about: `billing/production`, `billing/*`, `*/*`."""
    events: list[Topic] = Field(default_factory=list, max_length=20)
    """The events that it gets; all if the list is empty."""


class WebhookAnswer(AnswerModel):
    """An endpoint, without its secret."""

    id: str
    url: str
    bound: str
    events: list[str]
    created_at: str
    disabled_at: str | None
    disabled_because: str | None


class NewWebhookAnswer(WebhookAnswer):
    """An endpoint with its secret, which is shown only once."""

    secret: str


class WebhooksAnswer(AnswerModel):
    """Endpoints, without their secrets."""

    webhooks: list[WebhookAnswer]


class AttemptAnswer(AnswerModel):
    """One attempt to deliver."""

    at: str
    status: int | None
    error: str | None
    milliseconds: int


class DeliveryAnswer(AnswerModel):
    """Something that was or will be sent; `id` is the `webhook-id`, the same in every attempt."""

    id: str
    event: str
    at: str
    environment: str | None
    revision: int | None
    state: str
    next_at: str | None
    attempts: list[AttemptAnswer]


class DeliveriesAnswer(AnswerModel):
    """What was or will be sent to an endpoint, newest first."""

    deliveries: list[DeliveryAnswer]


class PingAnswer(AnswerModel):
    """A delivery that is on its way."""

    delivery: str


def webhooks(use_cases: Webhooks) -> Blueprint:
    """Return the resource that manages endpoints of webhooks."""
    blueprint = Blueprint("webhooks", __name__)

    @blueprint.get("/v1/webhooks")
    @marked(_mark("List the webhooks of the environments that the token is `admin` of", {200: WebhooksAnswer}))
    def list_webhooks() -> dict[str, Any]:
        return {"webhooks": [_webhook_json(each) for each in use_cases.visible(actor())]}

    @blueprint.post("/v1/webhooks")
    @marked(
        Mark(
            "Make a webhook: send revisions, refusals and rollbacks to a URL",
            scope=Scope.ADMIN,
            anywhere=True,
            body={"application/json": WantedWebhook},
            answers={201: {"application/json": NewWebhookAnswer}},
            refusals=(HTTPStatus.CONFLICT,),
        )
    )
    def create() -> tuple[dict[str, Any], HTTPStatus]:
        wanted = validated(WantedWebhook, read_json(_LARGEST))
        bound, topics = _bound(wanted.bound), frozenset(wanted.events) or EVENTS
        return _shown_once(use_cases.create(actor(), wanted.url, bound, topics))

    @blueprint.post("/v1/webhooks/<webhook_id>/rotate")
    @marked(
        Mark(
            "Replace the secret of a webhook; the old one also signs for a while",
            scope=Scope.ADMIN,
            anywhere=True,
            query=RotateQuery,
            answers={201: {"application/json": NewWebhookAnswer}},
        )
    )
    def rotate(webhook_id: str) -> tuple[dict[str, Any], HTTPStatus]:
        return _shown_once(use_cases.rotate(actor(), webhook_id, timedelta(seconds=query(RotateQuery).grace)))

    @blueprint.post("/v1/webhooks/<webhook_id>/enable")
    @marked(_mark("Resume sending to a webhook that has answered 410", {200: WebhookAnswer}))
    def enable(webhook_id: str) -> dict[str, Any]:
        return _webhook_json(use_cases.enable(actor(), webhook_id))

    @blueprint.post("/v1/webhooks/<webhook_id>/ping")
    @marked(_mark("Send a test message to a webhook", {202: PingAnswer}, HTTPStatus.CONFLICT))
    def ping(webhook_id: str) -> tuple[dict[str, Any], HTTPStatus]:
        return {"delivery": use_cases.ping(actor(), webhook_id)}, HTTPStatus.ACCEPTED

    @blueprint.get("/v1/webhooks/<webhook_id>/deliveries")
    @marked(
        Mark(
            "List what was sent to a webhook, or will be",
            scope=Scope.ADMIN,
            anywhere=True,
            query=DeliveriesQuery,
            answers={200: {"application/json": DeliveriesAnswer}},
        )
    )
    def deliveries(webhook_id: str) -> dict[str, Any]:
        found = use_cases.deliveries(actor(), webhook_id, query(DeliveriesQuery).limit)
        return {"deliveries": [_delivery_json(each) for each in found]}

    @blueprint.delete("/v1/webhooks/<webhook_id>")
    @marked(_mark("Delete a webhook and its pending messages", {200: WebhookAnswer}))
    def delete(webhook_id: str) -> dict[str, Any]:
        return _webhook_json(use_cases.delete(actor(), webhook_id))

    return blueprint


def _mark(summary: str, answers: dict[int, type[BaseModel]], *refusals: HTTPStatus) -> Mark:
    told = {status: {"application/json": model} for status, model in answers.items()}
    return Mark(summary, scope=Scope.ADMIN, anywhere=True, answers=told, refusals=refusals)


def _bound(text: str) -> Bound:
    try:
        return Bound.parse(text)
    except ValueError as error:
        items = [ProblemItem("bound", "bound-not-allowed", str(error))]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request has problems", errors=items) from None


def _shown_once(endpoint: Endpoint) -> tuple[dict[str, Any], HTTPStatus]:
    return {**_webhook_json(endpoint), "secret": endpoint.secrets[0]}, HTTPStatus.CREATED


def _webhook_json(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "bound": str(endpoint.bound),
        "events": sorted(map(str, endpoint.topics)),
        "created_at": when(endpoint.made_at),
        "disabled_at": when(endpoint.disabled_at) if endpoint.disabled_at else None,
        "disabled_because": endpoint.disabled_because or None,
    }


def _delivery_json(delivery: Delivery) -> dict[str, Any]:
    message = delivery.message
    return {
        "id": delivery.id,
        "event": str(message.topic),
        "at": when(message.at),
        "environment": str(message.place) if message.place else None,
        "revision": message.revision,
        "state": str(delivery.state),
        "next_at": when(delivery.next_at) if delivery.state is DeliveryState.WAITING else None,
        "attempts": [
            {"at": when(each.at), "status": each.status, "error": each.error or None, "milliseconds": each.milliseconds}
            for each in delivery.attempts
        ],
    }
