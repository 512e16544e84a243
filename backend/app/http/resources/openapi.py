"""`GET /v1/openapi.json`: the API as OpenAPI 3.1, generated from the marks on the views."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

import setpoint
from app.views.marks import Mark, Taken, marked, views_of_the_api
from app.views.problem import CONTENT_TYPE as PROBLEM
from app.views.problem import ProblemDocument
from app.views.server import current_server
from app.views.unread_query import OF_THE_API

_PARAMETER = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_OF_EVERY_VIEW = (HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
_WITH_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS)
_WITH_BODY = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)

Schema = dict[str, Any]


def openapi() -> Blueprint:
    """Return the resource that describes the API."""
    blueprint = Blueprint("openapi", __name__)

    @cache
    def written() -> bytes:
        # Anybody may ask, and to make it takes as long as a hundred other requests, which don't wait for it.
        return jsonify(document(current_app)).get_data()

    @blueprint.get("/v1/openapi.json")
    @marked(Mark("Describe the API", answers={200: {"application/json": "an OpenAPI 3.1 document"}}))
    def describe() -> Response:
        # Once it is written, it does not wait for its turn among what takes long.
        is_written = written.cache_info().currsize > 0
        content = written() if is_written else current_server().beside_other_requests(written)
        return Response(content, mimetype="application/json")

    return blueprint


def document(application: Flask) -> Schema:
    """Return the description of everything that `application` answers."""
    found = list(views_of_the_api(application))
    models: set[type[BaseModel]] = {ProblemDocument, *(model for _, mark in found for model in _models(mark))}
    _, schemas = models_json_schema(
        [(model, "serialization") for model in sorted(models, key=_name)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, Schema] = {}
    for rule, mark in sorted(found, key=lambda each: each[0].rule):
        operations = paths.setdefault(_PARAMETER.sub(r"{\2}", rule.rule), {})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            operations[method.lower()] = _operation(rule, mark)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Setpoint", "version": setpoint.__version__, "description": "Typed configuration for apps."},
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "sp_…"}},
        },
    }


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _models(mark: Mark) -> Iterator[type[BaseModel]]:
    for taken in (*mark.body.values(), *(each for answer in mark.answers.values() for each in answer.values())):
        if not isinstance(taken, str):
            yield taken


def _operation(rule: Rule, mark: Mark) -> Schema:
    answers = {str(status): _answer(HTTPStatus(status), content) for status, content in mark.answers.items()}
    for status in sorted(_refusals(rule, mark)):
        answers.setdefault(str(int(status)), _answer(status, {PROBLEM: ProblemDocument}))
    operation: Schema = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": mark.summary,
        "parameters": [*_path_parameters(rule), *_headers(mark), *_query_parameters(mark)],
        "responses": answers,
    }
    if mark.body:
        operation["requestBody"] = {"required": True, "content": _content(mark.body)}
    if not mark.is_open:
        operation["security"] = [{"token": []}]
        operation["x-scope"] = str(mark.scope) if mark.scope else None
    return operation


def _refusals(rule: Rule, mark: Mark) -> set[HTTPStatus]:
    with_names = (HTTPStatus.UNPROCESSABLE_ENTITY,) if rule.rule.startswith(OF_THE_API) else ()
    with_body = _WITH_BODY if mark.body else ()
    with_token = () if mark.is_open else _WITH_TOKEN
    return {*_OF_EVERY_VIEW, *with_names, *with_body, *with_token, *mark.refusals}


def _answer(status: HTTPStatus, content: Mapping[str, Taken]) -> Schema:
    return {"description": status.phrase} | ({"content": _content(content)} if content else {})


def _content(taken: Mapping[str, Taken]) -> Schema:
    return {media_type: {"schema": _schema(each)} for media_type, each in taken.items()}


def _schema(taken: Taken) -> Schema:
    if isinstance(taken, str):
        return {"description": taken}
    return {"$ref": f"#/components/schemas/{taken.__name__}"}


def _path_parameters(rule: Rule) -> Iterator[Schema]:
    for converter, name in _PARAMETER.findall(rule.rule):
        kind = {"type": "integer", "minimum": 1} if converter == "int" else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": kind}


def _headers(mark: Mark) -> Iterator[Schema]:
    for name, sentence in mark.headers.items():
        yield {"name": name, "in": "header", "description": sentence, "schema": {"type": "string"}}


def _query_parameters(mark: Mark) -> Iterator[Schema]:
    if mark.query is None:
        return
    schema = mark.query.model_json_schema()
    for name, described in schema.get("properties", {}).items():
        yield {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": described}
