"""The service answers as it describes itself, whatever a client makes of the description."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.http_api import Api

Operation = APIOperation[Any, Any, Any, Any]

_EXAMPLES = int(os.environ.get("DESCRIBED_EXAMPLES", "3"))
"""How many requests of each kind a call gets; `make faults` asks for more."""

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_REAL = {"app": "billing", "environment": "production", "digest": "current", "number": 1, "older": 1, "newer": 1}


def _operations(api: Api) -> Iterator[Operation]:
    """Yield all calls but those whose answers have no end."""
    described = schemathesis.openapi.from_wsgi("/v1/openapi.json", api.application)
    for result in described.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if not operation.path.endswith("/stream"):
            yield operation


def _takes_anything(operation: Operation) -> bool:
    """Return whether there is something to get wrong, which any text is not."""
    return bool([*operation.iter_parameters(), *(each for each in operation.body if "json" in each.media_type)])


def _try(api: Api, operation: Operation, mode: GenerationMode, *, real: bool) -> None:
    """Send requests to one call: `real` ones are about something that is there."""
    names = {each.name for each in operation.path_parameters}
    place = {name: part for name, part in _REAL.items() if name in names} if real else None

    @settings(max_examples=_EXAMPLES)
    @given(operation.as_strategy(generation_mode=mode, path_parameters=place))
    def ask(case: Case[Any]) -> None:
        response = case.call(headers={"Authorization": f"Bearer {api.admin}"})
        case.validate_response(response, checks=_CHECKS)

    ask()


@pytest.mark.long
@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_gets_an_answer_that_is_not_described(api: Api, mode: GenerationMode, *, real: bool) -> None:
    """Neither a status, nor a type, nor a body, and never a failure."""
    api.put({"PORT": "1", "API_KEY": "s3cret"})
    operations = [each for each in _operations(api) if _takes_anything(each) or mode is GenerationMode.POSITIVE]
    assert len(operations) > 20
    for operation in operations:
        _try(api, operation, mode, real=real)
