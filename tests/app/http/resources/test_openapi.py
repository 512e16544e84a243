import json
from collections.abc import Iterator

from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.views.marks import views_of_the_api
from support.http_api import Api


def test_the_description_is_valid_openapi(api: Api) -> None:
    """As others read it."""
    described = api.client.get("/v1/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(described).validate()


def test_every_route_is_described_with_its_scope(api: Api) -> None:
    """Made of the marks, so that none can be missing."""
    described = api.client.get("/v1/openapi.json").get_json()
    scopes = {
        operation["operationId"]: operation.get("x-scope")
        for operations in described["paths"].values()
        for operation in operations.values()
    }
    for rule, mark in views_of_the_api(api.application):
        assert scopes[rule.endpoint.replace(".", "_")] == (str(mark.scope) if mark.scope else None)


def test_the_description_holds_no_secret(api: Api) -> None:
    """It is public."""
    assert api.admin not in json.dumps(api.client.get("/v1/openapi.json").get_json())


def test_what_is_described_as_a_number_or_a_switch_is_taken_as_nothing_else(api: Api) -> None:
    """JSON has types of its own: `true` is no revision, and `"0"` is no switch."""
    taken: dict[str, set[str]] = {"integer": set(), "boolean": set()}
    bodies = {body for _, mark in views_of_the_api(api.application) for body in mark.body.values()}
    for model in (body for body in bodies if not isinstance(body, str)):
        for name, kind in _simple_fields(model):
            for value in ["1", 1.5, 1 if kind == "boolean" else True]:
                if name not in _refused(model, {name: value}):
                    taken[kind].add(f"{model.__name__}.{name}")
    assert taken == {"integer": set(), "boolean": set()}


def _simple_fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, described in model.model_json_schema().get("properties", {}).items():
        kinds = {each.get("type") for each in described.get("anyOf", [described])} & {"integer", "boolean"}
        yield from ((name, kind) for kind in kinds)


def _refused(model: type[BaseModel], content: object) -> set[object]:
    try:
        TypeAdapter(model).validate_python(content)
    except ValidationError as error:
        return {each["loc"][0] for each in error.errors() if each["loc"]}
    return set()
