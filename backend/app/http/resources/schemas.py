"""`/v1/apps/{app}/schemas`: the contracts of apps, by their digests."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response

from app.domain.errors import NotFoundError
from app.domain.identity import Scope
from app.domain.revision import Schema
from app.http.answers import AnswerModel, SchemaAnswer, schema_json
from app.http.queries import SchemaQuery, query
from app.service.schemas import Schemas
from app.service.writing.gates import no_schema
from app.views.authentication import actor
from app.views.labels import checked_label
from app.views.marks import Mark, marked
from app.views.problem import Problem
from app.views.request_body import read_body
from setpoint.contract.document.admission import LARGEST

_CONTRACT = "a contract as `setpoint schema` writes it"


class SchemasAnswer(AnswerModel):
    """The schemas of an app, current one first."""

    schemas: list[SchemaAnswer]


def schemas(use_cases: Schemas) -> Blueprint:
    """Return the resource of the contracts."""
    blueprint = Blueprint("schemas", __name__)

    @blueprint.put("/v1/apps/<app>/schemas/<digest>")
    @marked(
        Mark(
            "Store a contract, and check the app against it",
            scope=Scope.SCHEMA_WRITE,
            query=SchemaQuery,
            body={"application/json": _CONTRACT},
            answers={200: {"application/json": SchemaAnswer}},
        )
    )
    def push(app: str, digest: str) -> dict[str, Any]:
        wanted = query(SchemaQuery)
        stored = use_cases.push(
            actor(),
            checked_label("app", app),
            digest,
            _document(),
            wanted.release,
            compatible=wanted.compatibility != "none",
        )
        return schema_json(stored)

    @blueprint.get("/v1/apps/<app>/schemas")
    @marked(
        Mark(
            "List the schemas",
            scope=Scope.CONFIG_READ,
            anywhere=True,
            answers={200: {"application/json": SchemasAnswer}},
            refusals=(HTTPStatus.UNPROCESSABLE_ENTITY,),
        )
    )
    def list_schemas(app: str) -> dict[str, Any]:
        return {"schemas": [schema_json(each) for each in use_cases.all_of(checked_label("app", app))]}

    @blueprint.get("/v1/apps/<app>/schemas/<digest>")
    @marked(
        Mark(
            "Return a contract",
            scope=Scope.CONFIG_READ,
            anywhere=True,
            answers={200: {"application/json": _CONTRACT}},
            refusals=(HTTPStatus.UNPROCESSABLE_ENTITY,),
        )
    )
    def show(app: str, digest: str) -> Response:
        return Response(_one(use_cases, checked_label("app", app), digest).document, mimetype="application/json")

    return blueprint


def _document() -> str:
    try:
        return read_body(LARGEST).decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from None


def _one(use_cases: Schemas, app: str, digest: str) -> Schema:
    """Return the schema with this digest; `current` is the one that the app is checked against."""
    for each in use_cases.all_of(app):
        if digest in {each.digest, "current"}:
            return each
    if digest == "current":
        raise no_schema(app)
    message = f"`{app}` has no such schema"
    raise NotFoundError(message)
