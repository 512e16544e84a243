import json

from openapi_spec_validator import OpenAPIV31SpecValidator

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
