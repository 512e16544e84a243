"""The service itself on a validator that fails with secrets in its exceptions and log lines, in every form."""

import os
from collections.abc import Mapping, Sequence

from app.contracts.validator import ContractValidator
from app.domain.revision import Schema
from app.domain.validation import Validation
from app.factory import Keeping, create_app
from app.store.opening import open_store
from config.settings import Settings
from observability.set_up import set_up_observability
from serving.worker.server import GunicornServer
from setpoint import load
from setpoint.application.compare_programs import Comparison
from support.failures import CARRIERS, FORMS


class FailingValidator(ContractValidator):
    """Fails as the variable `NAME` says, with the value of `API_KEY`."""

    def passed(self, schema: Schema, variables: Mapping[str, str]) -> Validation | None:
        """Fail, or do what the real one does."""
        _fail_as_told(variables)
        return super().passed(schema, variables)

    def validate(self, schema: Schema, variables: Mapping[str, str]) -> Validation:
        """Fail, or do what the real one does."""
        _fail_as_told(variables)
        return super().validate(schema, variables)

    def compare(self, schema: Schema | None, path: str, content: bytes, loaders: Sequence[str]) -> Comparison:
        """Fail, or do what the real one does."""
        _fail_as_told(dict(line.split("=", 1) for line in content.decode().splitlines()))
        return super().compare(schema, path, content, loaders)


def _fail_as_told(variables: Mapping[str, str]) -> None:
    carrier, _, form = variables.get("NAME", "").partition(" ")
    if carrier in CARRIERS:
        CARRIERS[carrier](FORMS[form](variables["API_KEY"]))


settings = load(Settings)
set_up_observability(settings)
application = create_app(
    settings,
    GunicornServer(),
    Keeping(open_store(os.environ["FAILING_DATABASE"], os.environ["FAILING_KEYS"]), FailingValidator()),
)
